package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/election"
)

// castExchange gives the parts of registration and mixing to somebody.
func (p *play) castExchange() (err error) {
	if !p.e.Policy.Mixed() {
		return nil
	}
	x := &exchange{view: election.NewExchangeLog(p.e), order: rand.New(seeded(p.opt.Seed, "order"))}
	p.exchange = x
	for _, v := range p.voters {
		d := &depositor{voter: v}
		if x.people, err = append(x.people, d), p.castDepositor(d); err != nil {
			return err
		}
	}
	for i := range p.e.Policy.Mixing.Mixers {
		m, err := p.castMixer(i)
		if err != nil {
			return err
		}
		x.mixers = append(x.mixers, m)
	}
	if x.registrar, err = p.openRegister(); err != nil {
		return err
	}
	x.treasurer, err = roles.NewTreasurer(p.supervisor)
	return err
}

func (p *play) castDepositor(d *depositor) (err error) {
	stream := p.stream(d.voter.role + " registration")
	if d.identity, err = curve.RandomScalar(stream); err != nil {
		return err
	}
	if d.own, err = curve.RandomScalar(stream); err != nil {
		return err
	}
	d.public = curve.BaseMul(d.own).Key()
	d.Depositor, err = roles.NewDepositor(p.e, d.own, d.voter.key, p.node(d.voter.role), stream)
	return err
}

// castMixer makes the mixer number i: the policy's, or one with a fresh key.
func (p *play) castMixer(i int) (*roles.Mixer, error) {
	role := p.mixerRole(i)
	stream := p.stream(role)
	if _, known := p.keys[role]; !known {
		key, err := curve.RandomScalar(stream)
		if err != nil {
			return nil, err
		}
		p.keys[role] = key
	}
	journal, err := roles.NewJournal(stream)
	if err != nil {
		return nil, err
	}
	return roles.NewMixer(p.e, strings.TrimPrefix(role, "mixer "), p.keys[role], p.node(role), stream, journal)
}

// mixerRole names the mixer number i's part.
func (p *play) mixerRole(i int) string {
	if named := p.e.Policy.Mixing.Named; len(named) > 0 {
		return "mixer " + named[i].Name
	}
	return fmt.Sprintf("mixer m%d", i+1)
}

// openRegister lists the voters as eligible, the way a supervisor would read it.
func (p *play) openRegister() (*roles.Registrar, error) {
	var list strings.Builder
	list.WriteString("identity,key\n")
	for _, d := range p.exchange.people {
		fmt.Fprintf(&list, "%s,%s\n", d.voter.role, curve.BaseMul(d.identity).Key())
	}
	eligible, err := roles.ReadEligible(strings.NewReader(list.String()))
	if err != nil {
		return nil, err
	}
	return roles.NewRegistrar(p.supervisor, eligible), nil
}
