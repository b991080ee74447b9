package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/roles"
)

// newExchange makes the roles of registration and mixing.
func (p *Play) newExchange() (err error) {
	if !p.Policy.Mixed() {
		return nil
	}
	x := &Exchange{order: rand.New(Stream(p.opt.Seed, "order")), performed: make(map[[32]byte]uint32)}
	p.Exchange = x
	for _, v := range p.Voters {
		d := &Depositor{Voter: v}
		if x.Depositors, err = append(x.Depositors, d), p.newDepositor(d); err != nil {
			return err
		}
	}
	for i := range p.Policy.Mixing.Mixers {
		m, err := p.newMixer(i)
		if err != nil {
			return err
		}
		x.Mixers = append(x.Mixers, m)
	}
	if x.registrar, err = p.newRegistrar(); err != nil {
		return err
	}
	x.Treasurer, err = roles.NewTreasurer(p.Supervisor)
	return err
}

func (p *Play) newDepositor(d *Depositor) (err error) {
	seed := p.Seed(d.Voter.Role + " registration")
	d.identity, d.Secret = seed.Key("identity"), seed.Key("registration")
	d.Depositor, err = roles.NewDepositor(p.Election, d.Secret, d.Voter.Secret, p.Node(d.Voter.Role), seed)
	return err
}

// newMixer makes mixer number i, from 0: with the policy's key, or with a fresh
// one where the policy names no mixers.
func (p *Play) newMixer(i int) (*roles.Mixer, error) {
	role := p.MixerRole(i)
	stream := p.Stream(role)
	if _, known := p.Keys[role]; !known {
		key, err := curve.RandomScalar(stream)
		if err != nil {
			return nil, err
		}
		p.Keys[role] = key
	}
	journal, err := roles.NewJournal(stream)
	if err != nil {
		return nil, err
	}
	return roles.NewMixer(p.Election, strings.TrimPrefix(role, "mixer "), p.Keys[role], p.Node(role), stream, journal, 1)
}

// MixerRole returns the role of mixer number i, from 0, as streams name it.
func (p *Play) MixerRole(i int) string {
	if named := p.Policy.Mixing.Named; len(named) > 0 {
		return "mixer " + named[i].Name
	}
	return fmt.Sprintf("mixer m%d", i+1)
}

// newRegistrar makes a registrar to which all voters are eligible. The list is
// read from its file format.
func (p *Play) newRegistrar() (*roles.Registrar, error) {
	var list strings.Builder
	list.WriteString("identity,key\n")
	for _, d := range p.Exchange.Depositors {
		fmt.Fprintf(&list, "%s,%s\n", d.Voter.Role, curve.BaseMul(d.identity).Key())
	}
	eligible, err := roles.ReadEligible(strings.NewReader(list.String()))
	if err != nil {
		return nil, err
	}
	return roles.NewRegistrar(p.Supervisor, eligible), nil
}
