package rehearsal

import (
	"errors"
	"math/rand/v2"

	"bevote/internal/roles"
	"bevote/verifier/election"
)

// CoinSpend is a spend of a voter's coin in the vote's window.
type CoinSpend struct {
	Voter  *Voter
	Height uint32 // of its block
	Votes  bool   // else the voter abstains, and pays the coin to itself
}

// vote sends the spends of the voters' coins in the blocks of the vote's window,
// and computes which votes count.
func (p *Play) vote() error {
	keys, err := p.Setup.Keys()
	if err != nil {
		return err
	}
	t := p.Policy.Times
	done := 0
	for height := t.VoteFrom; height <= t.VoteTo; height++ {
		if err := p.Advance(height - 1); err != nil {
			return err
		}
		for _, a := range p.CoinSpends {
			switch {
			case a.Height != height:
				continue
			case a.Votes:
				if err = p.cast(a.Voter, keys); errors.Is(err, roles.ErrNoShare) {
					a.Voter.Choice, err = 0, a.Voter.Abstain()
				}
			default:
				err = a.Voter.Abstain()
			}
			if err != nil {
				return err
			}
			done++
			p.progress("votes", done, len(p.CoinSpends))
		}
	}
	if err := p.Advance(max(t.VoteTo, p.Times.Count)); err != nil {
		return err
	}
	r, err := p.Replay()
	if err != nil {
		return err
	}
	if p.Votes, err = p.Election.Votes(p.Setup, r); err != nil {
		return err
	}
	for _, v := range p.Voters {
		v.Follow(p.Votes)
	}
	return nil
}

// cast casts a voter's vote.
func (p *Play) cast(v *Voter, keys map[string][]byte) error {
	if p.Hooks.Vote != nil {
		if cast, err := p.Hooks.Vote(v, keys); cast || err != nil {
			return err
		}
	}
	return v.Vote(p.Setup, keys, v.Choice)
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

// spent reports whether every counted stake is spent, and updates lastSpend.
func (p *Play) spent() (bool, error) {
	r, err := p.Replay()
	if err != nil {
		return false, err
	}
	// The replay follows the stakes of all votes. Which of them count was
	// computed when the vote closed.
	all := true
	for _, v := range election.Counted(p.Votes) {
		height, spent := r.StakeSpent(v.Stake)
		all = all && spent
		p.lastSpend = max(p.lastSpend, height)
	}
	return all, nil
}
