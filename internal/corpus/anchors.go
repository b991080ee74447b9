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

// onAnchor changes the supervisor's anchor of a kind, signs it again, and gives it to the
// miner past the relay rules.
func (p *play) onAnchor(kind int, change func(tx *wire.MsgTx) error) {
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if kindOf(tx) != kind {
			return false, nil
		}
		if err := errors.Join(change(tx), p.supervisorSigner().resign(tx)); err != nil {
			return false, err
		}
		p.Chain.SubmitToMiner(tx)
		return true, nil
	})
}

// anchored changes the supervisor's anchor of a kind. The record ends after it.
func anchored(kind int, change func(p *play, tx *wire.MsgTx)) func(*play) error {
	return all(overAfter(kind), func(p *play) error {
		p.onAnchor(kind, func(tx *wire.MsgTx) error { change(p, tx); return nil })
		return nil
	})
}

// closing has act make the anchor of a kind. The record ends after it.
func closing(kind int, act func(p *play, height uint32) error) func(*play) error {
	return all(func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			if k != kind {
				return false, nil
			}
			return true, act(p, height)
		}
		return nil
	}, overAfter(kind))
}

// unanchored leaves out the anchor of a kind.
func unanchored(kind int) func(*play) error {
	return closing(kind, func(p *play, height uint32) error { return p.Advance(height) })
}

// late makes the anchor of a kind one block after the last block for it.
func late(kind int) func(*play) error {
	return closing(kind, func(p *play, _ uint32) error { return p.close(kind, p.due(kind).Last+1) })
}

// spentElsewhere has the supervisor spend what the anchor of a kind is to spend, and then
// make no anchor.
func spentElsewhere(kind int) func(*play) error {
	return closing(kind, func(p *play, height uint32) error {
		r, err := p.Replay()
		if err != nil {
			return err
		}
		from, _, _ := r.NextAnchor()
		tx := wire.NewMsgTx(2)
		p.supervisorSigner().spend(tx, from.Outpoint)
		tx.AddTxOut(wire.NewTxOut(700, templates.PayToKey(p.Supervisor.Key())))
		if err := p.supervisorSigner().resign(tx); err != nil {
			return err
		}
		p.Chain.SubmitToMiner(tx)
		return p.Advance(height)
	})
}

// close makes the anchor of a kind, in the block at height.
func (p *play) close(kind int, height uint32) error {
	if kind != election.Announce {
		return p.Anchor(height, p.Log.Head())
	}
	return errors.Join(p.Advance(height-1), p.Announce(p.Log.Head()), p.Advance(height))
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

// strayAnchor has the supervisor make an anchor outside of the chain of anchors.
func (p *play) strayAnchor(kind int, eid, head [32]byte) error {
	_, err := p.paySpare(wire.NewTxOut(0, returning(election.AnchorData(kind, eid, head))))
	return err
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
