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

// The deadlines of the exchange, as places in Mixing.Deadlines: the last
// blocks of requests, deposits, issues, vouchers and payouts.
const (
	T1 = iota
	T2
	T3
	T4
	T5
)

// ExchangeLog is what a board says of registration and of the exchange: a pure
// function of its lines, the same for every reader. It holds what counts by
// the rules of docs/protocol.md; whether signatures are right is computed when
// it is asked for, and what the chain did is the Replay's to say.
type ExchangeLog struct {
	Manager   []byte               // the manager's modulus as published, or nil
	Registry  *board.Registry      // nil until it is published
	Deadlines [5]uint32            // T1 … T5, of the registry
	Mixers    []*Mixer             // those of the registry, in its order
	Deposits  []*Deposit           // in the board's order
	Vouchers  []*Voucher           // in the board's order
	Sweeps    []Entry[board.Sweep] // by mixers
	Settled   *board.Settlement    // nil until it is published
	Requests  []Entry[board.Request]

	e            *Election
	Head         [32]byte // of the board up to the anchor that closes it, where one does
	RegistryLine int      // its line
	SettledLine  int
	announced    map[curve.PublicKey]Entry[board.Mixer]
	mixers       map[curve.PublicKey]*Mixer
	Registered   map[curve.PublicKey]bool
	asked        map[asking]bool
	accepted     map[asking]Entry[board.Accept]
	claims       map[wire.OutPoint][]*Deposit // who say that it is theirs
	depositors   map[curve.PublicKey]*Deposit
	vouchers     map[curve.PublicKey]*Voucher
	nonces       map[nonce]int // line of the acceptance
	latest       uint32        // newest block that a line read so far has seen
	written      uint32        // Seen of the line being read
	Ignored      []IgnoredLine // lines that do not count
	Breaches     []Breach

	grouping sync.Once // of the group
	group    *mixing.Group
	noGroup  error
}

// asking names a request: who asks which mixer for what.
type asking struct {
	by, mixer curve.PublicKey
	purpose   string
}

// nonce is a mixer's: another may have the same, and would not make it a fault
// to have drawn it.
type nonce struct {
	by    curve.PublicKey
	value board.Hash
}

// IgnoredLine is a line that does not count, and why.
type IgnoredLine struct {
	Type board.Type
	result.Item
}

// Breach is what a mixer did against the rules, shown by its own lines.
type Breach struct {
	By *Mixer
	result.Item
	Pending *Session // the one that it left unanswered: a breach if its challenge is well-formed
}

// Mixer is one who mixes.
type Mixer struct {
	Name      string
	Key       curve.PublicKey
	Announced []byte // its member key or RSA key as published
	N         int    // the line

	open      *Deposit // with whom it has a session
	keying    sync.Once
	scheme    mixing.Verifier
	schemeErr error // why there is no scheme
}

// Deposit is a depositor's coin in escrow, and the issuing for it. Several may
// name one outpoint; the escrow's script shows whose it is.
type Deposit struct {
	N        int             // line of M5
	Seen     uint32          // as in Move
	By       curve.PublicKey // the registration key
	Mixer    *Mixer          // who holds it
	Outpoint wire.OutPoint
	Session  // the newest one
	Earlier  []Session
	answers  board.Hash // OfferHash of its offer, which a challenge must name
	script   []byte     // of the escrow
	ruling              // what Right said
}

// Session is one attempt at issuing: its three moves, each nil until made.
type Session struct {
	Offer, Challenge, Answer *Move
	LateChallenge            *Move // a challenge that came when the mixer had gone on
}

// Move is one message of a session.
type Move struct {
	N    int    // line
	Seen uint32 // for Late: the height that the author names, or what lines before show it to be at least
	Data []byte // never nil
}

// Voucher is a signature that a roll key shows to be paid its coin.
type Voucher struct {
	N         int             // line of M7
	Seen      uint32          // as in Move
	By        curve.PublicKey // the roll key
	Mixer     *Mixer          // who is to pay
	Nonce     board.Hash
	Issuer    []byte // key of the mixer that signed, where the scheme shows it
	Signature []byte
	Payouts   []Payout
	ruling    // what Valid said
}

// Payout is where a voucher's coin is said to be.
type Payout struct {
	N        int // line
	By       curve.PublicKey
	Outpoint wire.OutPoint
}

// NewExchangeLog begins to read a board; Read takes its lines.
func NewExchangeLog(e *Election) *ExchangeLog {
	return &ExchangeLog{
		e: e, announced: make(map[curve.PublicKey]Entry[board.Mixer]), mixers: make(map[curve.PublicKey]*Mixer),
		Registered: make(map[curve.PublicKey]bool), asked: make(map[asking]bool), accepted: make(map[asking]Entry[board.Accept]),
		claims: make(map[wire.OutPoint][]*Deposit), depositors: make(map[curve.PublicKey]*Deposit),
		vouchers: make(map[curve.PublicKey]*Voucher), nonces: make(map[nonce]int),
	}
}

// Read takes the board's line number n (from 1). Lines of other phases mean
// nothing to it.
func (m *ExchangeLog) Read(n int, l *board.Line) {
	m.written = m.seenBy(l)
	m.latest = max(m.latest, l.Seen.Height)
	if why := m.read(n, l); why != "" {
		m.Ignored = append(m.Ignored, IgnoredLine{l.Type, result.Item{Where: fmt.Sprintf("line %d", n), Message: fmt.Sprintf("the %s does not count: %s", l.Type, why)}})
	}
}

// seenBy is the height that tells whether a line is late. Who writes late can
// name an old block; but no line is older than those before it. The newest block
// that these name counts as their authors' tip and not as d deep, so that nobody
// makes others late by naming a block that is not yet so deep.
func (m *ExchangeLog) seenBy(l *board.Line) uint32 {
	return max(l.Seen.Height, m.latest-min(m.latest, m.e.Policy.Depth()-1))
}

// read returns why a line does not count, or "".
func (m *ExchangeLog) read(n int, l *board.Line) string {
	if read := lineTypes[l.Type].read; read != nil {
		return read(m, n, l)
	}
	return ""
}

// Late tells whether what was written with seen at a height is past one of the
// deadlines: its author's tip was above it.
func (m *ExchangeLog) Late(seen uint32, deadline int) bool {
	return uint64(seen)+uint64(m.e.Policy.Depth())-1 > uint64(m.Deadlines[deadline])
}

// DepositOf finds the deposit of a registration key, or nil.
func (m *ExchangeLog) DepositOf(key curve.PublicKey) *Deposit { return m.depositors[key] }

// VoucherOf finds the voucher of a roll key, or nil.
func (m *ExchangeLog) VoucherOf(key curve.PublicKey) *Voucher { return m.vouchers[key] }

// MixerOf finds the mixer with a key, or nil.
func (m *ExchangeLog) MixerOf(key curve.PublicKey) *Mixer { return m.mixers[key] }

func (d *Deposit) Where() string { return fmt.Sprintf("line %d, outpoint %s", d.N, d.Outpoint) }

func (v *Voucher) Where() string { return fmt.Sprintf("line %d", v.N) }

// AnyChallenge is a session's challenge, in time for the mixer or not.
func (s Session) AnyChallenge() *Move {
	if s.Challenge != nil {
		return s.Challenge
	}
	return s.LateChallenge
}
