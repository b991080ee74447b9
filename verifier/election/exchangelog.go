package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/result"
)

// ExchangeLog is what a board says of registration and exchange: a pure function of
// its lines and of the anchors that divide them. It holds the lines that count by the
// rules of docs/protocol.md, those of the open phase too. It does not depend on what
// was paid; [Exchange] joins the two.
type ExchangeLog struct {
	Manager      []byte                   // the manager's modulus as published; nil until it is
	Registry     *board.Registry          // nil until it is published
	RegistryLine int                      // 0 until it is published
	Registered   map[curve.PublicKey]bool // registration keys, of the registry
	Mixers       []*Mixer                 // of the registry, in its order
	Deposits     []*Deposit               // one of each depositor, in the board's order, like the next
	Vouchers     []*Voucher               // one of each roll key
	OpenedLine   int                      // 0 until it is published

	Ignored  []IgnoredLine
	Breaches []Breach

	e          *Election
	phases     *Phases
	announced  map[curve.PublicKey]Entry[board.Mixer]
	mixers     map[curve.PublicKey]*Mixer
	depositors map[curve.PublicKey]*Deposit // by registration key
	vouchers   map[curve.PublicKey]*Voucher // by roll key
	opened     []board.OpenedVoucher
	latest     uint32 // highest Seen of the lines so far
	written    uint32 // seenBy of the line being read
	own        uint32 // Seen of that line
}

// IgnoredLine is a line that does not count, and why.
type IgnoredLine struct {
	N    int // its number
	Type board.Type
	result.Item
}

// Breach is what a mixer did against the rules of sessions, shown by its own lines.
type Breach struct {
	By *Mixer
	result.Item
	Pending *Session // if not nil, a breach only if the challenge of this session is well-formed
}

// newExchangeLog reads the lines of a board, each in the phase in which it stands.
func newExchangeLog(e *Election, p *Phases) *ExchangeLog {
	m := &ExchangeLog{
		e: e, phases: p, Registered: make(map[curve.PublicKey]bool),
		announced: make(map[curve.PublicKey]Entry[board.Mixer]), mixers: make(map[curve.PublicKey]*Mixer),
		depositors: make(map[curve.PublicKey]*Deposit), vouchers: make(map[curve.PublicKey]*Voucher),
	}
	after := 0 // the last anchor before the line
	for i := range p.lines {
		for after < VouchersClosed && p.Closed(after+1) && p.Lines(after+1) <= i {
			after++
		}
		if p.refused[i] == nil {
			m.read(i+1, &p.lines[i], after)
		}
	}
	return m
}

// read adds the board's line number n to the log. Lines of other types are skipped.
func (m *ExchangeLog) read(n int, l *board.Line, after int) {
	m.date(l)
	row := lineTypes[l.Type]
	if row.read == nil {
		return
	}
	why := "it stands outside of its phase"
	if row.after == after {
		why = row.read(m, n, l)
	}
	if why != "" {
		m.Ignored = append(m.Ignored, IgnoredLine{n, l.Type, result.Item{
			Where: fmt.Sprintf("line %d", n), Message: fmt.Sprintf("the %s does not count: %s", l.Type, why),
		}})
	}
}

// date dates a line for those of sessions.
func (m *ExchangeLog) date(l *board.Line) {
	m.written, m.own = m.seenBy(l), l.Seen.Height
	m.latest = max(m.latest, l.Seen.Height)
}

// seenBy returns the height by which lines of sessions are dated:
//
//	max(its Seen, highest Seen before it − (d − 1))
//
// Thus a line is not dated before earlier lines. The term d − 1 keeps a line that
// names a block that is not yet d deep from making later lines late.
func (m *ExchangeLog) seenBy(l *board.Line) uint32 {
	return max(l.Seen.Height, m.latest-min(m.latest, m.e.Policy.Depth()-1))
}

// DepositOf returns the deposit of a registration key, or nil.
func (m *ExchangeLog) DepositOf(key curve.PublicKey) *Deposit { return m.depositors[key] }

// VoucherOf returns the voucher of a roll key, or nil.
func (m *ExchangeLog) VoucherOf(key curve.PublicKey) *Voucher { return m.vouchers[key] }

// MixerOf returns the mixer with a key, or nil.
func (m *ExchangeLog) MixerOf(key curve.PublicKey) *Mixer { return m.mixers[key] }

// breach notes what a mixer did against the rules of sessions in line n.
func (m *ExchangeLog) breach(x *Mixer, n int, format string, args ...any) {
	m.Breaches = append(m.Breaches, Breach{By: x, Item: result.Item{
		Where: fmt.Sprintf("line %d", n), Message: fmt.Sprintf(format, args...),
	}})
}
