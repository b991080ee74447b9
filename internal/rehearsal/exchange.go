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
	log        *election.ExchangeLog
	read       int        // lines of the board that log has read
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

// mix registers mixers and depositors, and lets them act before each block until
// the roll closes.
func (p *Play) mix() error {
	if err := p.register(); err != nil {
		return err
	}
	last := p.Policy.Times.Roll - 1
	for tip, _ := p.Chain.Tip(); tip < last; tip++ {
		if err := p.actUntilQuiet(); err != nil {
			return err
		}
		if err := p.anchorExchange(tip); err != nil {
			return err
		}
		p.progress("mixing", int(tip+1-p.Times.Announce), int(last-p.Times.Announce))
		if err := p.Advance(tip + 1); err != nil {
			return err
		}
	}
	return p.actUntilQuiet()
}

// anchorExchange makes the anchor of the exchange whose phase ends at a height.
func (p *Play) anchorExchange(tip uint32) error {
	t := p.Policy.Times
	for kind, by := range map[int]uint32{
		election.RegisterClosed: t.Register, election.DepositsClosed: t.Deposit,
		election.IssuesClosed: t.Issue, election.VouchersClosed: t.Voucher,
	} {
		if by != tip {
			continue
		}
		if p.Hooks.Anchor != nil {
			if closed, err := p.Hooks.Anchor(kind, by+1); closed || err != nil {
				return err
			}
		}
		r, err := p.Replay()
		if err != nil {
			return err
		}
		return p.Supervisor.Anchor(r, p.Log.Head())
	}
	return nil
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

// admit publishes a mixer's announcement and certifies the mixer.
func (p *Play) admit(m *roles.Mixer) error {
	line, err := m.Announce(p.ExchangeLog())
	if err != nil {
		return err
	}
	if err := p.Append(line); err != nil {
		return err
	}
	certificate, err := p.Exchange.Treasurer.Admit(p.exchangeLogFor("supervisor"), line, m.Request())
	if err != nil {
		return err
	}
	return m.Certify(certificate)
}

// ExchangeLog returns the exchange as the board shows it, up to the last line.
func (p *Play) ExchangeLog() *election.ExchangeLog {
	x := p.Exchange
	lines := p.Log.Lines()
	for ; x.read < len(lines); x.read++ {
		x.log.Read(x.read+1, &lines[x.read])
	}
	return x.log
}

// exchangeFor returns the exchange of board and chain, as a role sees it.
func (p *Play) exchangeFor(role string) (*election.Exchange, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	return p.Election.Exchange(p.exchangeLogFor(role), r), nil
}

// exchangeLogFor returns the exchange of the board, as a role sees it.
func (p *Play) exchangeLogFor(role string) *election.ExchangeLog {
	if p.Hooks.ExchangeLog != nil {
		if view := p.Hooks.ExchangeLog(role); view != nil {
			return view
		}
	}
	return p.ExchangeLog()
}

// actUntilQuiet lets the roles act until none writes another line before the
// next block.
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

// actDepositors lets the depositors act on the same view, and shuffles their
// lines: the board's order does not show which keys are one depositor's.
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

// mixCoins plays the exchange, and returns the coins that it paid by roll key.
func (p *Play) mixCoins() (map[curve.PublicKey]wire.OutPoint, error) {
	if err := p.mix(); err != nil {
		return nil, err
	}
	x, err := p.exchangeFor("supervisor")
	if err != nil {
		return nil, err
	}
	coins := make(map[curve.PublicKey]wire.OutPoint)
	for _, v := range x.Vouchers {
		if paid := x.Coins(v); len(paid) > 0 && x.VerifyVoucher(v) == nil {
			coins[v.By] = paid[0].Outpoint
		}
	}
	p.removeVoters(func(v *Voter) bool { _, paid := coins[v.Key()]; return !paid })
	return coins, nil
}

// reclaim lets depositors without an issued voucher take their deposits back.
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
		if _, err := d.Act(x); err != nil { // which writes no lines after the roll
			return err
		}
	}
	return nil
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
