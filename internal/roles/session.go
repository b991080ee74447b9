package roles

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// issueSession is the session that a member key has open, at most one at a time.
type issueSession struct {
	mixing.Session
	since   uint32 // the tip when the session's newest line was written
	answer  []byte // nil until the challenge is stored
	written bool   // the answer, as M6
}

// issue issues for the deposits that the deep anchor of `deposit by` commits to, until `issue by`: with
// blind RSA for all together, with group signatures in sessions.
func (m *Mixer) issue(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if !x.Deep(election.DepositsClosed, tip) || tip >= m.e.Policy.Times.Issue {
		return nil, nil
	}
	if m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		return m.issueAll(x)
	}
	for _, k := range m.keys {
		written, err := m.issueBy(x, k)
		if err != nil {
			return nil, err
		}
		lines = append(lines, written...)
	}
	return lines, nil
}

// issueAll answers the message of each good deposit that was not issued for. A message that is none
// gets no answer.
func (m *Mixer) issueAll(x *election.Exchange) (lines []board.Line, err error) {
	for _, d := range x.Deposits {
		if d.Mixer.Key != m.public || d.Answer != nil || x.CheckDeposit(d) != nil {
			continue
		}
		if !m.retries.allow(m.tip(), "issue "+d.By.String()) {
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
		line, err := m.writeIssue(d, answer)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// writeIssue writes M6, with the mixer's signature on the input by which the supervisor sweeps the
// deposit.
func (m *Mixer) writeIssue(d *election.Deposit, answer []byte) (board.Line, error) {
	redeem, err := m.e.EscrowRedeem(m.public, d.By)
	if err != nil {
		return board.Line{}, err
	}
	sweep, err := signAs(election.SweptInput(d.Outpoint), 0, redeem, m.key, election.SweepHashType)
	if err != nil {
		return board.Line{}, err
	}
	return m.write(board.Issue{To: d.By, Answer: answer, Sweep: sweep})
}

// issueBy continues the open session of a member key, or opens one with the next depositor:
//
//	mixer                      depositor
//	           ◀────────────── ready
//	offer      ──────────────▶
//	           ◀────────────── challenge, within [election.SessionTimeout] blocks
//	           the challenge is stored
//	issue (M6) ──────────────▶
func (m *Mixer) issueBy(x *election.Exchange, k *memberKey) (lines []board.Line, err error) {
	if k.session == nil && m.journal.open[k.number] != nil {
		if err := m.open(k); err != nil { // the session from before a restart
			return nil, err
		}
	}
	if k.session != nil {
		lines, err = m.continueSession(x, k)
	}
	if err != nil || k.session != nil {
		return lines, err
	}
	d := m.next(x)
	if d == nil {
		return lines, nil
	}
	if err := m.journal.begin(m.rand, k.number, d.By, d.Turns()); err != nil {
		return nil, err
	}
	if err := m.open(k); err != nil {
		return nil, err
	}
	line, err := m.write(board.Offer{To: d.By, Key: k.number, Offer: k.session.Offer()})
	return append(lines, line), err
}

// open makes the session that is open in the journal.
func (m *Mixer) open(k *memberKey) error {
	s, err := k.issuer.Open(m.journal.sessionStream(k.number))
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	k.session = &issueSession{Session: s, since: m.tip()}
	if stored := m.journal.open[k.number].challenge; stored != nil {
		if k.session.answer, err = s.Answer(stored); err != nil {
			return fmt.Errorf("answering the stored challenge: %w", err)
		}
	}
	return nil
}

// continueSession answers the challenge if it has come, and closes the session when the answer is on
// the board or the depositor's time is over.
func (m *Mixer) continueSession(x *election.Exchange, k *memberKey) ([]board.Line, error) {
	o, s := m.journal.open[k.number], k.session
	d := x.DepositOf(o.with)
	waited := m.tip() > s.since+election.SessionTimeout
	switch {
	case d == nil:
		return nil, errors.New("the deposit of the open session is not on the board")
	case d.Answer != nil:
		return nil, m.close(k, closeIssued)
	case s.answer != nil && !waited && s.written:
		return nil, nil
	case s.answer != nil && !(d.Challenge != nil && bytes.Equal(d.Challenge.Data, o.challenge)):
		// The board has another challenge, or none. A session gives one answer, and it was given.
		return nil, m.close(k, closeIssued)
	case s.answer != nil: // the line was lost
		return m.publish(d, k)
	case d.Challenge != nil && d.Offer != nil && bytes.Equal(d.Offer.Data, s.Offer()):
		return m.answer(d, k)
	case waited && (d.Awaits() || m.next(x) != nil): // where it awaits one, the offer was lost
		return nil, m.close(k, closeTimeout)
	}
	return nil, nil
}

// answer computes the answer and stores the challenge before it writes M6. A malformed challenge
// ends the session without an answer.
func (m *Mixer) answer(d *election.Deposit, k *memberKey) ([]board.Line, error) {
	answer, err := k.session.Answer(d.Challenge.Data)
	if errors.Is(err, mixing.ErrChallenge) {
		return nil, m.close(k, closeTimeout)
	}
	if err != nil {
		return nil, fmt.Errorf("answering a challenge: %w", err)
	}
	if err := m.journal.write(entry{Challenge: &challenged{k.number, d.Challenge.Data}}); err != nil {
		return nil, err
	}
	k.session.answer = answer
	return m.publish(d, k)
}

// publish writes the answer of a session.
func (m *Mixer) publish(d *election.Deposit, k *memberKey) ([]board.Line, error) {
	k.session.since, k.session.written = m.tip(), true
	line, err := m.writeIssue(d, k.session.answer)
	return []board.Line{line}, err
}

// close ends the open session of a key.
func (m *Mixer) close(k *memberKey, how outcome) error {
	if how == closeTimeout {
		m.lapsed[m.journal.open[k.number].with]++
	}
	k.session = nil
	return m.journal.write(entry{Close: &sessionEnd{k.number, how}})
}

// next is the deposit to offer for: of those that await an offer, the one with which the fewest sessions
// have lapsed, and of these the first on the board. It is nil where a depositor would not have the time to
// answer.
func (m *Mixer) next(x *election.Exchange) *election.Deposit {
	if m.tip()+election.SessionTimeout+1 > m.e.Policy.Times.Issue {
		return nil
	}
	var ready []*election.Deposit
	for _, d := range x.Deposits {
		if d.Mixer.Key == m.public && d.Awaits() && !m.serves(d) && x.CheckDeposit(d) == nil {
			ready = append(ready, d)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	return slices.MinFunc(ready, func(a, b *election.Deposit) int { return cmp.Compare(m.lapsed[a.By], m.lapsed[b.By]) })
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
