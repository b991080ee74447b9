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

// MayOpen reports whether ballots may be opened: every counted stake is spent and that is deep
// by the block that a line names now, or that is at or above the policy's height.
func (v *View) MayOpen() bool {
	t, last := v.Election.Policy.Times, v.Election.Policy.Times.VoteTo
	c, err := v.Count()
	if c == nil || err != nil {
		return false
	}
	if v.Seen.Height >= t.Reveal {
		return true
	}
	for _, vote := range c.Counted {
		height, spent := v.Replay.StakeSpent(vote.Stake)
		if !spent {
			return false
		}
		last = max(last, height)
	}
	return v.Seen.Height+1 >= last+v.Election.Policy.Depth()
}

// open writes an opening, in as many lines as it takes, but for those that stand.
func (p *participant) open(view *View, what string, body board.Opening) ([]Act, error) {
	acts, err := lineActs(p, view, what, 0, body.Split(board.MaxOpened)...)
	return slices.DeleteFunc(acts, func(a Act) bool { return view.stands(a.Line) }), err
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
