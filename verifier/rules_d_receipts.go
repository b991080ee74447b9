package verifier

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/mixing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// receiptRules are family D, whose fault a failed exchange is and the order of its
// steps: V37, V38.
func receiptRules() []rule {
	return []rule{
		row("V37", "MIX-RECEIPTS", "A", schemed, receipts),
		row("V38", "MIX-ORDER", "E", exchanged, mixOrder),
	}
}

// V37: mixers and the supervisor met their obligations (docs/protocol.md, table
// "Whose fault it is"). Faults of depositors are listed; only the depositor bears
// their cost.
func receipts(f *facts, ck *check) {
	ck.expect(len(f.mix.Deposits) + len(f.mix.Vouchers))
	for _, d := range f.mix.Deposits {
		judgeDeposit(f, ck, d)
	}
	for _, v := range f.mix.Vouchers {
		judgePayout(f, ck, v)
	}
	for _, b := range f.mix.Breaches {
		if b.Pending != nil && errors.Is(f.mix.CheckSession(b.By, *b.Pending), mixing.ErrChallenge) {
			ck.note(b.Where, "the challenge of line %d is malformed: mixer %s could not answer it",
				b.Pending.Challenge.N, b.By.Name)
			continue
		}
		ck.expect(1)
		ck.fail(b.Where, "mixer %s: %s", b.By.Name, b.Message)
	}
	for _, l := range f.mix.Ignored {
		if l.Type != board.TypeDeposit { // V29 lists those
			ck.note(l.Where, "%s", l.Message)
		}
	}
}

// judgeDeposit judges what a holding mixer did for a deposit.
func judgeDeposit(f *facts, ck *check, d *election.Deposit) {
	if err := f.mix.CheckDeposit(d); err != nil {
		ck.pass()
		ck.note(d.Where(), "the depositor: %v", err) // V29 names it
		return
	}
	right := f.mix.CheckIssue(d)
	if f.mix.SpendPath(d) == election.Swept && right != nil {
		ck.fail(d.Where(), "mixer %s and the supervisor: swept, though %v", d.Mixer.Name, right)
		return
	}
	if right == nil && f.mix.SpendPath(d) != election.Swept {
		unswept(f, ck, d)
		return
	}
	switch depositor, mixer := issueFault(f, d, right); {
	case mixer != "":
		ck.fail(d.Where(), "mixer %s: %s", d.Mixer.Name, mixer)
	case depositor != "":
		ck.pass()
		ck.note(d.Where(), "the depositor: %s", depositor)
	default:
		ck.pass()
	}
}

// unswept judges a deposit that was issued for and not swept: its owner has both
// the deposit and a voucher, at the pool's cost.
func unswept(f *facts, ck *check, d *election.Deposit) {
	if f.mix.OfferedToPool(d) {
		ck.fail(d.Where(), "the supervisor: not swept, though mixer %s signed for it", d.Mixer.Name)
		return
	}
	ck.fail(d.Where(), "mixer %s: issued for and not swept", d.Mixer.Name)
}

// issueFault returns why there was no correct issue in time for a good deposit: the
// depositor's fault, or the mixer's. Both are "" if there was one. right is the error
// of the issue, or nil.
func issueFault(f *facts, d *election.Deposit, right error) (depositor, mixer string) {
	switch {
	case d.Answer != nil:
		return answerFault(f, d, right)
	case d.Offer == nil && f.mix.Late(d.Seen, election.T2):
		return "announced after T2", ""
	case d.Offer == nil && keptWaiting(f, d):
		return "came when others kept the mixer waiting", ""
	case d.Offer == nil:
		return "", "no offer"
	}
	if err := f.mix.CheckSession(d.Mixer, election.Session{Offer: d.Offer}); err != nil {
		return "", fmt.Sprintf("the offer of line %d: %v", d.Offer.N, err)
	}
	challenge, fault := d.AnyChallenge(), depositorFault(f, d)
	switch {
	case challenge != nil && (fault == "" || offeredInTime(f, d.Session) && !malformed(f, d, d.Session)):
		return "", fmt.Sprintf("no issue for the challenge of line %d", challenge.N)
	case fault != "":
		return fault, ""
	case keptWaiting(f, d):
		return "came when others kept the mixer waiting", ""
	}
	return "", fmt.Sprintf("the offer of line %d came too late to be answered", d.Offer.N)
}

// keptWaiting reports whether a mixer had no time left for a deposit. Each other
// session of the mixer without an answer takes SessionTimeout + 1 blocks.
func keptWaiting(f *facts, d *election.Deposit) bool {
	waited := uint32(0)
	for _, other := range f.mix.Deposits {
		if other != d && other.Mixer == d.Mixer {
			waited += (election.SessionTimeout + 1) * uint32(len(unanswered(f, other)))
		}
	}
	return f.mix.Late(d.Seen+waited+election.SessionTimeout+1, election.T3)
}

