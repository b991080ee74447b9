package verifier

import (
	"fmt"
	"slices"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/lang"

	"github.com/btcsuite/btcd/wire/v2"
)

// The deadlines of the exchange, as places in Mixing.Deadlines: the last
// blocks of requests, deposits, issues, vouchers and payouts.
const (
	T1 = iota
	T2
	T3
	T4
	T5
)

// Mixing is what a board says of registration and of the exchange: a pure
// function of its lines, the same for every reader. It holds what counts by
// the rules of docs/protocol.md; whether signatures are right is computed when
// it is asked for, and what the chain did is the Replay's to say.
type Mixing struct {
	Manager   []byte               // the manager's modulus as published, or nil
	Registry  *board.Registry      // nil until it is published
	Deadlines [5]uint32            // T1 … T5, of the registry
	Mixers    []*Mixer             // those of the registry, in its order
	Deposits  []*Deposit           // in the board's order
	Vouchers  []*Voucher           // in the board's order
	Sweeps    []entry[board.Sweep] // by mixers
	Settled   *board.Settlement    // nil until it is published
	Requests  []entry[board.Request]

	e          *Election
	registryN  int // its line
	settledN   int
	announced  map[curve.PublicKey]entry[board.Mixer]
	mixers     map[curve.PublicKey]*Mixer
	registered map[curve.PublicKey]bool
	asked      map[asking]bool
	accepted   map[asking]entry[board.Accept]
	deposits   map[wire.OutPoint]*Deposit
	depositors map[curve.PublicKey]*Deposit
	vouchers   map[curve.PublicKey]*Voucher
	ignored    []Item   // lines that do not count, and why
	breaches   []breach // of the one-session rule
}

// asking names a request: who asks which mixer for what.
type asking struct {
	by, mixer curve.PublicKey
	purpose   string
}

// breach is what a party did against the rules, shown by its own lines.
type breach struct {
	party string
	Item
}

// Mixer is one who mixes.
type Mixer struct {
	Name      string
	Key       curve.PublicKey
	Announced []byte // its member key or RSA key as published
	N         int    // the line

	open *Deposit // with whom it has a session
}

// Deposit is a depositor's coin in escrow, and the issuing for it.
type Deposit struct {
	N        int             // line of M5
	By       curve.PublicKey // the registration key
	Mixer    *Mixer          // who holds it
	Outpoint wire.OutPoint
	Session  // the newest one
}

// Session is one attempt at issuing: its three moves, each nil until made.
type Session struct {
	Offer, Challenge, Answer *Move
}

// Move is one message of a session.
type Move struct {
	N    int // line
	Seen uint32
	Data []byte
}

// Voucher is a signature that a roll key shows to be paid its coin.
type Voucher struct {
	N         int             // line of M7
	Seen      uint32          // height
	By        curve.PublicKey // the roll key
	Mixer     *Mixer          // who is to pay
	Nonce     board.Hash
	Issuer    []byte // key of the mixer that signed, where the scheme shows it
	Signature []byte
	Payouts   []Payout
}

// Payout is where a voucher's coin is said to be.
type Payout struct {
	N        int // line
	By       curve.PublicKey
	Outpoint wire.OutPoint
}

// NewMixing begins to read a board; Read takes its lines.
func NewMixing(e *Election) *Mixing {
	return &Mixing{
		e: e, announced: make(map[curve.PublicKey]entry[board.Mixer]), mixers: make(map[curve.PublicKey]*Mixer),
		registered: make(map[curve.PublicKey]bool), asked: make(map[asking]bool), accepted: make(map[asking]entry[board.Accept]),
		deposits: make(map[wire.OutPoint]*Deposit), depositors: make(map[curve.PublicKey]*Deposit),
		vouchers: make(map[curve.PublicKey]*Voucher),
	}
}

// Read takes the board's line number n (from 1). Lines of other phases mean
// nothing to it.
func (m *Mixing) Read(n int, l *board.Line) {
	if why := m.read(n, l); why != "" {
		m.ignored = append(m.ignored, Item{fmt.Sprintf("line %d", n), fmt.Sprintf("the %s does not count: %s", l.Type, why)})
	}
}

