package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// SessionTimeout is the number of blocks after an offer in which a challenge counts. A
// mixer has one session at a time, and may open the next after the timeout.
const SessionTimeout = 2

// Deposit is a depositor's coin in escrow, and the issuing for it. Several may name
// one outpoint; the script of the output decides between them
// ([Exchange.EscrowOf]).
type Deposit struct {
	N        int             // line of M5
	Seen     uint32          // as in Move
	By       curve.PublicKey // the registration key
	Mixer    *Mixer          // that holds it
	Outpoint wire.OutPoint
	Session  // the newest
	Earlier  []Session

	offered board.Hash // OfferHash of the newest offer, which a challenge must name
	script  []byte     // of the escrow
	issue   memo       // of CheckIssue
}

// Session is one attempt at issuing: its three moves, each nil until made.
type Session struct {
	Offer, Challenge, Answer *Move
	LateChallenge            *Move // a challenge after the mixer went on to another depositor
}

// Move is one message of a session.
type Move struct {
	N    int    // line
	Seen uint32 // for [ExchangeLog.Late]: the Seen of the line, or more if earlier lines name higher blocks
	Data []byte // never nil
}

// Where names the deposit's line and outpoint.
func (d *Deposit) Where() string { return fmt.Sprintf("line %d, outpoint %s", d.N, d.Outpoint) }

// AnyChallenge returns a session's challenge, late or not, or nil.
func (s Session) AnyChallenge() *Move {
	if s.Challenge != nil {
		return s.Challenge
	}
	return s.LateChallenge
}

// deposit reads M5.
func (m *ExchangeLog) deposit(l Entry[board.Deposit]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	a, ok := m.Accepted(board.ForHolding, l.Body.Mixer, l.Line.By)
	switch {
	case err != nil:
		return err.Error()
	case !ok || a.Nonce != l.Body.Nonce:
		return "the mixer did not accept it"
	case m.depositors[l.Line.By] != nil:
		return "a second one of this key"
	}
	d := &Deposit{N: l.N, Seen: m.written, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Outpoint: op}
	if d.script, err = m.e.EscrowScript(d.Mixer.Key, d.By); err != nil {
		return err.Error()
	}
	m.Deposits, m.claims[op], m.depositors[d.By] = append(m.Deposits, d), append(m.claims[op], d), d
	return ""
}

// offer reads the first move of a session. It opens the mixer's session and ends the
// mixer's earlier one.
func (m *ExchangeLog) offer(l Entry[board.Offer]) string {
	d := m.depositors[l.Body.To]
	switch {
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case d.Answer != nil:
		return "this deposit was issued for"
	}
	if open := d.Mixer.open; open != nil && open.Challenge != nil {
		m.breach(d.Mixer, l.N, "an offer while the challenge of line %d is not answered", open.Challenge.N)
		pending := open.Session
		m.Breaches[len(m.Breaches)-1].Pending = &pending
	}
	d.Mixer.open = d
	if d.Offer != nil {
		d.Earlier = append(d.Earlier, d.Session)
	}
	d.Session = Session{Offer: m.move(l.N, l.Body.Offer)}
	d.offered = board.OfferHash(m.e.EID, l.Body.Offer)
	return ""
}

// move returns the move in the line being read.
func (m *ExchangeLog) move(n int, data []byte) *Move {
	return &Move{n, m.written, append([]byte{}, data...)}
}

// challenge reads the second move.
func (m *ExchangeLog) challenge(l Entry[board.Challenge]) string {
	d := m.depositors[l.Line.By]
	switch {
	case d == nil:
		return "not by a depositor"
	case d.Offer == nil || l.Body.Offer != d.offered:
		return "it is not for the newest offer"
	case m.written > d.Offer.Seen+SessionTimeout:
		return fmt.Sprintf("it came more than %d blocks after the offer", SessionTimeout)
	case d.Mixer.open != d && d.Challenge == nil && d.LateChallenge == nil:
		d.LateChallenge = m.move(l.N, l.Body.Challenge)
		return "the session has lapsed"
	case d.Mixer.open != d || d.Challenge != nil:
		return "no session awaits it"
	}
	d.Challenge = m.move(l.N, l.Body.Challenge)
	return ""
}

// issue reads M6, the third move.
func (m *ExchangeLog) issue(l Entry[board.Issue]) string {
	d := m.depositors[l.Body.To]
	switch {
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case d.Answer != nil:
		m.breach(d.Mixer, l.N, "a session is answered a second time, after line %d", d.Answer.N)
		return "the session was answered"
	case d.Mixer.open != d || d.Challenge == nil:
		return "no session awaits it"
	}
	d.Answer = m.move(l.N, l.Body.Answer)
	d.Mixer.open = nil
	return ""
}
