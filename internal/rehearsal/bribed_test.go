package rehearsal

import (
	"context"
	"path/filepath"
	"testing"

	"bevote/examples"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestSpendsThatNoRelayTakes has a miner take every refund, and every stake
// that a branch takes, with a wrong signature in the place of an empty one and
// with an item that the script does not read. Consensus allows both, so an
// audit must not make anything of it. The test stands in the package because
// no honest role sends such transactions.
func TestSpendsThatNoRelayTakes(t *testing.T) {
	for _, row := range []struct {
		name    string
		votes   map[string]int
		takings []Taking
	}{
		{"no_winner", map[string]int{"east": 3, "middle": 2, "west": 2}, nil},
		{"club_chair", map[string]int{"alice": 2, "bob": 2}, nil},
		{"arbiter", map[string]int{"brick": 2, "timber": 2}, []Taking{{"arbiter", 2}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			bent := 0
			opt := Options{Source: examples.Policy(row.name), Seed: 7, Votes: row.votes, Takings: row.takings}
			for _, n := range row.votes {
				opt.Roll += n
			}
			bribery := &Lie{Name: "bribery", plot: func(p *play) error {
				p.tricks.send = func(_ string, tx *wire.MsgTx) (bool, error) {
					if tx.LockTime == 0 {
						return false, nil
					}
					bend(t, tx)
					bent++
					p.chain.SubmitToMiner(tx)
					return true, nil
				}
				return nil
			}}
			r := judged(t, opt, bribery)
			if r.Exit != 0 || r.Level != result.L3 || bent != opt.Roll {
				t.Errorf("%d spends bent, exit %d, level %s: %s", bent, r.Exit, r.Level, r.Verdict)
			}
			for _, c := range r.Checks {
				if c.Status != result.Pass && c.Status != result.Skipped {
					t.Errorf("%s: %s %v", c.ID, c.Status, c.Items)
				}
			}
		})
	}
}

// judged plays with a lie and audits the record.
func judged(t *testing.T, opt Options, lie *Lie) *result.Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record")
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if _, err := perform(context.Background(), opt, lie, w); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bend puts the spend's own signature, which is of another key, where the top
// item is empty, and an item more at the bottom.
func bend(t *testing.T, tx *wire.MsgTx) {
	t.Helper()
	b := txscript.NewScriptBuilder().AddData([]byte("unread"))
	tok := txscript.MakeScriptTokenizer(0, tx.TxIn[0].SignatureScript)
	var items [][]byte
	for tok.Next() {
		items = append(items, tok.Data())
	}
	top := len(items) - 2
	if len(items) < 3 || len(items[top]) > 0 {
		t.Fatalf("no empty item on top of %x", items)
	}
	for _, item := range items {
		if len(item) > 0 && item[0] == 0x30 {
			items[top] = item
			break
		}
	}
	for _, item := range items {
		b.AddData(item)
	}
	var err error
	if tx.TxIn[0].SignatureScript, err = b.Script(); err != nil {
		t.Fatal(err)
	}
}
