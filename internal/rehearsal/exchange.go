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

	performed map[[32]byte]uint32 // acts, by the tip at which they were performed last
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
	if err := p.performAs("supervisor", x.Treasurer.Acts); err != nil {
		return err
	}
	if tip := p.Times.Announce + p.Policy.Depth() - 2; tip < p.Policy.Times.Register {
		if err := p.Advance(tip); err != nil { // what mixers have to begin with is deep
			return err
		}
	}
	for i, m := range x.Mixers {
		if err := p.admit(p.MixerRole(i), m); err != nil {
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
	return p.performAs("supervisor", func(v *roles.View) ([]roles.Act, error) {
		return p.Exchange.registrar.Acts(v, p.Exchange.Treasurer.Mixers())
	})
}

// openVouchers appends the manager's line, with group signatures.
func (p *Play) openVouchers() error { return p.performAs("supervisor", p.Exchange.Treasurer.Acts) }

// admit publishes a mixer's announcement and certifies the mixer's keys.
func (p *Play) admit(role string, m *roles.Mixer) error {
	v, err := p.look(role)
	if err != nil {
		return err
	}
	acts, err := m.Acts(v)
	if err != nil {
		return err
	}
	if err := p.performOnce(role, acts); err != nil {
		return err
	}
	x, err := p.View("supervisor")
	if err != nil {
		return err
	}
	for _, a := range acts {
		certificates, err := p.Exchange.Treasurer.Admit(x.ExchangeLog, *a.Line, m.Requests())
		if err != nil {
			return err
		}
		if err := m.Certify(certificates); err != nil {
			return err
		}
	}
	return nil
}

// look returns what board and chain show to a role.
func (p *Play) look(role string) (*roles.View, error) {
	if p.Hooks.Lines != nil {
		if seen := p.Hooks.Lines(role); seen != nil {
			return roles.NewObserver(p.Election, p.Chain, p.Times.Announce).View(seen)
		}
	}
	return p.Look()
}

// performAs performs what is due of a role.
func (p *Play) performAs(role string, acts func(*roles.View) ([]roles.Act, error)) error {
	v, err := p.look(role)
	if err != nil {
		return err
	}
	due, err := acts(v)
	if err != nil {
		return err
	}
	return p.performOnce(role, due)
}

// performOnce appends lines and sends transactions, each once between two blocks.
func (p *Play) performOnce(role string, acts []roles.Act) error {
	tip, _ := p.Chain.Tip()
	for _, a := range acts {
		key := keyOf(a)
		if last, done := p.Exchange.performed[key]; done && last == tip {
			continue
		}
		p.Exchange.performed[key] = tip
		if a.Line != nil {
			if err := p.Append(*a.Line); err != nil {
				return err
			}
		} else if _, err := p.submit(role, a); err != nil {
			return err
		}
	}
	return nil
}

// View returns the exchange of board and chain, as a role sees it.
func (p *Play) View(role string) (*election.Exchange, error) {
	v, err := p.look(role)
	if err != nil {
		return nil, err
	}
	return v.Exchange, nil
}

// refuses reports whether the board's server refuses a line: a voucher that does not
// count, is not valid, or is one of more than D + 1 of its issuer.
func (p *Play) refuses(l board.Line) (bool, error) {
	if p.Exchange == nil || l.Type != board.TypeVoucher || p.Hooks.Careless {
		return false, nil
	}
	l.Prev = p.Log.Head()
	lines := append(slices.Clone(p.Log.Lines()), l)
	view, err := roles.NewObserver(p.Election, p.Chain, p.Times.Announce).View(lines)
	if err != nil {
		return false, err
	}
	v := view.Exchange.VoucherOf(l.By)
	return v == nil || v.N != len(lines) || !p.Exchange.Treasurer.Takes(view.Exchange, v), nil
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
	if !p.away("supervisor") {
		if err := p.performAs("supervisor", p.Exchange.Treasurer.Acts); err != nil {
			return err
		}
	}
	for i, m := range p.Exchange.Mixers {
		if role := p.MixerRole(i); !p.away(role) {
			if err := p.performAs(role, m.Acts); err != nil {
				return err
			}
		}
	}
	return nil
}

// actDepositors lets the depositors act on the same view, and shuffles their
// lines: the board's order does not show which keys are one depositor's.
func (p *Play) actDepositors() error {
	v, err := p.look("voters")
	if err != nil {
		return err
	}
	var lines []roles.Act
	for _, d := range p.Exchange.Depositors {
		if p.away(d.Voter.Role) {
			continue
		}
		acts, err := d.Acts(v)
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a.Line != nil {
				lines = append(lines, a)
			} else if err := p.performOnce(d.Voter.Role, []roles.Act{a}); err != nil {
				return err
			}
		}
	}
	p.Exchange.order.Shuffle(len(lines), func(a, b int) { lines[a], lines[b] = lines[b], lines[a] })
	return p.performOnce("", lines)
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
