package roles

import (
	"cmp"
	"fmt"
	"slices"

	"bevote/internal/ballot"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// openedVote is a counted vote with what its ballot says.
type openedVote struct {
	vote  *election.Vote
	plain ballot.Plain
}

// openBallots opens the counted votes with the participant's key. It returns those that open, by slot,
// and the others. number is that of the joint key whose shares the ballots carry.
func (p *participant) openBallots(
	s *election.Setup, votes []*election.Vote, number int,
) (own []openedVote, rest []*election.Vote) {
	for _, v := range election.Counted(votes) {
		at, err := p.place(s, v, number)
		var plain ballot.Plain
		if err == nil {
			plain, err = ballot.Open(v.Ballot, at, p.key)
		}
		if err != nil {
			rest = append(rest, v)
			continue
		}
		own = append(own, openedVote{v, plain})
	}
	slices.SortFunc(own, func(a, b openedVote) int { return cmp.Compare(a.vote.Index, b.vote.Index) })
	return own, rest
}

// place is what a vote's ballot is bound to. It fails where the slot has no public share.
func (p *participant) place(s *election.Setup, v *election.Vote, number int) (ballot.Place, error) {
	share, err := s.PublicShare(v.Index, number)
	return ballot.Place{EID: p.e.EID, Outpoint: v.Outpoint, PublicShare: share}, err
}

// opening is the body of the line that publishes what ballots say.
func opening(own []openedVote) board.Opening {
	body := board.Opening{Count: len(own)}
	for _, o := range own {
		share := o.plain.Share.Bytes()
		body.Openings = append(body.Openings, board.Opened{
			I: o.vote.Index, J: o.plain.Candidate, S: share[:], Salt: o.plain.Salt,
		})
	}
	return body
}

// disavow adds to an opening the proofs that the ballots of rest are not sealed to the participant's key.
// number is the candidate's, or 0 for the supervisor.
func (p *participant) disavow(body *board.Opening, s *election.Setup, rest []*election.Vote, number int) error {
	for _, v := range rest {
		at, err := p.place(s, v, p.e.Policy.KeyNumber(max(number, 1)))
		if err != nil {
			return err
		}
		point, proof, err := ballot.Disavow(p.key, v.Ballot, at, ballot.Parties{I: v.Index, J: number})
		if err != nil {
			return fmt.Errorf("ballot of slot %d: %w", v.Index, err)
		}
		body.Disavowals = append(body.Disavowals, board.Disavowal{I: v.Index, D: point.Key(), Proof: proof.Bytes()})
	}
	return nil
}
