package roles

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// issueSession is the session that a mixer has open, at most one at a time.
type issueSession struct {
	mixing.Session
	since   uint32 // the tip when the session's newest line was written
	answer  []byte // nil until the challenge is stored
	written bool   // the answer, as M6
}

// timeouts are the sessions of one depositor that ended without a challenge.
type timeouts struct {
	count int
	tip   uint32 // at the newest
}

// issue continues the open session, or opens one with the next depositor:
//
//	mixer                      depositor
//	offer      ──────────────▶
//	           ◀────────────── challenge, within [election.Patience] blocks
//	           the challenge is stored
//	issue (M6) ──────────────▶
func (m *Mixer) issue(x *election.Exchange) (lines []board.Line, err error) {
	if m.session == nil && m.journal.open != nil {
		if err := m.open(); err != nil { // the session from before a restart
			return nil, err
		}
	}
	if m.session != nil {
		lines, err = m.continueSession(x)
	}
	if err != nil || m.session != nil {
		return lines, err
	}
	d := m.next(x)
	if d == nil {
		return lines, nil
	}
	if err := m.journal.begin(m.rand, d.By); err != nil {
		return nil, err
	}
	if err := m.open(); err != nil {
		return nil, err
	}
	line, err := m.write(board.Offer{To: d.By, Offer: m.session.Offer()})
	return append(lines, line), err
}

// open makes the session that is open in the journal.
func (m *Mixer) open() error {
	s, err := m.issuer.Open(m.journal.sessionStream())
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	m.session = &issueSession{Session: s, since: m.tip()}
	if stored := m.journal.open.challenge; stored != nil {
		if m.session.answer, err = s.Answer(stored); err != nil {
			return fmt.Errorf("answering the stored challenge: %w", err)
		}
	}
	return nil
}

// continueSession answers the challenge if it has come, and closes the session when the answer is on
// the board or the depositor's time is over.
func (m *Mixer) continueSession(x *election.Exchange) ([]board.Line, error) {
	to, s := m.journal.open.with, m.session
	d := x.DepositOf(to)
	waited := m.tip() > s.since+election.SessionTimeout
	switch {
	case d == nil:
		return nil, errors.New("the deposit of the open session is not on the board")
	case d.Answer != nil:
		return nil, m.close(closeIssued)
	case s.answer != nil && !waited && s.written:
		return nil, nil
	case s.answer != nil && !(d.Challenge != nil && bytes.Equal(d.Challenge.Data, m.journal.open.challenge)):
		// The board has another challenge, or none. A session gives one answer, and it was given.
		return nil, m.close(closeIssued)
	case s.answer != nil: // the line was lost
		return m.writeIssue(to)
	case d.Challenge != nil && d.Offer != nil && bytes.Equal(d.Offer.Data, s.Offer()):
		return m.answer(to, d.Challenge.Data)
	case waited:
		return nil, m.close(closeTimeout)
	}
	return nil, nil
}

// answer computes the answer and stores the challenge before it writes M6. A malformed challenge
// ends the session without an answer.
func (m *Mixer) answer(to curve.PublicKey, challenge []byte) ([]board.Line, error) {
	answer, err := m.session.Answer(challenge)
	if errors.Is(err, mixing.ErrChallenge) {
		return nil, m.close(closeTimeout)
	}
	if err != nil {
		return nil, fmt.Errorf("answering a challenge: %w", err)
	}
	if err := m.journal.write(entry{Challenge: challenge}); err != nil {
		return nil, err
	}
	m.session.answer = answer
	return m.writeIssue(to)
}

// writeIssue writes M6.
func (m *Mixer) writeIssue(to curve.PublicKey) ([]board.Line, error) {
	m.session.since, m.session.written = m.tip(), true
	line, err := m.write(board.Issue{To: to, Answer: m.session.answer})
	return []board.Line{line}, err
}

// close ends the open session.
func (m *Mixer) close(how outcome) error {
	if with := m.journal.open.with; how == closeTimeout {
		m.timeouts[with] = timeouts{m.timeouts[with].count + 1, m.tip()}
	}
	m.session = nil
	return m.journal.write(entry{Close: how})
}

// next is the deposit to issue for: of those that wait, the one of the fewest timeouts, and of
// these the first on the board. It is nil where a depositor would not have the time to answer.
func (m *Mixer) next(x *election.Exchange) *election.Deposit {
	if m.tip()+election.SessionTimeout+1 > x.Deadlines[election.T3] {
		return nil
	}
	var ready []*election.Deposit
	for _, d := range x.Deposits {
		if m.waits(x, d) {
			ready = append(ready, d)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	count := func(d *election.Deposit) int { return m.timeouts[d.By].count }
	return slices.MinFunc(ready, func(a, b *election.Deposit) int { return cmp.Compare(count(a), count(b)) })
}

// waits reports whether a deposit is this mixer's, good, announced by T2, deep and not issued for,
// and its depositor had no timeout at this tip.
func (m *Mixer) waits(x *election.Exchange, d *election.Deposit) bool {
	if d.Mixer.Key != m.public || d.Answer != nil || m.journal.issued[d.By] {
		return false
	}
	if last, before := m.timeouts[d.By]; before && m.tip() <= last.tip {
		return false
	}
	return !x.Late(d.Seen, election.T2) && x.CheckDeposit(d) == nil && m.isDeep(x.Height(d))
}
