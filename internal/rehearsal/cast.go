package rehearsal

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
)

// castAll gives every part to somebody, each with a stream of its own.
func (p *play) castAll() error {
	var err error
	p.supervisor, err = roles.NewSupervisor(p.e, p.keys["supervisor"], p.node("supervisor"), p.stream("supervisor"))
	if err != nil {
		return err
	}
	for i, c := range p.e.Policy.Candidates {
		role := "candidate " + c.Name
		candidate, err := roles.NewCandidate(p.e, i+1, p.keys[role], p.node(role), p.stream(role))
		if err != nil {
			return err
		}
		p.candidates = append(p.candidates, candidate)
	}
	if err := p.castVoters(); err != nil {
		return err
	}
	return p.castExchange()
}

// voter is a voter with what the rehearsal knows of it beside its role.
type voter struct {
	*roles.Voter
	role   string       // names its stream
	key    curve.Scalar // for misdeeds, which the honest role does not do
	dealer dealer       // itself, or who deals in its place
	choice int          // candidate's number, or 0
	junk   bool         // its ballot is not one
}

// castVoters gives every voter who comes a fresh roll key, or its stand-in
// where the policy names the voters.
func (p *play) castVoters() error {
	n := p.e.Policy.Voters
	if p.opt.Roll < 0 || p.opt.Roll > n {
		return unplayable("a roll of %d, the policy has %d voters", p.opt.Roll, n)
	}
	if p.opt.Roll > 0 {
		n = p.opt.Roll
	}
	n += p.tricks.crowd
	p.voters = make([]*voter, n)
	err := p.each("keys", n, func(i int) (err error) {
		v := &voter{role: fmt.Sprintf("voter %d", i+1)}
		if named := p.e.Policy.Named; len(named) > 0 {
			v.role = "voter " + named[i].Name
		}
		stream := p.stream(v.role)
		if v.key = p.keys[v.role]; len(p.e.Policy.Named) == 0 {
			if v.key, err = curve.RandomScalar(stream); err != nil {
				return err
			}
		}
		v.Voter, err = roles.NewVoter(p.e, v.key, p.node(v.role), stream)
		v.dealer, p.voters[i] = honest{v.Voter}, v
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(p.voters, func(a, b *voter) int {
		ka, kb := a.Key(), b.Key()
		return slices.Compare(ka[:], kb[:])
	})
	return p.plot()
}