// read returns why a line does not count, or "".
func (m *Mixing) read(n int, l *board.Line) string {
	switch l.Type {
	case board.TypeManager:
		return taken(m, n, l, (*Mixing).manager)
	case board.TypeMixer:
		return taken(m, n, l, (*Mixing).mixer)
	case board.TypeRegistry:
		return taken(m, n, l, (*Mixing).registry)
	case board.TypeRequest:
		return taken(m, n, l, (*Mixing).request)
	case board.TypeAccept:
		return taken(m, n, l, (*Mixing).accept)
	case board.TypeDeposit:
		return taken(m, n, l, (*Mixing).deposit)
	case board.TypeOffer:
		return taken(m, n, l, (*Mixing).offer)
	case board.TypeChallenge:
		return taken(m, n, l, (*Mixing).challenge)
	case board.TypeIssue:
		return taken(m, n, l, (*Mixing).issue)
	case board.TypeVoucher:
		return taken(m, n, l, (*Mixing).voucher)
	case board.TypePayout:
		return taken(m, n, l, (*Mixing).payout)
	case board.TypeSweep:
		return taken(m, n, l, (*Mixing).sweep)
	case board.TypeSettlement:
		return taken(m, n, l, (*Mixing).settlement)
	}
	return ""
}

// taken gives a line with its body to whoever reads its type.
func taken[T board.Body](m *Mixing, n int, l *board.Line, by func(*Mixing, entry[T]) string) string {
	var body T
	if err := board.DecodeBody(*l, &body); err != nil {
		return err.Error()
	}
	return by(m, entry[T]{n, l, body})
}

const notSupervisor = "not by the supervisor"

func (m *Mixing) manager(l entry[board.Manager]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Manager != nil:
		return "there is a modulus already"
	}
	m.Manager = l.Body.Modulus
	return ""
}

// mixer takes an announcement. Where the policy names the mixers, only theirs.
func (m *Mixing) mixer(l entry[board.Mixer]) string {
	named := m.e.Policy.Mixing.Named
	is := func(x lang.Named) bool { return x.Key == l.Line.By && x.Name == l.Body.Name }
	_, again := m.announced[l.Line.By]
	switch {
	case m.Registry != nil:
		return "the registry is closed"
	case again:
		return "this mixer is announced already"
	case len(named) > 0 && !slices.ContainsFunc(named, is):
		return "the policy does not name this mixer"
	}
	m.announced[l.Line.By] = l
	return ""
}

func (m *Mixing) registry(l entry[board.Registry]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Registry != nil:
		return "there is a registry already"
	}
	m.Registry, m.registryN = &l.Body, l.N
	copy(m.Deadlines[:], l.Body.Deadlines)
	for _, v := range l.Body.Voters {
		m.registered[v.Key] = true
	}
	for _, key := range l.Body.Mixers {
		a, announced := m.announced[key]
		if announced && m.mixers[key] == nil {
			x := &Mixer{Name: a.Body.Name, Key: key, Announced: a.Body.Key, N: a.N}
			m.mixers[key], m.Mixers = x, append(m.Mixers, x)
		}
	}
	return ""
}

// request takes M1 and M3.
func (m *Mixing) request(l entry[board.Request]) string {
	due := m.Deadlines[T2:T4]
	if l.Body.For == board.ForPaying {
		due = m.Deadlines[T4:]
	}
	ask := asking{l.Line.By, l.Body.Mixer, l.Body.For}
	switch {
	case m.mixers[l.Body.Mixer] == nil:
		return "it asks nobody who mixes"
	case m.registered[l.Line.By] != (l.Body.For == board.ForHolding):
		return "holding is asked for by registered keys, paying by others"
	case !slices.Equal(l.Body.Deadlines, due):
		return "the deadlines are not the registry's"
	case m.asked[ask]:
		return "it was asked already"
	}
	m.asked[ask] = true
	m.Requests = append(m.Requests, l)
	return ""
}

// accept takes M2 and M4.
func (m *Mixing) accept(l entry[board.Accept]) string {
	ask := asking{l.Body.To, l.Line.By, l.Body.For}
	_, again := m.accepted[ask]
	switch {
	case !m.asked[ask]:
		return "nobody asked for it"
	case again:
		return "it was accepted already"
	}
	m.accepted[ask] = l
	return ""
}

// Accepted returns a mixer's acceptance of a request.
func (m *Mixing) Accepted(purpose string, mixer, by curve.PublicKey) (board.Accept, bool) {
	l, ok := m.accepted[asking{by, mixer, purpose}]
	return l.Body, ok
}

// deposit takes M5.
func (m *Mixing) deposit(l entry[board.Deposit]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	a, ok := m.Accepted(board.ForHolding, l.Body.Mixer, l.Line.By)
	switch {
	case err != nil:
		return err.Error()
	case !ok || a.Nonce != l.Body.Nonce:
		return "the mixer did not accept it"
	case m.depositors[l.Line.By] != nil:
		return "a second one of this key"
	case m.deposits[op] != nil:
		return "another's outpoint"
	}
	d := &Deposit{N: l.N, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Outpoint: op}
	m.Deposits, m.deposits[op], m.depositors[d.By] = append(m.Deposits, d), d, d
	return ""
}

