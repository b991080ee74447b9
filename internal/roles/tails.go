package roles

import (
	"errors"
	"fmt"

	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// continues completes and signs a transaction that spends a tail: output 1 of the anchor before, or the
// change of the payment before. The supervisor's other tails are not spent. The chain is as
// the replay shows it, nil before the announcement.
func (s *Supervisor) continues(
	what string, tx *wire.MsgTx, from election.Tail, rest int, target int64, r *election.Replay,
) error {
	tail := func(op wire.OutPoint) bool { return r != nil && r.IsTail(op) }
	if err := s.extend(tx, from, rest, target, tail); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.signAll(tx)
}

// ErrShort is the error of a role whose outputs do not pay for what is due.
var ErrShort = errors.New("too little to spend")

// extend makes a transaction spend a tail, so that two tries conflict, and one of them at
// most is mined. What is left of the inputs goes to output rest. Confirmed outputs of the
// payer that are no tails are added until that has target satoshis, or as many as there are,
// and is no dust, the oldest first.
func (p *payer) extend(
	tx *wire.MsgTx, from election.Tail, rest int, target int64, tail func(wire.OutPoint) bool,
) error {
	size, left := int64(templates.TxFrame), from.Sats
	for _, out := range tx.TxOut {
		size += int64(out.SerializeSize())
		left -= out.Value
	}
	spend := func(op wire.OutPoint) {
		addInput(tx, op)
		size += templates.P2PKHInput
	}
	if from.Outpoint != (wire.OutPoint{}) {
		spend(from.Outpoint)
	}
	least := templates.Dust(tx.TxOut[rest].PkScript)
	for _, o := range p.wallet.spendable(p.tip()+1, 1) {
		if left-p.e.Policy.Fee*size >= max(least, target) {
			break
		}
		if o.op != from.Outpoint && !tail(o.op) {
			spend(o.op)
			left += o.value
		}
	}
	tx.TxOut[rest].Value = left - p.e.Policy.Fee*size
	if tx.TxOut[rest].Value < least {
		return fmt.Errorf("%w: the outputs of key %s are %d sat short", ErrShort, p.public, least-tx.TxOut[rest].Value)
	}
	return nil
}
