package election

import (
	"bytes"
	"fmt"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// SessionTimeout is the number of blocks after an offer in which a challenge counts. A
// member key has one session at a time, and may open the next after the timeout.
const SessionTimeout = 2

// maxDeposits is how many outputs a depositor may name: a miner can rewrite the id of
// the transaction that pays one.
const maxDeposits = 4

// Deposit is a depositor's coin in escrow, and the issuing for it.
type Deposit struct {
	By      curve.PublicKey // the registration key
	Mixer   *Mixer          // that holds it
	Message []byte          // the blinded message, with blind RSA
	Named   []NamedOutput   // that it says is the deposit, in the board's order
	Session                 // the newest
	Earlier []Session

	N        int           // line of M5: that which names the good output, or the first
	Outpoint wire.OutPoint // that line's
	Sweep    []byte        // the mixer's signature on the sweep's input, of the issue

	turns   int        // ready lines
	offered board.Hash // OfferHash of the newest offer, which a challenge must name
	script  []byte     // of the escrow
	fault   error      // of Exchange.CheckDeposit
}

// NamedOutput is an output that a line names as a deposit.
type NamedOutput struct {
	N        int // line
	Outpoint wire.OutPoint
}

// Session is one attempt at issuing: its moves, each nil until made. With blind RSA
// there is one, which begins with the deposit's message as its challenge.
type Session struct {
	Issuer                          *Issuer // that offers, or nil
	Ready, Offer, Challenge, Answer *Move
	LateChallenge                   *Move // a challenge after the issuer went on to another depositor
}

// Move is one message of a session.
type Move struct {
	N    int    // line
	Seen uint32 // the Seen of the line, or more if earlier lines name higher blocks
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

// Awaits reports whether the depositor said that it is ready and has no offer since.
func (d *Deposit) Awaits() bool { return d.Ready != nil && d.Offer == nil }

// deposit reads M5.
func (m *ExchangeLog) deposit(l Entry[board.Deposit]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	d := m.depositors[l.Line.By]
	rsa := m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA
	switch {
	case err != nil:
		return err.Error()
	case !m.Registered[l.Line.By]:
		return "not by a registered key"
	case m.mixers[l.Body.Mixer] == nil:
		return "it names no mixer"
	case rsa != (len(l.Body.Message) > 0):
		return "it has a blinded message with blind RSA, and none otherwise"
	case d != nil && (d.Mixer.Key != l.Body.Mixer || !bytes.Equal(d.Message, l.Body.Message)):
		return fmt.Sprintf("line %d names another mixer or message", d.N)
	case d != nil && len(d.Named) == maxDeposits:
		return fmt.Sprintf("this key has named %d outputs", maxDeposits)
	}
	if d == nil {
		d = &Deposit{N: l.N, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Message: l.Body.Message, Outpoint: op}
		if d.script, err = m.e.EscrowScript(d.Mixer.Key, d.By); err != nil {
			return err.Error()
		}
		if rsa {
			d.Issuer, d.Challenge = d.Mixer.Issuers[0], m.move(l.N, l.Body.Message)
		}
		m.Deposits, m.depositors[d.By] = append(m.Deposits, d), d
	}
	d.Named = append(d.Named, NamedOutput{l.N, op})
	return ""
}

// move returns the move in the line being read.
func (m *ExchangeLog) move(n int, data []byte) *Move {
	return &Move{n, m.written, append([]byte{}, data...)}
}

// sessions reports whether mixers sign in sessions.
func (m *ExchangeLog) sessions() bool { return m.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind }

// ready reads a depositor's call for an offer. Its line names a block at or above that
// of the deposits' anchor, so the anchor was deep when it was written.
func (m *ExchangeLog) ready(l Entry[board.Ready]) string {
	d := m.depositors[l.Line.By]
	switch {
	case !m.sessions():
		return "there are no sessions"
	case d == nil:
		return "not by a depositor"
	case l.Line.Seen.Height < m.phases.Anchor(DepositsClosed).Height:
		return "it names a block below that of the deposits' anchor"
	case d.Answer != nil:
		return "this deposit was issued for"
	case d.Awaits() || d.inSession():
		return "it awaits an offer, or has a session"
	case l.Body.Turn != d.turns+1:
		return fmt.Sprintf("turn %d, want %d", l.Body.Turn, d.turns+1)
	}
	if d.Ready != nil {
		d.Earlier = append(d.Earlier, d.Session)
	}
	d.turns, d.Session = l.Body.Turn, Session{Ready: m.move(l.N, nil)}
	return ""
}

// inSession reports whether the depositor's newest session is open.
func (d *Deposit) inSession() bool { return d.Issuer != nil && d.Issuer.open == d }

// Lapsed returns how many sessions with the depositor have lapsed.
func (d *Deposit) Lapsed() (n int) {
	for _, s := range d.Earlier {
		if s.Offer != nil {
			n++
		}
	}
	return n
}

// Turns returns how often the depositor said that it is ready.
func (d *Deposit) Turns() int { return d.turns }

// InSession reports whether the depositor's newest session is open.
func (d *Deposit) InSession() bool { return d.inSession() }

// offer reads the first move of a session. It opens a session of a member key and ends
// the key's earlier one.
func (m *ExchangeLog) offer(l Entry[board.Offer]) string {
	d := m.depositors[l.Body.To]
	switch {
	case !m.sessions():
		return "there are no sessions"
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case l.Body.Key > len(d.Mixer.Issuers):
		return fmt.Sprintf("the mixer has %d keys", len(d.Mixer.Issuers))
	case !d.Awaits():
		return "this depositor awaits none"
	}
	issuer := d.Mixer.Issuers[l.Body.Key-1]
	if open := issuer.open; open != nil && open.Challenge != nil {
		m.breach(d.Mixer, l.N, "an offer while the challenge of line %d is not answered", open.Challenge.N)
		pending := open.Session
		m.Breaches[len(m.Breaches)-1].Pending = &pending
	} else if open != nil && m.written <= open.Offer.Seen+SessionTimeout {
		m.breach(d.Mixer, l.N, "an offer at most %d blocks after that of line %d, which it lets lapse", SessionTimeout, open.Offer.N)
	}
	issuer.open, d.Issuer = d, issuer
	d.Offer = m.move(l.N, l.Body.Offer)
	d.offered = board.OfferHash(m.e.EID, l.Body.Offer)
	return ""
}

// challenge reads the second move.
func (m *ExchangeLog) challenge(l Entry[board.Challenge]) string {
	d := m.depositors[l.Line.By]
	switch {
	case !m.sessions():
		return "there are no sessions"
	case d == nil:
		return "not by a depositor"
	case d.Offer == nil || l.Body.Offer != d.offered:
		return "it is not for the newest offer"
	case m.written > d.Offer.Seen+SessionTimeout:
		return fmt.Sprintf("it came more than %d blocks after the offer", SessionTimeout)
	case !d.inSession() && d.Challenge == nil && d.LateChallenge == nil:
		d.LateChallenge = m.move(l.N, l.Body.Challenge)
		return "the session has lapsed"
	case !d.inSession() || d.Challenge != nil:
		return "no session awaits it"
	}
	d.Challenge = m.move(l.N, l.Body.Challenge)
	return ""
}

// issue reads M6: the third move, or the answer to a deposit's message.
func (m *ExchangeLog) issue(l Entry[board.Issue]) string {
	d := m.depositors[l.Body.To]
	switch {
	case d == nil || d.Mixer.Key != l.Line.By:
		return "not by who holds the deposit"
	case d.Answer != nil:
		m.breach(d.Mixer, l.N, "issues a second time, after line %d", d.Answer.N)
		return "this deposit was issued for"
	case m.sessions() && (!d.inSession() || d.Challenge == nil):
		return "no session awaits it"
	}
	d.Answer, d.Sweep = m.move(l.N, l.Body.Answer), l.Body.Sweep
	d.Issuer.open = nil
	return ""
}
