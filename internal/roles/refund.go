package roles

import (
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// refundFees are the fees of refunds that are signed in advance, as multiples of the policy's: what relays
// will ask for after the timeout is not known before.
var refundFees = [...]int64{1, 4, 16}

// Refunds returns signed transactions that take the stake of a vote back to an output script, from the
// policy's timeout on and at 1, 4 and 16 times its fee, as far as the stake pays for that. key is
// that of the vote's slot. The vote is to be deep: until then its outpoint may change. Who has the
// transactions can send them and cannot change them.
//
//	version 2, locktime path.After
//	in   the stake, sequence fffffffd
//	out  stake − fee   payout
func Refunds(e *election.Election, v *election.Vote, key curve.Scalar, payout []byte) (txs []*wire.MsgTx, err error) {
	path, err := pathNamed(e.Contract, "refund")
	if err != nil {
		return nil, err
	}
	for _, times := range refundFees {
		tx := stakeSpend(e, v, path, payout, times)
		if tx.TxOut[0].Value < templates.Dust(payout) {
			break
		}
		if err := signStake(tx, 0, path, v.Redeem, key); err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	return txs, nil
}

// stakeSpend returns a transaction, without signatures, that spends the stake of a vote by a path to an
// output script, at a multiple of the policy's fee.
func stakeSpend(e *election.Election, v *election.Vote, path templates.Path, payout []byte, times int64) *wire.MsgTx {
	tx := newTx()
	tx.LockTime = path.After
	addInput(tx, v.Stake)
	fee := times * e.Policy.Fee * int64(templates.SpendSize(path.Witness, len(v.Redeem), len(payout)))
	tx.AddTxOut(wire.NewTxOut(v.Value-fee, payout))
	return tx
}
