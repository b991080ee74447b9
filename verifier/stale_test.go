package verifier_test

import (
	"bytes"
	"context"
	"iter"
	"testing"
	"time"

	"bevote/internal/workbench"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// newborn is a chain of a genesis block.
type newborn struct{ block *wire.MsgBlock }

func (n newborn) Evidence() string                      { return "whole blocks (genesis)" }
func (n newborn) First(context.Context) (uint32, error) { return 0, nil }

func (n newborn) Headers(context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) { yield(&n.block.Header, nil) }
}

func (n newborn) Blocks(_ context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		if from == 0 {
			yield(n.block, nil)
		}
	}
}

// TestStale: a live source whose newest block is old may be cut off from the
// others. On a network where blocks come on request their age says nothing.
func TestStale(t *testing.T) {
	public := chaincfg.TestNet4Params.GenesisBlock
	local := chaincfg.RegressionNetParams.GenesisBlock
	for _, row := range []struct {
		name, network string
		block         *wire.MsgBlock
		age           time.Duration
		live          bool
		status        result.Status
	}{
		{"young", "testnet4", public, 3 * time.Hour, true, result.Pass},
		{"old", "testnet4", public, 3*time.Hour + time.Second, true, result.Fail},
		{"old on regtest", "regtest", local, 1000 * time.Hour, true, result.Skipped},
		{"old and recorded", "testnet4", public, 1000 * time.Hour, false, result.Skipped},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := verifier.Audit(context.Background(), announcedOn(t, row.network), newborn{block: row.block},
				verifier.Options{Now: row.block.Header.Timestamp.Add(row.age), Live: row.live})
			if err != nil {
				t.Fatal(err)
			}
			if got := status(r, "V101"); got != row.status || (r.Exit == result.ExitSources) != (got == result.Fail) {
				t.Errorf("V101 %s, exit %d, want %s", got, r.Exit, row.status)
			}
		})
	}
}

// announcedOn is the record of an election that has barely begun.
func announcedOn(t *testing.T, network string) *record.Record {
	t.Helper()
	source := bytes.Replace(example(t, "club_chair"), []byte("regtest"), []byte(network), 1)
	policy, keys, err := workbench.StandIns(source, seed)
	if err != nil {
		t.Fatal(err)
	}
	built, _, err := workbench.Build(policy)
	if err != nil || built == nil {
		t.Fatal(err)
	}
	eid := built.Policy.EID()
	open, err := board.Sign(eid, keys["supervisor"], board.Seen{Hash: chainhash.Hash{}}, board.Open{Server: built.Policy.Supervisor})
	if err != nil {
		t.Fatal(err)
	}
	log := board.NewLog(eid)
	if err := log.Append(open); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	if _, err := log.WriteTo(&lines); err != nil {
		t.Fatal(err)
	}
	return recordOf(t, map[string][]byte{
		record.Policy: policy, record.Contract: built.Contract.Encode(), record.Board: lines.Bytes(),
	})
}
