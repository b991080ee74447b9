package roles

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// issueSession is the session that the journal has open for a member key. It follows from the journal: to
// keep it saves time only.
type issueSession struct {
	mixing.Session
	of     *openSession
	answer []byte // nil until the challenge is stored
}

// issue issues with blind RSA for all deposits together, with group signatures in sessions.
func (m *Mixer) issue(view *View) (acts []Act, err error) {
	if m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		return m.issueAll(view)
	}
	for i, k := range m.keys {
		due, err := m.issueBy(view, k, view.Exchange.MixerOf(m.public).Issuers[i])
		if err != nil {
			return nil, err
		}
		acts = append(acts, due...)
	}
	return acts, nil
}

// issueAll answers the message of each good deposit that was not issued for. A message that is none
// gets no answer.
func (m *Mixer) issueAll(view *View) (acts []Act, err error) {
	x := view.Exchange
	for _, d := range x.Deposits {
		if d.Mixer.Key != m.public || d.Answer != nil || x.CheckDeposit(d) != nil {
			continue
		}
		s, err := m.keys[0].issuer.Open(nil)
		if err != nil {
			return nil, err
		}
		answer, err := s.Answer(d.Message)
		if errors.Is(err, mixing.ErrChallenge) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("answering a deposit: %w", err)
		}
		due, err := m.answer(view, d, answer)
		if err != nil {
			return nil, err
		}
		acts = append(acts, due...)
	}
	return acts, nil
}

// answer is the act of M6, with the mixer's signature on the input by which the supervisor sweeps the
// deposit.
func (m *Mixer) answer(view *View, d *election.Deposit, answer []byte) ([]Act, error) {
	redeem, err := m.e.EscrowRedeem(m.public, d.By)
	if err != nil {
		return nil, err
	}
	sweep, err := signAs(election.SweptInput(d.Outpoint), 0, redeem, m.key, election.SweepHashType)
	if err != nil {
		return nil, err
	}
	return lineActs(&m.participant, view, "issue", m.e.Policy.Times.Issue, board.Issue{To: d.By, Answer: answer, Sweep: sweep})
}

// issueBy continues the session that the journal has open for a member key, or opens one with the next
// depositor:
//
//	mixer                      depositor
//	           ◀────────────── ready
//	the session is stored
//	offer      ──────────────▶
//	           ◀────────────── challenge, within [election.SessionTimeout] blocks
//	the challenge is stored
//	issue (M6) ──────────────▶
func (m *Mixer) issueBy(view *View, k *memberKey, by *election.Issuer) ([]Act, error) {
	if m.journal.open[k.number] != nil {
		acts, err := m.proceed(view, k, by)
		if err != nil || m.journal.open[k.number] != nil {
			return acts, err
		}
	}
	d := m.next(view)
	if d == nil || !mayLeave(view, by.Open()) {
		return nil, nil
	}
	if err := m.journal.begin(m.rand, k.number, d.By, d.Turns()); err != nil {
		return nil, err
	}
	return m.offer(view, k, d.By)
}

// mayLeave reports whether an issuer may go on to another depositor: it has no session open on the board, or
// one whose challenge is malformed or can no more come. The session may be one that an older copy of the
// journal does not have.
func mayLeave(view *View, open *election.Deposit) bool {
	switch {
	case open == nil:
		return true
	case open.Challenge != nil:
		return errors.Is(view.Exchange.CheckSession(open.Session), mixing.ErrChallenge)
	}
	return view.Seen.Height > open.Offer.Seen+election.SessionTimeout
}

// proceed does what the board asks of the session that the journal has open, and closes the session where
// the board shows that it is over. A board that does not show it, or not yet, is an older one, or one that
// lost the offer: the offer is made again there, and no other one, since it may still be answered.
func (m *Mixer) proceed(view *View, k *memberKey, by *election.Issuer) ([]Act, error) {
	o := m.journal.open[k.number]
	s, err := m.sessionOf(k)
	if err != nil {
		return nil, err
	}
	d := view.Exchange.DepositOf(o.with)
	switch {
	case d == nil || d.Turns() < o.turn:
		return nil, nil
	case d.Answer != nil || d.Turns() > o.turn:
		return nil, m.journal.close(k.number)
	case d.Awaits():
		return m.offer(view, k, o.with)
	case by.Open() != d || !bytes.Equal(d.Offer.Data, s.Offer()):
		return nil, m.journal.close(k.number) // another offer took its place
	case o.challenge == nil && mayLeave(view, d) && m.next(view) != nil:
		return nil, m.journal.close(k.number)
	case d.Challenge != nil:
		return m.respond(view, k, d)
	}
	return nil, nil
}

// sessionOf returns the session that the journal has open for a key.
func (m *Mixer) sessionOf(k *memberKey) (*issueSession, error) {
	o := m.journal.open[k.number]
	if k.session != nil && k.session.of == o {
		return k.session, nil
	}
	s, err := k.issuer.Open(m.journal.sessionStream(k.number))
	if err != nil {
		return nil, fmt.Errorf("opening a session: %w", err)
	}
	k.session = &issueSession{Session: s, of: o}
	return k.session, nil
}

// offer is the act of an offer of the session that the journal has open.
func (m *Mixer) offer(view *View, k *memberKey, to curve.PublicKey) ([]Act, error) {
	s, err := m.sessionOf(k)
	if err != nil {
		return nil, err
	}
	body := board.Offer{To: to, Key: k.number, Offer: s.Offer()}
	return lineActs(&m.participant, view, "offer", m.e.Policy.Times.Issue, body)
}

// respond computes the answer to the challenge on the board, and stores the challenge first. A session
// answers one challenge: to another one, and to one that is malformed, it is silent.
func (m *Mixer) respond(view *View, k *memberKey, d *election.Deposit) ([]Act, error) {
	o, s := m.journal.open[k.number], k.session
	if o.challenge != nil && !bytes.Equal(o.challenge, d.Challenge.Data) {
		return nil, nil
	}
	if s.answer == nil {
		answer, err := s.Answer(d.Challenge.Data)
		if errors.Is(err, mixing.ErrChallenge) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("answering a challenge: %w", err)
		}
		if err := m.journal.write(entry{Challenge: &challenged{k.number, d.Challenge.Data}}); err != nil {
			return nil, err
		}
		s.answer = answer
	}
	return m.answer(view, d, s.answer)
}

// next is the deposit to offer for: of those that await an offer, the one with which the fewest sessions
// have lapsed, and of these the first on the board. It is nil where a depositor would not have the time to
// answer.
func (m *Mixer) next(view *View) *election.Deposit {
	if view.Tip+election.SessionTimeout+1 > m.e.Policy.Times.Issue {
		return nil
	}
	var ready []*election.Deposit
	for _, d := range view.Exchange.Deposits {
		if d.Mixer.Key == m.public && d.Awaits() && !m.serves(d) && view.Exchange.CheckDeposit(d) == nil {
			ready = append(ready, d)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	return slices.MinFunc(ready, func(a, b *election.Deposit) int { return cmp.Compare(a.Lapsed(), b.Lapsed()) })
}

// serves reports whether the mixer has issued for a deposit, or has a session with its depositor.
func (m *Mixer) serves(d *election.Deposit) bool {
	for _, o := range m.journal.open {
		if o.with == d.By {
			return true
		}
	}
	return m.journal.issued[d.By]
}
