package roles

import (
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Tally is a custodial supervisor's count. It also holds the plaintexts of the ballots, until
// OpenAll publishes them.
type Tally struct {
	Counts []int // ballots by candidate, number j at j−1
	Winner int   // the candidate with the most ballots if these are k or more, else 0

	own  []openedVote
	rest []*election.Vote // counted votes that open for no candidate
}

// Format writes the counts, and not what single ballots say.
func (t Tally) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "tally %v, winner %d (ballots hidden)", t.Counts, t.Winner)
}

// Count opens every counted one of the votes of a custodial election with the supervisor's key. Of
// candidates with equally many ballots the first of the policy wins.
func (s *Supervisor) Count(setup *election.Setup, votes []*election.Vote) *Tally {
	t := &Tally{Counts: make([]int, len(s.e.Policy.Candidates))}
	own, rest := s.openBallots(setup, votes, 1)
	t.rest = rest
	for _, o := range own {
		if o.plain.Candidate < 1 || o.plain.Candidate > len(t.Counts) {
			t.rest = append(t.rest, o.vote)
			continue
		}
		t.own = append(t.own, o)
		t.Counts[o.plain.Candidate-1]++
	}
	best := s.e.Policy.K - 1
	for j, n := range t.Counts {
		if n > best {
			best, t.Winner = n, j+1
		}
	}
	return t
}

// Claim pays the winner the stakes of the ballots for it that the replay does not show to be spent. It
// can be repeated until all are claimed. The other stakes are left to their voters' refunds. Without a
// winner the error wraps [ErrTooFew].
func (s *Supervisor) Claim(t *Tally, r *election.Replay) error {
	if t.Winner == 0 {
		return fmt.Errorf("nobody to claim for: %w", ErrTooFew)
	}
	path, err := pathNamed(s.e.Contract, "win")
	if err != nil {
		return err
	}
	var won []*election.Vote
	for _, o := range t.own {
		if o.plain.Candidate == t.Winner {
			won = append(won, o.vote)
		}
	}
	return s.claim(won, r, path, s.key, s.e.Policy.Candidates[t.Winner-1].Payout)
}

// OpenAll publishes what the ballots say, and of each ballot that does not open the proof that it
// does not.
func (s *Supervisor) OpenAll(setup *election.Setup, t *Tally) ([]board.Line, error) {
	body := opening(t.own)
	if err := s.disavow(&body, setup, t.rest, 0); err != nil {
		return nil, err
	}
	return writeAll(&s.participant, body.Split(board.MaxOpened))
}
