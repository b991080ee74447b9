package rehearsal

import (
	"math/rand/v2"

	"bevote/internal/roles"
)

// CoinSpend is a spend of a voter's coin in the vote's window.
type CoinSpend struct {
	Voter  *Voter
	Height uint32 // of its block
	Votes  bool   // else the voter abstains, and pays the coin to itself
}

// choose tells the voters their choices.
func (p *Play) choose() {
	for _, v := range p.Voters {
		v.Choose(p.ChoiceOf(v))
	}
}

// ChoiceOf is what a voter decides in the play.
func (p *Play) ChoiceOf(v *Voter) (c roles.Choice) {
	for _, a := range p.CoinSpends {
		switch {
		case a.Voter != v:
		case a.Votes:
			c = roles.Choice{Candidate: max(1, v.Choice), Height: a.Height} // 1 where a hook votes
		default:
			c = roles.Choice{Abstain: true, Height: a.Height}
		}
	}
	return c
}

// castInstead reports whether a hook casts something in the place of a voter's act, which is a vote or
// an abstention. It asks the hook of each voter who votes once.
func (p *Play) castInstead(v *Voter, a roles.Act) (bool, error) {
	votes := p.ChoiceOf(v).Candidate > 0
	if votes && !v.asked && p.Hooks.Vote != nil {
		keys, err := p.Setup.Keys()
		if err != nil {
			return false, err
		}
		v.asked = true
		if v.cast, err = p.Hooks.Vote(v, keys); err != nil {
			return false, err
		}
	}
	if votes && !v.cast && a.What == "abstention" {
		v.Choice = 0 // it has no share to vote with
	}
	p.spent++
	p.progress("votes", min(p.spent, len(p.CoinSpends)), len(p.CoinSpends))
	return v.cast, nil
}

// drawSpends draws the voters' choices, and the block of each spend. A voter who
// abstains spends its coin with probability 1/2.
func (p *Play) drawSpends() ([]CoinSpend, error) {
	r := rand.New(Stream(p.opt.Seed, "votes"))
	chosen, err := choices(p.Policy, p.opt.Votes, len(p.Voters), r)
	if err != nil {
		return nil, err
	}
	t := p.Policy.Times
	var acts []CoinSpend
	for i, v := range p.Voters {
		v.Choice = chosen[i]
		a := CoinSpend{v, t.VoteFrom + r.Uint32N(t.VoteTo-t.VoteFrom+1), v.Choice > 0}
		if spends := r.IntN(2) == 0; a.Votes || spends {
			acts = append(acts, a)
		}
	}
	return acts, nil
}
