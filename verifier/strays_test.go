package verifier_test

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"runtime"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/lang"
	"bevote/verifier"
	"bevote/verifier/election"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// club is the directory of a recorded election.
var club = filepath.Join("..", "examples", "records", "club_chair")

// crowded makes a stranger's transaction with so many outputs of one script.
func crowded(outputs int, script []byte, sign func(*wire.TxIn)) func(i int) *wire.MsgTx {
	return func(i int) *wire.MsgTx {
		tx := wire.NewMsgTx(2)
		tx.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Hash: curve.TaggedHash("test"), Index: uint32(i)}})
		if sign != nil {
			sign(tx.TxIn[0])
		}
		for range outputs {
			tx.AddTxOut(wire.NewTxOut(0, script))
		}
		return tx
	}
}

// data is the script of an OP_RETURN.
func data(t *testing.T, pushed []byte) []byte {
	t.Helper()
	script, err := txscript.NullDataScript(pushed)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// TestStrays fills blocks with ballots that spend no coin. The first are listed,
// the others are remembered nowhere, and an audit that goes on from a state says
// the same.
func TestStrays(t *testing.T) {
	also := crowded(5000, data(t, append([]byte{0xb1}, make([]byte, 67)...)), nil)
	audit := func(blocks int, s *verifier.State) *result.Report {
		rec := rehearsaltest.Open(t, club)
		return mustAudit(t, rec, lengthened{Source: chainfile.FromRecord(rec), blocks: blocks, also: also}, verifier.Options{State: s})
	}
	const some, many = 12, 24
	whole, state := audit(many, nil), new(verifier.State)
	c := check(whole, "V107")
	if last := c.Items[len(c.Items)-1]; c.Status != result.Fail || c.Failed >= many*5000 || len(c.Items) != c.Failed+1 || last.Message != "more of the same kind" {
		t.Errorf("%s, %d failed, %d items to %v", c.Status, c.Failed, len(c.Items), last)
	}
	if whole.Level != result.L3 {
		t.Errorf("level %s", whole.Level)
	}
	audit(some, state)
	sameBut(t, audit(many, stored(t, state)), whole, "V99")
	// Remembered, they would take 12 MB and more. Other tests' rests come and go
	// meanwhile, so the least of three times counts.
	grown := int64(math.MaxInt64)
	for try := 0; try < 3 && grown > 4<<20; try++ {
		grown = min(grown, int64(heapWith(t, 2*many, also))-int64(heapWith(t, many, also)))
	}
	if grown > 4<<20 {
		t.Errorf("%d bytes more for %d more blocks", grown, many)
	}
}

func heapWith(t *testing.T, blocks int, also func(int) *wire.MsgTx) uint64 {
	return heapAfter(t, club, blocks, also)
}

// check returns a row of a report.
func check(r *result.Report, id string) result.Check {
	for _, c := range r.Checks {
		if c.ID == id {
			return c
		}
	}
	return result.Check{}
}

// TestManyAnchors: a stranger writes thousands of anchors into one transaction,
// which is hashed once for all, and not for each, to see whose they are.
func TestManyAnchors(t *testing.T) {
	policy, _ := lang.Load(recorded(t, "club_chair")[record.Policy])
	sig, err := curve.SignECDSA(curve.NewScalar(5), curve.TaggedHash("test"))
	if err != nil {
		t.Fatal(err)
	}
	script, err := txscript.NewScriptBuilder().AddData(append(sig, byte(txscript.SigHashAll))).AddData(policy.Supervisor[:]).Script()
	if err != nil {
		t.Fatal(err)
	}
	anchor := data(t, election.AnchorData(election.DealsClosed, policy.EID(), [32]byte{}))
	for name, also := range map[string]func(int) *wire.MsgTx{
		"outputs": crowded(4000, anchor, func(in *wire.TxIn) { in.SignatureScript = script }),
		"inputs": func(i int) *wire.MsgTx {
			tx := crowded(1, anchor, nil)(i)
			for n := range uint32(2000) {
				tx.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Index: n}, SignatureScript: bytes.Clone(script)})
			}
			return tx
		},
	} {
		rec := rehearsaltest.Open(t, club)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := verifier.Audit(context.Background(), rec, lengthened{Source: chainfile.FromRecord(rec), blocks: 1, also: also}, verifier.Options{})
		runtime.ReadMemStats(&after)
		if err != nil || r.Exit != 0 {
			t.Fatal(r, err)
		}
		// Hashing the transaction copies it: 400 kB, thousands of times.
		if took := after.TotalAlloc - before.TotalAlloc; took > 300<<20 {
			t.Errorf("%s: %d bytes", name, took)
		}
	}
}
