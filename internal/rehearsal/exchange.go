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

// exchange is registration and mixing under way.
type exchange struct {
	registrar *roles.Registrar
	treasurer *roles.Treasurer
	mixers    []*roles.Mixer
	people    []*depositor
	view      *election.ExchangeLog
	read      int                   // lines of the board that view has read
	story     *election.ExchangeLog // what the confederates of a lie go by, or nil
	told      map[int]board.Line    // lines that story has in the place of the board's
	order     *rand.Rand
}

// depositor is a voter before it has an anonymous coin.
type depositor struct {
	*roles.Depositor
	voter    *voter
	identity curve.Scalar // the key that the supervisor knows it by
	own      curve.Scalar // the registration key
	public   curve.PublicKey
}

// away tells whether a lie keeps somebody from acting.
func (p *play) away(who string) bool { return p.tricks.away != nil && p.tricks.away(who) }

// mix has everybody register, and exchanges their coins for anonymous ones.
func (p *play) mix() error {
	if err := p.register(); err != nil {
		return err
	}
	last := p.e.Policy.Times.Roll - 1
	for tip, _ := p.chain.Tip(); tip < last; tip++ {
		if err := p.converse(); err != nil {
			return err
		}
		p.progress("mixing", int(tip+1-p.times.announce), int(last-p.times.announce))
		if err := p.advance(tip + 1); err != nil {
			return err
		}
	}
	return p.converse()
}

// register admits mixers and voters, and publishes the registry.
func (p *play) register() error {
	x := p.exchange
	lines, err := x.treasurer.Announce()
	if err != nil {
		return err
	}
	if err := p.append(lines...); err != nil {
		return err
	}
	for _, m := range x.mixers {
		if err := p.admit(m); err != nil {
			return err
		}
	}
	for i, d := range x.people {
		r, err := roles.Register(p.e.EID, d.voter.role, d.identity, d.own)
		if err != nil {
			return err
		}
		if _, err := x.registrar.Admit(r); err != nil {
			return err
		}
		p.progress("registration", i+1, len(x.people))
	}
	tip, _ := p.chain.Tip()
	deadlines, err := roles.Deadlines(p.e.Policy, tip)
	if err != nil {
		return unplayable("%v", err)
	}
	return p.appendLine(x.registrar.Publish(x.treasurer.Mixers(), deadlines))
}

// admit has a mixer announce itself and be certified.
func (p *play) admit(m *roles.Mixer) error {
	line, err := m.Announce(p.overheard())
	if err != nil {
		return err
	}
	if err := p.append(line); err != nil {
		return err
	}
	certificate, err := p.exchange.treasurer.Admit(p.heard("supervisor"), line, m.Request())
	if err != nil {
		return err
	}
	return m.Certify(certificate)
}

// overheard is the public view of the exchange, up to the board's last line.
func (p *play) overheard() *election.ExchangeLog {
	x := p.exchange
	lines := p.log.Lines()
	for ; x.read < len(lines); x.read++ {
		x.view.Read(x.read+1, &lines[x.read])
		if x.story == nil {
			continue
		}
		l, other := x.told[x.read+1]
		if !other {
			l = lines[x.read]
		}
		x.story.Read(x.read+1, &l)
	}
	return x.view
}

// exchanged is the view together with what the chain shows, as somebody takes
// it.
func (p *play) exchanged(who string) (*election.Exchange, error) {
	r, err := p.replay()
	if err != nil {
		return nil, err
	}
	return p.e.Exchange(p.heard(who), r), nil
}

// heard is the public view as somebody takes it: as it is, unless a lie has it
// otherwise.
func (p *play) heard(who string) *election.ExchangeLog {
	view := p.overheard()
	if p.tricks.believes != nil && p.tricks.believes(who) {
		return p.exchange.story
	}
	return view
}

// converse lets everybody act until nobody has anything to say before the next
// block.
func (p *play) converse() error {
	for {
		before := len(p.log.Lines())
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := p.actOffice(); err != nil {
			return err
		}
		if err := p.actDepositors(); err != nil {
			return err
		}
		if len(p.log.Lines()) == before {
			return nil
		}
	}
}

// actOffice lets the treasurer and the mixers act, one after the other.
func (p *play) actOffice() error {
	names, acts := []string{"supervisor"}, []func(*election.Exchange) ([]board.Line, error){p.exchange.treasurer.Act}
	for i, m := range p.exchange.mixers {
		names, acts = append(names, p.mixerRole(i)), append(acts, m.Act)
	}
	for i, act := range acts {
		if p.away(names[i]) {
			continue
		}
		x, err := p.exchanged(names[i])
		if err != nil {
			return err
		}
		lines, err := act(x)
		if err != nil {
			return err
		}
		if err := p.append(lines...); err != nil {
			return err
		}
	}
	return nil
}

// actDepositors lets the depositors act side by side, and mixes their lines, so
// that the board's order does not tell which keys are the same person's.
func (p *play) actDepositors() error {
	x, err := p.exchanged("voters")
	if err != nil {
		return err
	}
	var all []board.Line
	for _, d := range p.exchange.people {
		if p.away(d.voter.role) {
			continue
		}
		lines, err := d.Act(x)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	p.exchange.order.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	return p.append(all...)
}

// mixCoins has everybody get a coin by mixing, and inscribes those who did.
func (p *play) mixCoins() error {
	if err := p.mix(); err != nil {
		return err
	}
	x, err := p.exchanged("supervisor")
	if err != nil {
		return err
	}
	coins := make(map[curve.PublicKey]wire.OutPoint)
	for _, v := range x.Vouchers {
		if paid := x.Coins(v); len(paid) > 0 && x.VerifyVoucher(v) == nil {
			coins[v.By] = paid[0].Outpoint
		}
	}
	enrol := p.supervisor.Enrol // whatever a lie says
	if p.tricks.coins == nil {
		enrol = func(key curve.PublicKey, coin wire.OutPoint, sig []byte) (board.Line, error) {
			return p.exchange.treasurer.Enrol(x, key, coin, sig)
		}
	} else if err := p.tricks.coins(coins); err != nil {
		return err
	}
	p.leaveOut(func(v *voter) bool { _, paid := coins[v.Key()]; return !paid })
	return p.inscribe(coins, enrol)
}

// takeBack lets those take their deposits back for whom nobody issued.
func (p *play) takeBack() error {
	if p.exchange == nil {
		return nil
	}
	x, err := p.exchanged("voters")
	if err != nil {
		return err
	}
	for _, d := range p.exchange.people {
		if p.away(d.voter.role) {
			continue
		}
		if _, err := d.Act(x); err != nil { // it has nothing to write any more
			return err
		}
	}
	return nil
}

// watch shows everybody a block.
func (x *exchange) watch(height uint32, block *wire.MsgBlock) {
	for _, m := range x.mixers {
		m.Watch(height, block)
	}
	for _, d := range x.people {
		d.Watch(height, block)
	}
}

// leaveOut takes voters out of the play who are not on the roll.
func (p *play) leaveOut(absent func(v *voter) bool) {
	p.voters = slices.DeleteFunc(p.voters, absent)
	p.acts = slices.DeleteFunc(p.acts, func(a act) bool { return absent(a.voter) })
}
