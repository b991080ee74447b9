package verifier

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/mixing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// V37: whoever took something on did it, by the table "Whose fault it is" of
// docs/protocol.md. Depositors' own faults cost nobody else anything and are
// listed.
func (a *audit) receipts(s *sheet) {
	s.expect(len(a.mix.Deposits) + len(a.mix.Vouchers))
	for _, d := range a.mix.Deposits {
		a.held(s, d)
	}
	for _, v := range a.mix.Vouchers {
		a.redeemed(s, v)
	}
	for _, b := range a.mix.Breaches {
		if b.Pending != nil && errors.Is(a.mix.CheckSession(b.By, *b.Pending), mixing.ErrChallenge) {
			s.note(b.Where, "the challenge of line %d is malformed: mixer %s could not answer it", b.Pending.Challenge.N, b.By.Name)
			continue
		}
		s.expect(1)
		s.fail(b.Where, "mixer %s: %s", b.By.Name, b.Message)
	}
	for _, l := range a.mix.Ignored {
		if l.Of != board.TypeDeposit { // V29 lists those
			s.note(l.Where, "%s", l.Message)
		}
	}
}

// held judges what a holding mixer did for a deposit.
func (a *audit) held(s *sheet, d *election.Deposit) {
	if err := a.mix.Good(d); err != nil {
		s.pass()
		s.note(d.Where(), "the depositor: %v", err) // V29 names it
		return
	}
	right := a.mix.Right(d)
	if a.mix.Spent(d) == election.Swept && right != nil {
		s.fail(d.Where(), "mixer %s and the supervisor: swept, though %v", d.Mixer.Name, right)
		return
	}
	if right == nil && a.mix.Spent(d) != election.Swept {
		a.unswept(s, d)
		return
	}
	switch depositor, mixer := a.issueFault(d, right); {
	case mixer != "":
		s.fail(d.Where(), "mixer %s: %s", d.Mixer.Name, mixer)
	case depositor != "":
		s.pass()
		s.note(d.Where(), "the depositor: %s", depositor)
	default:
		s.pass()
	}
}

// unswept names who left a deposit to its owner that has a voucher for it: then
// two coins come of one, at the pool's cost.
func (a *audit) unswept(s *sheet, d *election.Deposit) {
	if a.mix.OfferedToPool(d) {
		s.fail(d.Where(), "the supervisor: not swept, though mixer %s signed for it", d.Mixer.Name)
		return
	}
	s.fail(d.Where(), "mixer %s: issued for and not swept", d.Mixer.Name)
}

// issueFault tells why a good deposit was not rightly issued for in time, and
// by whose fault.
func (a *audit) issueFault(d *election.Deposit, right error) (depositor, mixer string) {
	switch {
	case d.Answer != nil:
		return a.answerFault(d, right)
	case d.Offer == nil && a.mix.Late(d.Seen, election.T2):
		return "announced after T2", ""
	case d.Offer == nil && a.busy(d):
		return "came when others kept the mixer waiting", ""
	case d.Offer == nil:
		return "", "no offer"
	}
	if err := a.mix.CheckSession(d.Mixer, election.Session{Offer: d.Offer}); err != nil {
		return "", fmt.Sprintf("the offer of line %d: %v", d.Offer.N, err)
	}
	asked, missed := d.Asked(), a.missed(d)
	switch {
	case asked != nil && (missed == "" || a.offeredInTime(d.Session) && !a.malformed(d, d.Session)):
		return "", fmt.Sprintf("no issue for the challenge of line %d", asked.N)
	case missed != "":
		return missed, ""
	case a.busy(d):
		return "came when others kept the mixer waiting", ""
	}
	return "", fmt.Sprintf("the offer of line %d came too late to be answered", d.Offer.N)
}

