package roles

import (
	"bytes"
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/relay"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// claim spends those stakes of votes that are unspent in the chain by a path of one signer, in as few
// transactions as relays take. Each pays the policy's fee rate out of its stakes:
//
//	in   the stakes of a batch
//	out  their sum − fee   payout
//
// A batch that fails does not hold up the others. Where a stake is spent by an earlier claim to the
// payout that waits for its block, the other stakes of the batch are left to a later call.
func (p *participant) claim(
	votes []*election.Vote, r *election.Replay, path templates.Path, key curve.Scalar, payout []byte,
) error {
	spent := func(v *election.Vote) bool { _, spent := r.StakeSpent(v.Stake); return spent }
	votes = slices.DeleteFunc(slices.Clone(votes), spent)
	var failed []error
	for batch := range slices.Chunk(votes, p.claimInputs(path, votes, payout)) {
		if err := p.claimBatch(batch, path, key, payout); err != nil && !pays(relay.ConflictOf(err), payout) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// pays reports whether a transaction pays to one script alone.
func pays(tx *wire.MsgTx, script []byte) bool {
	return tx != nil && len(tx.TxOut) == 1 && bytes.Equal(tx.TxOut[0].PkScript, script)
}

// claimBatch spends stakes in one transaction.
func (p *participant) claimBatch(batch []*election.Vote, path templates.Path, key curve.Scalar, payout []byte) error {
	tx := newTx()
	size := templates.SweepSize(len(batch), path.Witness, len(batch[0].Redeem), len(payout))
	value := -p.e.Policy.Fee * int64(size)
	for _, v := range batch {
		addInput(tx, v.Stake)
		value += v.Value
	}
	tx.AddTxOut(wire.NewTxOut(value, payout))
	for i, v := range batch {
		if err := signStake(tx, i, path, v.Redeem, key); err != nil {
			return err
		}
	}
	return p.submit("claim", tx)
}

// claimInputs is the most stakes that one claim may spend.
func (p *participant) claimInputs(path templates.Path, votes []*election.Vote, payout []byte) int {
	if len(votes) == 0 {
		return 1
	}
	return templates.SweepInputs(path.Witness, len(votes[0].Redeem), len(payout), p.e.Template.SigOps())
}
