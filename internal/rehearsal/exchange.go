package rehearsal

import (
	"math/rand/v2"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Exchange is registration and mixing under way.
type Exchange struct {
	registrar  *roles.Registrar
	Treasurer  *roles.Treasurer
	Mixers     []*roles.Mixer
	Depositors []*Depositor
	view       *election.Mixing
	read       int // lines of the board that view has read
	order      *rand.Rand
}

// Depositor is a voter before it has an anonymous coin.
type Depositor struct {
	*roles.Depositor
	Voter    *Voter
	identity curve.Scalar // the key that the supervisor knows it by
	Secret   curve.Scalar // the registration key
}

// away reports whether a role does nothing.
func (p *Play) away(role string) bool { return p.Hooks.Away != nil && p.Hooks.Away(role) }

// mix has everybody register, and exchanges their coins for anonymous ones.
func (p *Play) mix() error {
	if err := p.register(); err != nil {
		return err
	}
	last := p.Policy.Times.Roll - 1
	for tip, _ := p.Chain.Tip(); tip < last; tip++ {
		if err := p.actUntilQuiet(); err != nil {
			return err
		}
		p.progress("mixing", int(tip+1-p.Times.Announce), int(last-p.Times.Announce))
		if err := p.Advance(tip + 1); err != nil {
			return err
		}
	}
	return p.actUntilQuiet()
}

// register admits mixers and voters, and publishes the registry.
func (p *Play) register() error {
	x := p.Exchange
	lines, err := x.Treasurer.Announce()
	if err != nil {
		return err
	}
	if err := p.Append(lines...); err != nil {
		return err
	}
	for _, m := range x.Mixers {
		if err := p.admit(m); err != nil {
			return err
		}
	}
	for i, d := range x.Depositors {
		r, err := roles.Register(p.EID, d.Voter.Role, d.identity, d.Secret)
		if err != nil {
			return err
		}
		if _, err := x.registrar.Admit(r); err != nil {
			return err
		}
		p.progress("registration", i+1, len(x.Depositors))
	}
	tip, _ := p.Chain.Tip()
	deadlines, err := roles.Deadlines(p.Policy, tip)
	if err != nil {
		return Unplayable("%v", err)
	}
	return p.appendLine(x.registrar.Publish(x.Treasurer.Mixers(), deadlines))
}

// admit has a mixer announce itself and be certified.
func (p *Play) admit(m *roles.Mixer) error {
	line, err := m.Announce(p.Mixing())
	if err != nil {
		return err
	}
	if err := p.Append(line); err != nil {
		return err
	}
	certificate, err := p.Exchange.Treasurer.Admit(p.mixingFor("supervisor"), line, m.Request())
	if err != nil {
		return err
	}
	return m.Certify(certificate)
}

// Mixing is the public view of the exchange, up to the board's last line.
func (p *Play) Mixing() *election.Mixing {
	x := p.Exchange
	lines := p.Log.Lines()
	for ; x.read < len(lines); x.read++ {
		x.view.Read(x.read+1, &lines[x.read])
	}
	return x.view
}

// exchangeFor is the view together with what the chain shows, as somebody takes
// it.
func (p *Play) exchangeFor(who string) (*election.Exchange, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	return p.Election.Exchange(p.mixingFor(who), r), nil
}

// mixingFor is the public view as a role sees it.
func (p *Play) mixingFor(role string) *election.Mixing {
	if p.Hooks.Mixing != nil {
		if view := p.Hooks.Mixing(role); view != nil {
			return view
		}
	}
	return p.Mixing()
}

// actUntilQuiet lets everybody act until nobody has anything to say before the next
// block.
func (p *Play) actUntilQuiet() error {
	for {
		before := len(p.Log.Lines())
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := p.actMixers(); err != nil {
			return err
		}
		if err := p.actDepositors(); err != nil {
			return err
		}
		if len(p.Log.Lines()) == before {
			return nil
		}
	}
}

// actMixers lets the treasurer and the mixers act, one after the other.
func (p *Play) actMixers() error {
	names, acts := []string{"supervisor"}, []func(*election.Exchange) ([]board.Line, error){p.Exchange.Treasurer.Act}
	for i, m := range p.Exchange.Mixers {
		names, acts = append(names, p.MixerRole(i)), append(acts, m.Act)
	}
	for i, act := range acts {
		if p.away(names[i]) {
			continue
		}
		x, err := p.exchangeFor(names[i])
		if err != nil {
			return err
		}
		lines, err := act(x)
		if err != nil {
			return err
		}
		if err := p.Append(lines...); err != nil {
			return err
		}
	}
	return nil
}

// actDepositors lets the depositors act side by side, and mixes their lines, so
// that the board's order does not tell which keys are the same person's.
func (p *Play) actDepositors() error {
	x, err := p.exchangeFor("voters")
	if err != nil {
		return err
	}
	var all []board.Line
	for _, d := range p.Exchange.Depositors {
		if p.away(d.Voter.Role) {
			continue
		}
		lines, err := d.Act(x)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	p.Exchange.order.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	return p.Append(all...)
}

// mixCoins has everybody get a coin by mixing, and inscribes those who did.
func (p *Play) mixCoins() error {
	if err := p.mix(); err != nil {
		return err
	}
	x, err := p.exchangeFor("supervisor")
	if err != nil {
		return err
	}
	coins := make(map[curve.PublicKey]wire.OutPoint)
	for _, v := range x.Vouchers {
		if paid := x.Coins(v); len(paid) > 0 && x.Valid(v) == nil {
			coins[v.By] = paid[0].Outpoint
		}
	}
	enrol := p.Supervisor.Enrol // also what the exchange has not paid
	if p.Hooks.Coins == nil {
		enrol = func(key curve.PublicKey, coin wire.OutPoint, sig []byte) (board.Line, error) {
			return p.Exchange.Treasurer.Enrol(x, key, coin, sig)
		}
	} else if err := p.Hooks.Coins(coins); err != nil {
		return err
	}
	p.removeVoters(func(v *Voter) bool { _, paid := coins[v.Key()]; return !paid })
	return p.writeRoll(coins, enrol)
}

// reclaim lets those take their deposits back for whom nobody issued.
func (p *Play) reclaim() error {
	if p.Exchange == nil {
		return nil
	}
	x, err := p.exchangeFor("voters")
	if err != nil {
		return err
	}
	for _, d := range p.Exchange.Depositors {
		if p.away(d.Voter.Role) {
			continue
		}
		if _, err := d.Act(x); err != nil { // it has nothing to write any more
			return err
		}
	}
	return nil
}

// watch shows everybody a block.
func (x *Exchange) watch(height uint32, block *wire.MsgBlock) {
	for _, m := range x.Mixers {
		m.Watch(height, block)
	}
	for _, d := range x.Depositors {
		d.Watch(height, block)
	}
}

// removeVoters takes voters out of the play who are not on the roll.
func (p *Play) removeVoters(absent func(v *Voter) bool) {
	p.Voters = slices.DeleteFunc(p.Voters, absent)
	p.Acts = slices.DeleteFunc(p.Acts, func(a Act) bool { return absent(a.Voter) })
}
