package roles

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// openedVote is a counted vote with what its ballot says.
type openedVote struct {
	vote  *election.Vote
	plain ballot.Plain
}

// openBallots opens the counted votes that are sealed to the person's key, and
// returns beside them the counted votes that are not. Votes must be what the
// verifier counts.
func (p *person) openBallots(s *election.Setup, votes []*election.Vote, number int) (own []openedVote, rest []*election.Vote) {
	for _, v := range votes {
		if !v.Counted() {
			continue
		}
		plain, err := ballot.Open(v.Ballot, p.place(s, v, number), p.key)
		if err != nil {
			rest = append(rest, v)
			continue
		}
		own = append(own, openedVote{v, plain})
	}
	slices.SortFunc(own, func(a, b openedVote) int { return cmp.Compare(a.vote.Index, b.vote.Index) })
	return own, rest
}

func (p *person) place(s *election.Setup, v *election.Vote, number int) ballot.Place {
	return ballot.Place{EID: p.e.EID, Outpoint: v.Outpoint, PublicShare: s.PublicShare(v.Index, number)}
}

// opening is the body of the line that publishes what was read.
func opening(own []openedVote) board.Opening {
	body := board.Opening{Count: len(own)}
	for _, r := range own {
		share := r.plain.Share.Bytes()
		body.Openings = append(body.Openings, board.Opened{I: r.vote.Index, J: r.plain.Candidate, S: share[:], Salt: r.plain.Salt})
	}
	return body
}

// disavow adds to an opening that the ballots of rest are not the person's:
// number is its candidate number, 0 for the supervisor.
func (p *person) disavow(body *board.Opening, s *election.Setup, rest []*election.Vote, number int) error {
	for _, v := range rest {
		at := p.place(s, v, p.e.Policy.KeyNumber(max(number, 1)))
		point, proof, err := ballot.Disavow(p.rand, p.key, v.Ballot, at, ballot.Parties{I: v.Index, J: number})
		if err != nil {
			return fmt.Errorf("ballot of slot %d: %w", v.Index, err)
		}
		body.Disavowals = append(body.Disavowals, board.Disavowal{I: v.Index, D: point.Key(), Proof: proof.Bytes()})
	}
	return nil
}

// sweep claims stakes by a path into one output script, in as few transactions
// as relays take, each paying the policy's fee rate out of the stakes.
func (p *person) sweep(votes []*election.Vote, path templates.Path, key curve.Scalar, payout []byte) error {
	for batch := range slices.Chunk(votes, p.batch(path, votes, payout)) {
		tx := newTx()
		value := -p.e.Policy.Fee * int64(templates.SweepSize(len(batch), path.Witness, len(batch[0].Redeem), len(payout)))
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

// batch is how many stakes one claim may spend.
func (p *person) batch(path templates.Path, votes []*election.Vote, payout []byte) int {
	if len(votes) == 0 {
		return 1
	}
	return templates.SweepInputs(path.Witness, len(votes[0].Redeem), len(payout), p.e.Template.SigOps())
}