// answerFault returns what is wrong with an issue that was made, as [issueFault]
// does.
func answerFault(f *facts, d *election.Deposit, right error) (depositor, mixer string) {
	switch {
	case errors.Is(right, mixing.ErrChallenge):
		return fmt.Sprintf("line %d: %v", d.Challenge.N, right), ""
	case right != nil:
		return "", fmt.Sprintf("the issue of line %d: %v", d.Answer.N, right)
	case f.mix.Late(d.Answer.Seen, election.T3) && depositorFault(f, d) == "":
		return "", fmt.Sprintf("issued in line %d, after T3", d.Answer.N)
	}
	return "", ""
}

// offeredInTime reports whether an offer left its depositor the time to answer.
func offeredInTime(f *facts, s election.Session) bool {
	return !f.mix.Late(s.Offer.Seen+election.SessionTimeout+1, election.T3)
}

// malformed reports whether the answer to a session's offer is not a valid challenge.
func malformed(f *facts, d *election.Deposit, s election.Session) bool {
	challenge := s.AnyChallenge()
	if challenge == nil {
		return false
	}
	err := f.mix.CheckSession(d.Mixer, election.Session{Offer: s.Offer, Challenge: challenge})
	return errors.Is(err, mixing.ErrChallenge)
}

// depositorFault returns which of the depositor's sessions failed by its own
// fault, or "": no answer in time to an offer, or an answer that is no challenge.
func depositorFault(f *facts, d *election.Deposit) string {
	if silent := unanswered(f, d); len(silent) > 0 {
		return fmt.Sprintf("did not answer the offer of line %d", silent[0].Offer.N)
	}
	for _, s := range append(slices.Clone(d.Earlier), d.Session) {
		if malformed(f, d, s) {
			return fmt.Sprintf("answered the offer of line %d with what is no challenge", s.Offer.N)
		}
	}
	return ""
}

// unanswered returns the sessions with a valid and timely offer to which there was no
// answer within SessionTimeout blocks.
func unanswered(f *facts, d *election.Deposit) (silent []election.Session) {
	sessions := append(slices.Clone(d.Earlier), d.Session)
	for i, s := range sessions {
		if s.Offer == nil || s.AnyChallenge() != nil || !offeredInTime(f, s) {
			continue
		}
		waited := i == len(d.Earlier) || sessions[i+1].Offer.Seen > s.Offer.Seen+election.SessionTimeout
		if waited && f.mix.CheckSession(d.Mixer, election.Session{Offer: s.Offer}) == nil {
			silent = append(silent, s)
		}
	}
	return silent
}

// judgePayout judges what a paying mixer, and after it the supervisor, did for a
// voucher.
func judgePayout(f *facts, ck *check, v *election.Voucher) {
	party := "mixer " + v.Mixer.Name
	if err := f.mix.VerifyVoucher(v); err != nil {
		ck.pass()
		ck.note(v.Where(), "the voucher is not valid: %v", err)
		return
	}
	coins := f.mix.Coins(v)
	for _, extra := range coins[min(1, len(coins)):] {
		payer := party
		if extra.By == f.e.Policy.Supervisor {
			payer = "the supervisor"
		}
		ck.expect(1)
		ck.fail(fmt.Sprintf("line %d", extra.N), "%s: a second coin for the voucher of line %d", payer, v.N)
	}
	switch late := f.mix.Late(v.Seen, election.T4); {
	case late && len(coins) == 0:
		ck.pass()
		ck.note(v.Where(), "the voucher came after T4")
	case late || len(coins) > 0 && coins[0].Height <= f.mix.Deadlines[election.T5] && coins[0].By == v.Mixer.Key:
		ck.pass()
	case len(coins) == 0:
		ck.fail(v.Where(), "%s and the supervisor: no coin for a valid voucher", party)
	default:
		ck.fail(v.Where(), "%s: no coin by T5, paid in block %d", party, coins[0].Height)
	}
}

// V38: the last good deposit lies in a block before the first coin, and no coin
// is paid after `roll by`.
func mixOrder(f *facts, ck *check) {
	last := uint32(0)
	for _, d := range f.mix.Deposits {
		if f.mix.CheckDeposit(d) == nil {
			last = max(last, f.mix.Height(d))
		}
	}
	for i, r := range f.setup.Roll {
		c := f.replay.Coin(r.Outpoint)
		if c == nil || c.Created == nil {
			continue // V27 names it
		}
		ck.expect(1)
		where := fmt.Sprintf("slot %d, tx %s", i+1, r.Outpoint.Hash)
		switch h := c.Created.Height; {
		case h <= last:
			ck.fail(where, "paid in block %d, the last deposit is in block %d", h, last)
		case h > f.e.Policy.Times.Roll:
			ck.fail(where, "paid in block %d, the roll closes at %d", h, f.e.Policy.Times.Roll)
		default:
			ck.pass()
		}
	}
}
