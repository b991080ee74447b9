package roles

import (
	"math"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// claim spends the stakes of votes by a path of one signer, in as few transactions as relays take.
// Each pays the policy's fee rate out of its stakes:
//
//	in   the stakes of a batch
//	out  their sum − fee   payout
func (p *participant) claim(votes []*election.Vote, path templates.Path, key curve.Scalar, payout []byte) error {
	for batch := range slices.Chunk(votes, p.claimInputs(path, votes, payout)) {
		tx := newTx()
		size := templates.SweepSize(len(batch), path.Witness, len(batch[0].Redeem), len(payout))
		value := -p.e.Policy.Fee * int64(size)
		for _, v := range batch {
			addInput(tx, v.Stake, math.MaxUint32)
			value += v.Value
		}
		tx.AddTxOut(wire.NewTxOut(value, payout))
		for i, v := range batch {
			if err := signStake(tx, i, path, v.Redeem, key); err != nil {
				return err
			}
		}
		if err := p.submit("claim", tx); err != nil {
			return err
		}
	}
	return nil
}

// claimInputs is the most stakes that one claim may spend.
func (p *participant) claimInputs(path templates.Path, votes []*election.Vote, payout []byte) int {
	if len(votes) == 0 {
		return 1
	}
	return templates.SweepInputs(path.Witness, len(votes[0].Redeem), len(payout), p.e.Template.SigOps())
}
