package rehearsal

import (
	"fmt"
	"strings"
)

// Summary is what was played. The result is the auditor's to establish.
type Summary struct {
	Policy   string         `json:"policy"` // id of the policy as given
	Played   string         `json:"played"` // id of the policy with stand-ins
	Seed     uint64         `json:"seed"`
	Roll     int            `json:"roll"`
	Votes    map[string]int `json:"votes"`    // by candidate, and "abstain"
	Claimant string         `json:"claimant"` // candidate that claimed the stakes, or ""
	Ended    string         `json:"ended"`    // reason of an early end, or ""
	Lines    int            `json:"lines"`    // on the board
	Tip      uint32         `json:"tip"`
}

// Summary returns the summary of a play that has run.
func (p *Play) Summary() *Summary {
	tip, _ := p.Chain.Tip()
	s := &Summary{
		Policy: p.id, Played: p.Policy.ID(), Seed: p.opt.Seed, Roll: len(p.Voters), Votes: map[string]int{abstain: 0},
		Claimant: p.Claimant, Ended: p.ended, Lines: len(p.Log.Lines()), Tip: tip,
	}
	for _, c := range p.Policy.Candidates {
		s.Votes[c.Name] = 0
	}
	for _, v := range p.Voters {
		name := abstain
		if v.Choice > 0 {
			name = p.Policy.Candidates[v.Choice-1].Name
		}
		s.Votes[name]++
	}
	return s
}

// String returns the summary in four lines.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "policy  %s\nplayed  %s, every key a stand-in from seed %d\n", s.Policy, s.Played, s.Seed)
	outcome := "nobody claimed"
	switch {
	case s.Ended != "":
		outcome = "ended: " + s.Ended
	case s.Claimant != "":
		outcome = "claimed for " + s.Claimant
	}
	fmt.Fprintf(&b, "voters  %d: %s; %s\nrecord  %d board lines, tip %d\n", s.Roll, describe(s.Votes), outcome, s.Lines, s.Tip)
	return b.String()
}
