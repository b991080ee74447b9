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

// Exchange is the mixing phase under way: registration and the exchange of
// coins.
type Exchange struct {
	registrar  *roles.Registrar
	Treasurer  *roles.Treasurer
	Mixers     []*roles.Mixer
	Depositors []*Depositor
	order      *rand.Rand // of the depositors' lines
}

// Depositor is a voter before it has an anonymous coin.
type Depositor struct {
	*roles.Depositor
	Voter    *Voter
	identity curve.Scalar // secret of the key by which the supervisor knows it
	Secret   curve.Scalar // of the registration key
}

// away reports whether a role does nothing.
func (p *Play) away(role string) bool { return p.Hooks.Away != nil && p.Hooks.Away(role) }

// register admits mixers and voters.
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
	return nil
}

// writeRegistry appends the registry of those who were admitted.
func (p *Play) writeRegistry() error {
	return p.appendLine(p.Exchange.registrar.Publish(p.Exchange.Treasurer.Mixers()))
}

// openVouchers appends the manager's line, with group signatures.
func (p *Play) openVouchers() error {
	v, err := p.Look()
	if err != nil {
		return err
	}
	lines, err := p.Exchange.Treasurer.Open(v.Closing().Exchange)
	if err != nil {
		return err
	}
	return p.Append(lines...)
}

// admit publishes a mixer's announcement and certifies the mixer's keys.
func (p *Play) admit(m *roles.Mixer) error {
	x, err := p.View("mixers")
	if err != nil {
		return err
	}
	line, err := m.Announce(x.ExchangeLog)
	if err != nil {
		return err
	}
	if err := p.Append(line); err != nil {
		return err
	}
	if x, err = p.View("supervisor"); err != nil {
		return err
	}
	certificates, err := p.Exchange.Treasurer.Admit(x.ExchangeLog, line, m.Requests())
	if err != nil {
		return err
	}
	return m.Certify(certificates)
}

// View returns the exchange of board and chain, as a role sees it.
func (p *Play) View(role string) (*election.Exchange, error) {
	if p.Hooks.Lines != nil {
		if seen := p.Hooks.Lines(role); seen != nil {
			v, err := roles.NewObserver(p.Election, p.Chain, p.Times.Announce).View(seen)
			if err != nil {
				return nil, err
			}
			return v.Exchange, nil
		}
	}
	v, err := p.Look()
	if err != nil {
		return nil, err
	}
	return v.Exchange, nil
}

// exchangeOf returns the exchange of the board with a voucher more.
func (p *Play) exchangeOf(lines []board.Line) (*election.Exchange, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	return p.Election.Exchange(lines, r.Sequence(0), r), nil
}

// refuses reports whether the board's server refuses a line: a voucher that does not
// count, is not valid, or is one of more than D + 1 of its issuer.
func (p *Play) refuses(l board.Line) (bool, error) {
	if p.Exchange == nil || l.Type != board.TypeVoucher || p.Hooks.Careless {
		return false, nil
	}
	l.Prev = p.Log.Head()
	lines := append(slices.Clone(p.Log.Lines()), l)
	x, err := p.exchangeOf(lines)
	if err != nil {
		return false, err
	}
	v := x.VoucherOf(l.By)
	return v == nil || v.N != len(lines) || !p.Exchange.Treasurer.Takes(x, v), nil
}

// actExchange lets the parties of the exchange act until the entries of the roll are due, and the
// depositors once more after that. What ends a phase is written when they are quiet.
func (p *Play) actExchange(view *roles.View) (acted bool, err error) {
	t, before := p.Policy.Times, len(p.Log.Lines())
	if p.Exchange == nil || p.step != enrol || view.Tip == t.Roll {
		return false, nil
	}
	if view.Tip < t.Roll {
		if err := p.actMixers(); err != nil {
			return false, err
		}
	}
	if err := p.actDepositors(); err != nil {
		return false, err
	}
	if len(p.Log.Lines()) > before {
		return true, nil
	}
	for _, end := range []struct {
		height uint32
		of     board.Type
		write  func() error
	}{{t.Register, board.TypeRegistry, p.writeRegistry}, {t.Voucher, board.TypeOpened, p.openVouchers}} {
		if view.Tip == end.height && !p.closing[end.of] {
			p.closing[end.of] = true
			return true, end.write()
		}
	}
	return false, nil
}

// actMixers lets the treasurer and the mixers act, one after the other, each on
// what those before it wrote.
func (p *Play) actMixers() error {
	names, acts := []string{"supervisor"}, []func(*election.Exchange) ([]board.Line, error){p.Exchange.Treasurer.Act}
	for i, m := range p.Exchange.Mixers {
		names, acts = append(names, p.MixerRole(i)), append(acts, m.Act)
	}
	for i, act := range acts {
		if p.away(names[i]) {
			continue
		}
		x, err := p.View(names[i])
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

// actDepositors lets the depositors act on the same view, and shuffles their
// lines: the board's order does not show which keys are one depositor's.
func (p *Play) actDepositors() error {
	x, err := p.View("voters")
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

// watch shows mixers and depositors a block.
func (x *Exchange) watch(height uint32, block *wire.MsgBlock) {
	for _, m := range x.Mixers {
		m.Watch(height, block)
	}
	for _, d := range x.Depositors {
		d.Watch(height, block)
	}
}

// rewind takes back the blocks from height on.
func (x *Exchange) rewind(height uint32) {
	for _, m := range x.Mixers {
		m.Rewind(height)
	}
	for _, d := range x.Depositors {
		d.Rewind(height)
	}
}

// removeVoters removes the voters that are not on the roll.
func (p *Play) removeVoters(absent func(v *Voter) bool) {
	p.Voters = slices.DeleteFunc(p.Voters, absent)
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a CoinSpend) bool { return absent(a.Voter) })
}
