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

// issuing is the session that a mixer has open: one at a time in all.
type issuing struct {
	mixing.Session
	since  uint32 // the tip when its newest line was written
	answer []byte // once the challenge is stored
	told   bool   // M6 was written
}

// lapse is how often a depositor has let its mixer wait, and until which tip.
type lapse struct {
	times int
	tip   uint32
}

// issue goes on with the open session, or opens one with the next depositor.
func (m *Mixer) issue(x *election.Exchange) (lines []board.Line, err error) {
	if m.session == nil && m.journal.open != nil {
		if err := m.open(); err != nil { // as before a restart
			return nil, err
		}
	}
	if m.session != nil {
		lines, err = m.goOn(x)
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

// open makes the session that the journal says is open.
func (m *Mixer) open() error {
	s, err := m.issuer.Open(m.journal.sessionStream())
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	m.session = &issuing{Session: s, since: m.tip()}
	if stored := m.journal.open.challenge; stored != nil { // it was answered before a restart
		if m.session.answer, err = s.Answer(stored); err != nil {
			return fmt.Errorf("answering the stored challenge: %w", err)
		}
	}
	return nil
}

// goOn answers the challenge if it has come, and ends the session when the
// answer is on the board or the depositor's time is over.
func (m *Mixer) goOn(x *election.Exchange) ([]board.Line, error) {
	to, s := m.journal.open.with, m.session
	d := x.DepositOf(to)
	waited := m.tip() > s.since+election.SessionTimeout
	switch {
	case d == nil:
		return nil, errors.New("the deposit of the open session is not on the board")
	case d.Answer != nil:
		return nil, m.close(closeIssued)
	case s.answer != nil && !waited && s.told:
		return nil, nil
	case s.answer != nil && !(d.Challenge != nil && bytes.Equal(d.Challenge.Data, m.journal.open.challenge)):
		// The board has another challenge, or none any more. There is one answer,
		// and it was given.
		return nil, m.close(closeIssued)
	case s.answer != nil: // the line was lost
		return m.tellIssue(to)
	case d.Challenge != nil && d.Offer != nil && bytes.Equal(d.Offer.Data, s.Offer()):
		return m.answer(to, d.Challenge.Data)
	case waited:
		return nil, m.close(closeLapsed)
	}
	return nil, nil
}

// answer computes the answer, and stores the challenge before anybody sees it. A
// malformed one ends the session: it is the depositor's fault, and nothing is
// given away.
func (m *Mixer) answer(to curve.PublicKey, challenge []byte) ([]board.Line, error) {
	answer, err := m.session.Answer(challenge)
	if errors.Is(err, mixing.ErrChallenge) {
		return nil, m.close(closeLapsed)
	}
	if err != nil {
		return nil, fmt.Errorf("answering a challenge: %w", err)
	}
	if err := m.journal.write(note{Challenge: challenge}); err != nil {
		return nil, err
	}
	m.session.answer = answer
	return m.tellIssue(to)
}

// tellIssue writes M6.
func (m *Mixer) tellIssue(to curve.PublicKey) ([]board.Line, error) {
	m.session.since, m.session.told = m.tip(), true
	line, err := m.write(board.Issue{To: to, Answer: m.session.answer})
	return []board.Line{line}, err
}

// close ends the open session.
func (m *Mixer) close(how closing) error {
	if how == closeLapsed {
		m.lapses[m.journal.open.with] = lapse{m.lapses[m.journal.open.with].times + 1, m.tip()}
	}
	m.session = nil
	return m.journal.write(note{Close: how})
}

// next chooses the deposit to issue for: a good one, announced in time and
// deep, of a depositor who has let the fewest sessions lapse and none in this
// block; of these the first on the board. Nobody gets an offer without the time
// to answer it.
func (m *Mixer) next(x *election.Exchange) *election.Deposit {
	if m.tip()+election.SessionTimeout+1 > x.Deadlines[election.T3] {
		return nil
	}
	var ready []*election.Deposit
	for _, d := range x.Deposits {
		mine := d.Mixer.Key == m.public && d.Answer == nil && !m.journal.issued[d.By]
		if last, before := m.lapses[d.By]; mine && (!before || m.tip() > last.tip) && !x.Late(d.Seen, election.T2) && x.CheckDeposit(d) == nil && m.deep(x.Height(d)) {
			ready = append(ready, d)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	lapses := func(d *election.Deposit) int { return m.lapses[d.By].times }
	return slices.MinFunc(ready, func(a, b *election.Deposit) int { return cmp.Compare(lapses(a), lapses(b)) })
}

// deep tells whether the block at height is as deep as the policy asks.
func (p *person) deep(height uint32) bool {
	return p.tip()+1 >= height+max(1, p.e.Policy.Confirmations)
}
