package rehearsal

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
)

// newRoles makes all roles, each with a seed of its own.
func (p *Play) newRoles() error {
	var err error
	p.Server = curve.BaseMul(p.Seed("server").Key("receipts")).Key()
	p.Supervisor, err = roles.NewSupervisor(p.Election, p.Keys["supervisor"], p.Node("supervisor"), p.Seed("supervisor"))
	if err != nil {
		return err
	}
	for i, c := range p.Policy.Candidates {
		role := "candidate " + c.Name
		candidate, err := roles.NewCandidate(p.Election, i+1, p.Keys[role], p.Node(role), p.Seed(role))
		if err != nil {
			return err
		}
		p.Candidates = append(p.Candidates, candidate)
	}
	if err := p.newVoters(); err != nil {
		return err
	}
	return p.newExchange()
}

// Voter is a voter with its secret, its choice and its part in the play.
type Voter struct {
	*roles.Voter
	Role   string       // as seeds name it, such as "voter 1"
	Secret curve.Scalar // of the roll key
	Dealer Dealer       // in place of the voter's own dealing, or nil
	Choice int          // candidate's number, or 0 to abstain

	slot             int  // in the roll, from 1; 0 before it is closed
	committed, dealt bool // whether the Dealer has
	asked, cast      bool // whether the hook Vote was asked, and has cast something
}

// Slot returns the voter's slot in the closed roll, from 1, or 0 before.
func (v *Voter) Slot() int { return v.slot }

// newVoters makes the voters of the roll: with fresh roll keys, or with the
// stand-ins' where the policy names the voters.
func (p *Play) newVoters() error {
	n := p.Policy.Voters
	if p.opt.Roll < 0 || p.opt.Roll > n {
		return Unplayable("a roll of %d, the policy has %d voters", p.opt.Roll, n)
	}
	if p.opt.Roll > 0 {
		n = p.opt.Roll
	}
	p.Voters = make([]*Voter, n)
	err := p.parallel("keys", n, func(i int) (err error) {
		v := &Voter{Role: fmt.Sprintf("voter %d", i+1)}
		if named := p.Policy.Named; len(named) > 0 {
			v.Role = "voter " + named[i].Name
		}
		seed := p.Seed(v.Role)
		if v.Secret = p.Keys[v.Role]; len(p.Policy.Named) == 0 {
			v.Secret = seed.Key("roll")
		}
		v.Voter, err = roles.NewVoter(p.Election, v.Secret, p.Node(v.Role), seed)
		p.Voters[i] = v
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(p.Voters, func(a, b *Voter) int {
		ka, kb := a.Key(), b.Key()
		return slices.Compare(ka[:], kb[:])
	})
	return nil
}
