package rehearsal_test

import (
	"context"
	"errors"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestSpendsThatNoRelayTakes has a miner take every refund, and every stake
// that a branch takes, with a wrong signature in the place of an empty one and
// with an item that the script does not read. Consensus allows both, so the
// audit has no finding.
func TestSpendsThatNoRelayTakes(t *testing.T) {
	for _, row := range []struct {
		name   string
		votes  map[string]int
		spends []rehearsal.BranchSpend
	}{
		{"no_winner", map[string]int{"east": 3, "middle": 2, "west": 2}, nil},
		{"club_chair", map[string]int{"alice": 2, "bob": 2}, nil},
		{"arbiter", map[string]int{"brick": 2, "timber": 2}, slots("arbiter", 2)},
	} {
		t.Run(row.name, func(t *testing.T) {
			bent := 0
			opt := rehearsal.Options{Source: examples.Policy(row.name), Seed: 7, Votes: row.votes, BranchSpends: row.spends}
			for _, n := range row.votes {
				opt.Roll += n
			}
			p, err := rehearsal.New(context.Background(), opt)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Hooks.Send = func(_ string, tx *wire.MsgTx) (bool, error) {
				if tx.LockTime < p.Policy.Times.VoteTo { // not a spend of a stake by a path with a lock
					return false, nil
				}
				mutate(t, tx)
				bent++
				p.Chain.SubmitToMiner(tx)
				return true, nil
			}
			_, path := rehearsaltest.Run(t, opt, func(_ context.Context, _ rehearsal.Options, w *record.Writer) (*rehearsal.Summary, error) {
				return nil, errors.Join(p.Run(), p.Write(w))
			})
			r := rehearsaltest.Audit(t, path)
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

// mutate changes the items of an input script as consensus allows:
//
//	<signature> … <> <redeem>  →  unread <signature> … <signature> <redeem>
//
// The signature is of another key than the one that the empty item stands for.
func mutate(t *testing.T, tx *wire.MsgTx) {
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
