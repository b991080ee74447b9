package roles

import (
	"fmt"

	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// continues sends a transaction that spends a tail: output 1 of the anchor before, or the
// change of the payment before. So two tries conflict, and one of them at most is mined.
// What is left of the inputs goes to output rest. Confirmed outputs of the supervisor are
// added until that has target satoshis, or as many as there are, and is no dust. The chain
// is as the replay shows it, nil before the announcement.
func (s *Supervisor) continues(
	what string, tx *wire.MsgTx, from election.Tail, rest int, target int64, r *election.Replay,
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
	for _, o := range s.wallet.confirmed(s.tip() + 1) {
		if left-s.e.Policy.Fee*size >= max(least, target) {
			break
		}
		if o.op != from.Outpoint && (r == nil || !r.IsTail(o.op)) {
			spend(o.op)
			left += o.value
		}
	}
	tx.TxOut[rest].Value = left - s.e.Policy.Fee*size
	if tx.TxOut[rest].Value < least {
		return fmt.Errorf("%s: the supervisor's outputs are %d sat short", what, least-tx.TxOut[rest].Value)
	}
	return s.signAndSend(what, tx)
}
