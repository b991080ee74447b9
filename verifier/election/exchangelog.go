package election

import (
	"fmt"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/verifier/board"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// The deadlines of the exchange (paper, section 3.3), as indices of
// ExchangeLog.Deadlines: the last blocks of requests, deposits, issues, vouchers
// and payouts.
const (
	T1 = iota
	T2
	T3
	T4
	T5
)

// ExchangeLog is what a board says of registration and exchange: a pure function
// of its lines. It holds the lines that count by the rules of docs/protocol.md.
// Signatures are verified on demand. The log does not depend on the chain; [Exchange]
// joins the two.
type ExchangeLog struct {
	Manager      []byte                   // the manager's modulus as published; nil until it is
	Registry     *board.Registry          // nil until it is published
	RegistryLine int                      // 0 until it is published
	Deadlines    [5]uint32                // T1 … T5, of the registry
	Registered   map[curve.PublicKey]bool // registration keys, of the registry
	Mixers       []*Mixer                 // of the registry, in its order
	Requests     []Entry[board.Request]   // in the board's order, like the next
	Deposits     []*Deposit
	Vouchers     []*Voucher
	Sweeps       []Entry[board.Sweep] // by mixers
	Settled      *board.Settlement    // nil until it is published
	SettledLine  int                  // 0 until it is published
	Head         [32]byte             // of the board that an anchor closed; zero before

	Ignored  []IgnoredLine
	Breaches []Breach

	e          *Election
	announced  map[curve.PublicKey]Entry[board.Mixer]
	mixers     map[curve.PublicKey]*Mixer
	asked      map[asking]bool
	accepted   map[asking]Entry[board.Accept]
	nonces     map[nonce]int // the line that accepts with it
	claims     map[wire.OutPoint][]*Deposit
	depositors map[curve.PublicKey]*Deposit // by registration key
	vouchers   map[curve.PublicKey]*Voucher // by roll key
	latest     uint32                       // highest Seen of the lines so far
	written    uint32                       // seenBy of the line being read

	group func() (*mixing.Group, error) // computed once
}

// asking is a key's request to a mixer: to hold its deposit, or to pay its coin.
type asking struct {
	by, mixer curve.PublicKey
	purpose   string
}

// nonce is a mixer's nonce: those of two mixers may be equal.
type nonce struct {
	by    curve.PublicKey
	value board.Hash
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

// NewExchangeLog returns the log of an empty board.
func NewExchangeLog(e *Election) *ExchangeLog {
	m := &ExchangeLog{
		e: e, Registered: make(map[curve.PublicKey]bool),
		announced: make(map[curve.PublicKey]Entry[board.Mixer]), mixers: make(map[curve.PublicKey]*Mixer),
		asked: make(map[asking]bool), accepted: make(map[asking]Entry[board.Accept]), nonces: make(map[nonce]int),
		claims: make(map[wire.OutPoint][]*Deposit), depositors: make(map[curve.PublicKey]*Deposit),
		vouchers: make(map[curve.PublicKey]*Voucher),
	}
	m.group = sync.OnceValues(m.makeGroup)
	return m
}

// Read adds the board's line number n to the log. Lines of other types are skipped.
func (m *ExchangeLog) Read(n int, l *board.Line) {
	m.written = m.seenBy(l)
	m.latest = max(m.latest, l.Seen.Height)
	read := lineTypes[l.Type].read
	if read == nil {
		return
	}
	if why := read(m, n, l); why != "" {
		m.Ignored = append(m.Ignored, IgnoredLine{n, l.Type, result.Item{
			Where: fmt.Sprintf("line %d", n), Message: fmt.Sprintf("the %s does not count: %s", l.Type, why),
		}})
	}
}

// seenBy returns the height that [ExchangeLog.Late] compares with the deadlines:
//
//	max(its Seen, highest Seen before it − (d − 1))
//
// Thus a line is not dated before earlier lines. The term d − 1 keeps a line that
// names a block that is not yet d deep from making later lines late.
func (m *ExchangeLog) seenBy(l *board.Line) uint32 {
	return max(l.Seen.Height, m.latest-min(m.latest, m.e.Policy.Depth()-1))
}

// Late reports whether a line is past a deadline, T1 to T5. Seen is the height of
// a [Move] or a [Voucher]: its author's tip was at seen + d − 1.
func (m *ExchangeLog) Late(seen uint32, deadline int) bool {
	return uint64(seen)+uint64(m.e.Policy.Depth())-1 > uint64(m.Deadlines[deadline])
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
