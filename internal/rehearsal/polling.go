package rehearsal

import (
	"math/rand/v2"

	"bevote/verifier/election"
)

// act is what a voter does in the vote's window, and in which block.
type act struct {
	voter  *voter
	height uint32
	votes  bool // else it takes its coin away
}

// vote has everybody vote or abstain in blocks of the window, and computes
// which votes count.
func (p *play) vote() error {
	keys, err := p.setup.Keys()
	if err != nil {
		return err
	}
	t := p.e.Policy.Times
	done := 0
	for height := t.VoteFrom; height <= t.VoteTo; height++ {
		if err := p.advance(height - 1); err != nil {
			return err
		}
		for _, a := range p.acts {
			switch {
			case a.height != height:
				continue
			case a.votes:
				err = p.cast(a.voter, keys)
			default:
				err = a.voter.Abstain()
			}
			if err != nil {
				return err
			}
			done++
			p.progress("votes", done, len(p.acts))
		}
	}
	if err := p.advance(max(t.VoteTo, p.times.count)); err != nil {
		return err
	}
	r, err := p.replay()
	if err != nil {
		return err
	}
	if p.votes, err = p.e.Votes(p.setup, r); err != nil {
		return err
	}
	for _, v := range p.voters {
		v.Follow(p.votes)
	}
	return nil
}

// cast has a voter vote, or cast what it casts instead.
func (p *play) cast(v *voter, keys map[string][]byte) error {
	if p.tricks.cast != nil {
		if cast, err := p.tricks.cast(v, keys); cast || err != nil {
			return err
		}
	}
	if !v.junk {
		return v.Vote(p.setup, keys, v.choice)
	}
	text, err := p.junk(v)
	if err != nil {
		return err
	}
	return v.Cast(p.setup, keys, text)
}

// ballots draws who votes how, and in which block. Of those who abstain every
// second one spends the coin otherwise; the others' coins stay where they are.
func (p *play) ballots() ([]act, error) {
	r := rand.New(seeded(p.opt.Seed, "votes"))
	chosen, err := choices(p.e.Policy, p.opt.Votes, len(p.voters), r)
	if err != nil {
		return nil, err
	}
	t := p.e.Policy.Times
	var acts []act
	for i, v := range p.voters {
		v.choice = chosen[i]
		a := act{v, t.VoteFrom + r.Uint32N(t.VoteTo-t.VoteFrom+1), v.choice > 0}
		if spends := r.IntN(2) == 0; a.votes || spends {
			acts = append(acts, a)
		}
	}
	return acts, nil
}

// spent looks whether every counted stake is spent, and notes the height of
// the newest spend.
func (p *play) spent() (bool, error) {
	r, err := p.replay()
	if err != nil {
		return false, err
	}
	// The replay follows the stakes of a roll and its votes; which of them
	// count was settled when the vote closed.
	all := true
	for _, v := range election.Counted(p.votes) {
		height, spent := r.StakeSpent(v.Stake)
		all = all && spent
		p.lastSpend = max(p.lastSpend, height)
	}
	return all, nil
}
