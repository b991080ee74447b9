package roles_test

import (
	"context"
	"slices"
	"testing"

	"bevote/examples"
	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/roles"
	"bevote/internal/tower"
	"bevote/templates"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// towerChain is an embedded chain as a tower's node shows it.
type towerChain struct{ *regtest.Chain }

func (c towerChain) Confirmations(op wire.OutPoint) (uint32, error) {
	out := c.Unspent(op, false)
	if out == nil {
		return 0, nil
	}
	tip, _ := c.Tip()
	return tip + 1 - out.Height, nil
}

// playTo plays an election without a winner, and calls act before the refunds, with the timeout to come.
func playTo(t *testing.T, source []byte, act func(*rehearsal.Play)) *result.Report {
	t.Helper()
	opt := rehearsal.Options{Source: source, Seed: 3, Votes: map[string]int{"alice": 2, "bob": 2}}
	_, path := rehearsaltest.Run(t, opt, func(ctx context.Context, opt rehearsal.Options, w *record.Writer) (*rehearsal.Summary, error) {
		p, err := rehearsal.New(ctx, opt)
		if err != nil {
			return nil, err
		}
		defer p.Close()
		p.Hooks.Step = func(name string) (bool, error) {
			if name == "refund" {
				act(p)
			}
			return false, nil
		}
		if err := p.Run(); err != nil {
			return nil, err
		}
		return p.Summary(), p.Write(w)
	})
	return rehearsaltest.Audit(t, path)
}

// secretOf returns the secret of a slot's roll key.
func secretOf(p *rehearsal.Play, slot int) curve.Scalar { return p.Voters[slot-1].Secret }

// TestRefunds: refunds that were signed when the votes were deep are sent by a tower, which has no key, and
// pay where their voters want. The audit accepts them.
func TestRefunds(t *testing.T) {
	home := templates.PayToKey([33]byte{2, 7}) // no role's
	sum := int64(0)
	r := playTo(t, examples.Policy("club_chair"), func(p *rehearsal.Play) {
		var all []*wire.MsgTx
		for _, v := range p.Votes {
			txs, err := roles.Refunds(p.Election, v, secretOf(p, v.Index), home)
			if err != nil {
				t.Fatal(err)
			}
			if len(txs) != 3 {
				t.Fatalf("%d refunds, want 3", len(txs))
			}
			fee := func(i int) int64 { return v.Value - txs[i].TxOut[0].Value }
			size := int64(txs[0].SerializeSize())
			if fee(1) != 4*fee(0) || fee(2) != 16*fee(0) || fee(0) < size*p.Policy.Fee || fee(0) > (size+4)*p.Policy.Fee {
				t.Errorf("fees %d, %d, %d of %d bytes", fee(0), fee(1), fee(2), size)
			}
			all = append(all, txs...)
		}
		if len(p.Votes) != 4 {
			t.Fatalf("%d votes", len(p.Votes))
		}
		w, err := tower.New(all, 2)
		if err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			statuses, err := w.Turn(towerChain{p.Chain})
			if err != nil {
				t.Fatal(err)
			}
			tip, _ := p.Chain.Tip()
			done = !slices.ContainsFunc(statuses, func(s tower.Status) bool { return !s.Done || s.Taken })
			if tip > p.Policy.Times.Timeout+5 {
				t.Fatalf("block %d: %+v", tip, statuses)
			}
			if !done {
				if err := p.Advance(tip + 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, tx := range all {
			if out := p.Chain.Unspent(wire.OutPoint{Hash: tx.TxHash()}, false); out != nil {
				sum += out.Value
			}
		}
	})
	if r.Exit != result.ExitProven || sum == 0 {
		t.Errorf("exit %d (%s), %d sat came back", r.Exit, r.Verdict, sum)
	}
}