// session finds the deposit that a move is about.
func (m *Mixing) session(outpoint []byte) *Deposit {
	op, err := decodeOutpoint(outpoint)
	if err != nil {
		return nil
	}
	return m.deposits[op]
}

func (m *Mixing) offer(l entry[board.Offer]) string {
	d := m.session(l.Body.Deposit)
	switch {
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case d.Answer != nil:
		return "this deposit was issued for"
	}
	if open := d.Mixer.open; open != nil && open.Challenge != nil {
		m.breach(d.Mixer, l.N, "an offer while the challenge of line %d is not answered", open.Challenge.N)
	}
	d.Mixer.open = d
	d.Session = Session{Offer: move(l.N, l.Line, l.Body.Offer)}
	return ""
}

func move(n int, l *board.Line, data []byte) *Move { return &Move{n, l.Seen.Height, data} }

func (m *Mixing) challenge(l entry[board.Challenge]) string {
	d := m.session(l.Body.Deposit)
	switch {
	case d == nil || d.By != l.Line.By:
		return "not by the depositor"
	case d.Mixer.open != d || d.Challenge != nil:
		return "no session awaits it"
	}
	d.Challenge = move(l.N, l.Line, l.Body.Challenge)
	return ""
}

// issue takes M6.
func (m *Mixing) issue(l entry[board.Issue]) string {
	d := m.session(l.Body.Deposit)
	switch {
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case d.Answer != nil:
		m.breach(d.Mixer, l.N, "a session is answered a second time, after line %d", d.Answer.N)
		return "the session was answered"
	case d.Mixer.open != d || d.Challenge == nil:
		return "no session awaits it"
	}
	d.Answer = move(l.N, l.Line, l.Body.Answer)
	d.Mixer.open = nil
	return ""
}

// breach notes what a mixer did against the rules of sessions.
func (m *Mixing) breach(x *Mixer, n int, format string, args ...any) {
	m.breaches = append(m.breaches, breach{"mixer " + x.Name, Item{fmt.Sprintf("line %d", n), fmt.Sprintf(format, args...)}})
}

// voucher takes M7.
func (m *Mixing) voucher(l entry[board.Voucher]) string {
	a, ok := m.Accepted(board.ForPaying, l.Body.Mixer, l.Line.By)
	switch {
	case !ok || a.Nonce != l.Body.Nonce:
		return "the mixer did not accept it"
	case m.vouchers[l.Line.By] != nil:
		return "a second one of this key"
	}
	v := &Voucher{N: l.N, Seen: l.Line.Seen.Height, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Nonce: l.Body.Nonce,
		Issuer: l.Body.Issuer, Signature: l.Body.Signature}
	m.Vouchers, m.vouchers[v.By] = append(m.Vouchers, v), v
	return ""
}

// payout takes the place of tx3. A second one for a voucher is kept too, and
// is for the checks to judge.
func (m *Mixing) payout(l entry[board.Payout]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	v := m.vouchers[l.Body.Key]
	switch {
	case err != nil:
		return err.Error()
	case v == nil:
		return "no voucher of this key"
	case l.Line.By != v.Mixer.Key && l.Line.By != m.e.Policy.Supervisor:
		return "neither by the mixer that was to pay nor by the supervisor"
	}
	v.Payouts = append(v.Payouts, Payout{l.N, l.Line.By, op})
	return ""
}

func (m *Mixing) sweep(l entry[board.Sweep]) string {
	if m.mixers[l.Line.By] == nil {
		return "not by a mixer"
	}
	m.Sweeps = append(m.Sweeps, l)
	return ""
}

func (m *Mixing) settlement(l entry[board.Settlement]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Settled != nil:
		return "there is a settlement already"
	}
	m.Settled, m.settledN = &l.Body, l.N
	return ""
}

// Late tells whether what was written with seen at a height is past one of the
// deadlines: its author's tip was above it.
func (m *Mixing) Late(seen uint32, deadline int) bool {
	return uint64(seen)+uint64(max(1, m.e.Policy.Confirmations))-1 > uint64(m.Deadlines[deadline])
}

// DepositOf finds the deposit of a registration key, or nil.
func (m *Mixing) DepositOf(key curve.PublicKey) *Deposit { return m.depositors[key] }

// VoucherOf finds the voucher of a roll key, or nil.
func (m *Mixing) VoucherOf(key curve.PublicKey) *Voucher { return m.vouchers[key] }

// MixerOf finds the mixer with a key, or nil.
func (m *Mixing) MixerOf(key curve.PublicKey) *Mixer { return m.mixers[key] }
