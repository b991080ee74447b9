package roles

import (
	"fmt"

	"bevote/verifier/election"
)

// Tally is a custodial supervisor's count. It also holds the plaintexts of the ballots, until they
// are opened.
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

// read opens every counted one of the votes of a custodial election with the supervisor's key. Of
// candidates with equally many ballots the first of the policy wins.
func (s *Supervisor) read(setup *election.Setup, votes []*election.Vote) *Tally {
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

// claims pays the winner the stakes of the ballots for it. The other stakes are left to their voters'
// refunds.
func (s *Supervisor) claims(view *View) ([]Act, error) {
	t := s.Tally(view)
	if t == nil || t.Winner == 0 || view.Tip >= s.e.Policy.Times.Claim {
		return nil, nil
	}
	path, err := pathNamed(s.e.Contract, "win")
	if err != nil {
		return nil, err
	}
	var won []*election.Vote
	for _, o := range t.own {
		if o.plain.Candidate == t.Winner {
			won = append(won, o.vote)
		}
	}
	return s.claim(view, won, path, s.key, s.e.Policy.Candidates[t.Winner-1].Payout)
}

// openings publishes what the ballots say, and of each ballot that does not open the proof that it does
// not.
func (s *Supervisor) openings(view *View) ([]Act, error) {
	t := s.Tally(view)
	if t == nil || !view.MayOpen() {
		return nil, nil
	}
	body := opening(t.own)
	if err := s.disavow(&body, view.Setup, t.rest, 0); err != nil {
		return nil, err
	}
	return s.open(view, "opening", body)
}

// Tally returns the count of a view in a custodial election, nil before the vote is over.
func (s *Supervisor) Tally(view *View) *Tally {
	count, err := view.Count()
	if count == nil || err != nil || s.e.Policy.Dealt() {
		return nil
	}
	if s.counted != count {
		s.counted, s.tallied = count, s.read(view.Setup, count.All)
	}
	return s.tallied
}
