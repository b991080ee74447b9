package corpus

import (
	"errors"
	"slices"

	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// kindOf returns the kind of the anchor in output 0 of a transaction, 0 where there is
// none:
//
//	RETURN <"BEV2" ‖ kind 1 ‖ eid 32 ‖ head 32>
func kindOf(tx *wire.MsgTx) int {
	script := tx.TxOut[0].PkScript
	if len(script) != 2+69 || string(script[2:6]) != "BEV2" {
		return 0
	}
	return int(script[6])
}

// due returns the anchor of a kind that the election owes.
func (p *play) due(kind int) election.Due {
	all := p.Election.Due()
	return all[slices.IndexFunc(all, func(d election.Due) bool { return d.Kind == kind })]
}

// onAnchor changes the supervisor's anchor of a kind before it is relayed. The supervisor
// signs what has changed.
func (p *play) onAnchor(kind int, change func(tx *wire.MsgTx) error) {
	done := false
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if done || kindOf(tx) != kind {
			return false, nil
		}
		done = true
		return false, errors.Join(change(tx), p.supervisorSigner().resign(tx))
	})
}

// close makes the anchor of a kind, in the block at height.
func (p *play) close(kind int, height uint32) error {
	if kind != election.Announce {
		return p.Anchor(height, p.Log.Head())
	}
	return errors.Join(p.Supervisor.Announce(p.Log.Head()), p.Advance(height))
}

// overAfter ends the record after the last block for the anchor of a kind, which is deep
// then.
func overAfter(kind int) func(*play) error {
	return func(p *play) error {
		before := p.Hooks.Anchor
		p.Hooks.Anchor = func(k int, height uint32) (made bool, err error) {
			if before != nil {
				made, err = before(k, height)
			}
			if err != nil || k != kind {
				return made, err
			}
			if !made {
				err = p.close(k, height)
			}
			p.Hooks.Tip = max(p.Hooks.Tip, p.due(kind).Last+2*p.Policy.Depth())
			return true, errors.Join(err, rehearsal.ErrOver)
		}
		return nil
	}
}

// unanchored leaves out the anchor of a kind.
func unanchored(kind int) func(*play) error {
	return func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			if k != kind {
				return false, nil
			}
			return true, p.Advance(height)
		}
		return nil
	}
}

// paySpare has the supervisor make a transaction with outs that continues neither the
// anchors nor the payments. It spends a subsidy and has no change.
func (p *play) paySpare(outs ...*wire.TxOut) (*wire.MsgTx, error) {
	tx, err := p.spendSpare(outs...)
	return tx, errors.Join(err, p.Chain.Submit(tx))
}

// spendSpare returns such a transaction, signed.
func (p *play) spendSpare(outs ...*wire.TxOut) (*wire.MsgTx, error) {
	op, value, err := p.spare()
	if err != nil {
		return wire.NewMsgTx(2), err
	}
	tx, q := wire.NewMsgTx(2), p.supervisorSigner()
	q.spend(tx, op)
	tx.TxOut = slices.Clone(outs)
	change := wire.NewTxOut(value, templates.PayToKey(p.Supervisor.Key()))
	tx.AddTxOut(change)
	for _, out := range outs {
		change.Value -= out.Value
	}
	change.Value -= p.Policy.Fee * int64(tx.SerializeSize())
	return tx, q.resign(tx)
}

// spare returns the newest mature subsidy that no lie has spent, and its value. The
// supervisor spends the oldest first.
func (p *play) spare() (wire.OutPoint, int64, error) {
	tip, _ := p.Chain.Tip()
	mature := uint32(lang.Params(p.Policy.Network).CoinbaseMaturity)
	for h := tip + 1 - mature; h > 1; h-- {
		block, err := p.Chain.Block(h)
		if err != nil {
			return wire.OutPoint{}, 0, err
		}
		coinbase := block.Transactions[0]
		op := wire.OutPoint{Hash: coinbase.TxHash()}
		if !p.spares[op] {
			p.spares[op] = true
			return op, coinbase.TxOut[0].Value, nil
		}
	}
	return wire.OutPoint{}, 0, errNothing
}
