package roles

import (
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// claim spends those stakes of votes that are unspent in the chain by a path of one signer, in as few
// transactions as relays take. Each pays the policy's fee rate out of its stakes:
//
//	version 2, locktime `vote … to`: no block of the vote can have it, also where blocks are taken back
//	in   the stakes of a batch
//	out  their sum − fee   payout
//
// Batches are those of all votes, so that a batch that waits for its block stays the same when others
// are mined.
func (p *participant) claim(
	view *View, votes []*election.Vote, path templates.Path, key curve.Scalar, payout []byte,
) ([]Act, error) {
	spent := func(v *election.Vote) bool { _, spent := view.Replay.StakeSpent(v.Stake); return spent }
	var acts []Act
	for batch := range slices.Chunk(votes, p.claimInputs(path, votes, payout)) {
		if batch = slices.DeleteFunc(slices.Clone(batch), spent); len(batch) == 0 {
			continue
		}
		tx, err := p.claimBatch(batch, path, key, payout)
		if err != nil {
			return nil, err
		}
		acts = append(acts, Act{What: "claim", Tx: tx, By: p.e.Policy.Times.Claim})
	}
	return acts, nil
}

// claimBatch spends stakes in one transaction.
func (p *participant) claimBatch(
	batch []*election.Vote, path templates.Path, key curve.Scalar, payout []byte,
) (*wire.MsgTx, error) {
	tx := newTx()
	tx.LockTime = p.e.Policy.Times.VoteTo
	size := templates.SweepSize(len(batch), path.Witness, len(batch[0].Redeem), len(payout))
	value := -p.e.Policy.Fee * int64(size)
	for _, v := range batch {
		addInput(tx, v.Stake)
		value += v.Value
	}
	tx.AddTxOut(wire.NewTxOut(value, payout))
	for i, v := range batch {
		if err := signStake(tx, i, path, v.Redeem, key); err != nil {
			return nil, err
		}
	}
	return tx, nil
}

// claimInputs is the most stakes that one claim may spend.
func (p *participant) claimInputs(path templates.Path, votes []*election.Vote, payout []byte) int {
	if len(votes) == 0 {
		return 1
	}
	return templates.SweepInputs(path.Witness, len(votes[0].Redeem), len(payout), p.e.Template.SigOps())
}