// busy tells whether a mixer had no time for a deposit, because it had to wait
// for depositors who did not answer.
func (a *audit) busy(d *election.Deposit) bool {
	waited := uint32(0)
	for _, other := range a.mix.Deposits {
		if other != d && other.Mixer == d.Mixer {
			waited += (election.Patience + 1) * uint32(len(a.unanswered(other)))
		}
	}
	return a.mix.Late(d.Seen+waited+election.Patience+1, election.T3)
}

// answerFault judges an issue that was made, and to what it answers.
func (a *audit) answerFault(d *election.Deposit, right error) (depositor, mixer string) {
	switch {
	case errors.Is(right, mixing.ErrChallenge):
		return fmt.Sprintf("line %d: %v", d.Challenge.N, right), ""
	case right != nil:
		return "", fmt.Sprintf("the issue of line %d: %v", d.Answer.N, right)
	case a.mix.Late(d.Answer.Seen, election.T3) && a.missed(d) == "":
		return "", fmt.Sprintf("issued in line %d, after T3", d.Answer.N)
	}
	return "", ""
}

// offeredInTime tells whether an offer left its depositor the time to answer.
func (a *audit) offeredInTime(s election.Session) bool {
	return !a.mix.Late(s.Offer.Seen+election.Patience+1, election.T3)
}

// malformed tells whether what answers a session's offer is no challenge.
func (a *audit) malformed(d *election.Deposit, s election.Session) bool {
	return s.Asked() != nil && errors.Is(a.mix.CheckSession(d.Mixer, election.Session{Offer: s.Offer, Challenge: s.Asked()}), mixing.ErrChallenge)
}

// missed tells which offer a depositor spoiled: it did not answer one in time
// for which the mixer waited, or answered with what is no challenge.
func (a *audit) missed(d *election.Deposit) string {
	if silent := a.unanswered(d); len(silent) > 0 {
		return fmt.Sprintf("did not answer the offer of line %d", silent[0].Offer.N)
	}
	for _, s := range append(slices.Clone(d.Earlier), d.Session) {
		if a.malformed(d, s) {
			return fmt.Sprintf("answered the offer of line %d with what is no challenge", s.Offer.N)
		}
	}
	return ""
}

// unanswered are the sessions in which the mixer waited in vain for an answer
// to an offer that was in order and in time.
func (a *audit) unanswered(d *election.Deposit) (silent []election.Session) {
	sessions := append(slices.Clone(d.Earlier), d.Session)
	for i, s := range sessions {
		if s.Offer == nil || s.Asked() != nil || !a.offeredInTime(s) {
			continue
		}
		waited := i == len(d.Earlier) || sessions[i+1].Offer.Seen > s.Offer.Seen+election.Patience
		if waited && a.mix.CheckSession(d.Mixer, election.Session{Offer: s.Offer}) == nil {
			silent = append(silent, s)
		}
	}
	return silent
}

// redeemed judges what a paying mixer, and after it the supervisor, did for a
// voucher.
func (a *audit) redeemed(s *sheet, v *election.Voucher) {
	party := "mixer " + v.Mixer.Name
	if err := a.mix.Valid(v); err != nil {
		s.pass()
		s.note(v.Where(), "the voucher is not valid: %v", err)
		return
	}
	coins := a.mix.Coins(v)
	for _, extra := range coins[min(1, len(coins)):] {
		payer := party
		if extra.By == a.e.Policy.Supervisor {
			payer = "the supervisor"
		}
		s.expect(1)
		s.fail(fmt.Sprintf("line %d", extra.N), "%s: a second coin for the voucher of line %d", payer, v.N)
	}
	switch late := a.mix.Late(v.Seen, election.T4); {
	case late && len(coins) == 0:
		s.pass()
		s.note(v.Where(), "the voucher came after T4")
	case late || len(coins) > 0 && coins[0].Height <= a.mix.Deadlines[election.T5] && coins[0].By == v.Mixer.Key:
		s.pass()
	case len(coins) == 0:
		s.fail(v.Where(), "%s and the supervisor: no coin for a valid voucher", party)
	default:
		s.fail(v.Where(), "%s: no coin by T5, paid in block %d", party, coins[0].Height)
	}
}
