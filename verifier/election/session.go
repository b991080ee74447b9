package election

import (
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/result"
)

// SessionTimeout is how many blocks a depositor has to answer an offer, and a mixer
// waits for the answer before it goes on to the next depositor.
const SessionTimeout = 2

// deposit takes M5.
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
	d.answers = board.OfferHash(m.e.EID, l.Body.Offer)
	return ""
}

// move is the message of the line being read.
func (m *ExchangeLog) move(n int, data []byte) *Move {
	return &Move{n, m.written, append([]byte{}, data...)}
}

func (m *ExchangeLog) challenge(l Entry[board.Challenge]) string {
	d := m.depositors[l.Line.By]
	switch {
	case d == nil:
		return "not by a depositor"
	case d.Offer == nil || l.Body.Offer != d.answers:
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

// issue takes M6.
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

// breach notes what a mixer did against the rules of sessions.
func (m *ExchangeLog) breach(x *Mixer, n int, format string, args ...any) {
	m.Breaches = append(m.Breaches, Breach{By: x, Item: result.Item{Where: fmt.Sprintf("line %d", n), Message: fmt.Sprintf(format, args...)}})
}
