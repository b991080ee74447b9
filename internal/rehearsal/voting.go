package rehearsal

import (
	"math/rand/v2"

	"bevote/verifier/election"
)

// Act is what a voter does in the vote's window, and in which block.
type Act struct {
	Voter  *Voter
	Height uint32
	Votes  bool // else it takes its coin away
}

// vote has everybody vote or abstain in blocks of the window, and computes
// which votes count.
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
		for _, a := range p.Acts {
			switch {
			case a.Height != height:
				continue
			case a.Votes:
				err = p.cast(a.Voter, keys)
			default:
				err = a.Voter.Abstain()
			}
			if err != nil {
				return err
			}
			done++
			p.progress("votes", done, len(p.Acts))
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

// cast has a voter vote.
func (p *Play) cast(v *Voter, keys map[string][]byte) error {
	if p.Hooks.Vote != nil {
		if cast, err := p.Hooks.Vote(v, keys); cast || err != nil {
			return err
		}
	}
	return v.Vote(p.Setup, keys, v.Choice)
}

// ballots draws who votes how, and in which block. Of those who abstain every
// second one spends the coin otherwise; the others' coins stay where they are.
func (p *Play) ballots() ([]Act, error) {
	r := rand.New(Stream(p.opt.Seed, "votes"))
	chosen, err := choices(p.Policy, p.opt.Votes, len(p.Voters), r)
	if err != nil {
		return nil, err
	}
	t := p.Policy.Times
	var acts []Act
	for i, v := range p.Voters {
		v.Choice = chosen[i]
		a := Act{v, t.VoteFrom + r.Uint32N(t.VoteTo-t.VoteFrom+1), v.Choice > 0}
		if spends := r.IntN(2) == 0; a.Votes || spends {
			acts = append(acts, a)
		}
	}
	return acts, nil
}

// spent looks whether every counted stake is spent, and notes the height of
// the newest spend.
func (p *Play) spent() (bool, error) {
	r, err := p.Replay()
	if err != nil {
		return false, err
	}
	// The replay follows the stakes of a roll and its votes; which of them
	// count was settled when the vote closed.
	all := true
	for _, v := range p.Counted() {
		height, spent := r.StakeSpent(v.Stake)
		all = all && spent
		p.lastSpend = max(p.lastSpend, height)
	}
	return all, nil
}

// Counted are the votes that count.
func (p *Play) Counted() (out []*election.Vote) {
	for _, v := range p.Votes {
		if v.Counted() {
			out = append(out, v)
		}
	}
	return out
}
