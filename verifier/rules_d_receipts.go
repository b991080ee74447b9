package verifier

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// receiptRules are family D, whose fault a failed exchange is and the order of its
// steps: V37, V38.
func receiptRules() []rule {
	return []rule{
		row("V37", "MIX-RECEIPTS", "A", after(election.IssuesClosed), receipts),
		row("V38", "MIX-ORDER", "A", after(election.VouchersClosed), mixOrder),
	}
}

// V37: mixers and the supervisor met their obligations (docs/protocol.md, table
// "Whose fault it is"). Faults of depositors are listed; only the depositor bears
// their cost.
func receipts(f *facts, ck *check) {
	ck.expect(len(f.mix.Deposits))
	for _, d := range f.mix.Deposits {
		judgeDeposit(f, ck, d)
	}
	for _, v := range f.mix.Payable() {
		judgeCoin(f, ck, v)
	}
	for _, b := range f.mix.Breaches {
		if b.Pending != nil && errors.Is(f.mix.CheckSession(*b.Pending), mixing.ErrChallenge) {
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

// judgeDeposit judges what a holding mixer and the supervisor did for a deposit.
func judgeDeposit(f *facts, ck *check, d *election.Deposit) {
	if err := f.mix.CheckDeposit(d); err != nil {
		ck.pass()
		ck.note(d.Where(), "the depositor: %v", err) // V29 names it
		return
	}
	right := f.mix.CheckIssue(d)
	swept := f.mix.SpendPath(d) == election.Swept
	switch {
	case swept && right != nil:
		ck.fail(d.Where(), "mixer %s and the supervisor: swept, though %v", d.Mixer.Name, right)
		return
	case swept && f.mix.Phases.Closed(election.VouchersClosed) && f.mix.Void(d.Issuer) && depositsHidden(f):
		ck.leave(d.Where(), "not all deposits of %s are shown: %s", d.Issuer, f.beginning())
		return
	case swept && f.mix.Phases.Closed(election.VouchersClosed) && f.mix.Void(d.Issuer):
		ck.fail(d.Where(), "the supervisor: swept, though %s is void", d.Issuer)
		return
	case right == nil:
		ck.pass()
		return
	}
	depositor, mixer := issueFault(f, d, right)
	switch {
	case mixer != "":
		ck.fail(d.Where(), "mixer %s: %s", d.Mixer.Name, mixer)
	case depositor != "":
		ck.pass()
		ck.note(d.Where(), "the depositor: %s", depositor)
	}
}

// issueFault returns why a good deposit has no right issue: the depositor's fault, or
// the mixer's. right is the error of the issue.
func issueFault(f *facts, d *election.Deposit, right error) (depositor, mixer string) {
	switch {
	case d.Answer != nil && errors.Is(right, mixing.ErrChallenge):
		return fmt.Sprintf("line %d: %v", d.Challenge.N, right), ""
	case d.Answer != nil:
		return "", fmt.Sprintf("the issue of line %d: %v", d.Answer.N, right)
	case f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA && malformed(f, d.Session):
		return fmt.Sprintf("line %d: its message is none", d.Challenge.N), ""
	case f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA:
		return "", "no issue"
	}
	return sessionFault(f, d)
}

// sessionFault is [issueFault] of a deposit without an issue, with group-blind.
func sessionFault(f *facts, d *election.Deposit) (depositor, mixer string) {
	switch {
	case d.Ready == nil:
		return "it never was ready", ""
	case d.Offer == nil && !inTime(f, d.Ready):
		return fmt.Sprintf("it was ready too late, in line %d", d.Ready.N), ""
	case d.Offer == nil && keptWaiting(f, d):
		return "it was ready when others kept the mixer waiting", ""
	case d.Offer == nil:
		return "", fmt.Sprintf("no offer after line %d", d.Ready.N)
	}
	if err := f.mix.CheckSession(election.Session{Issuer: d.Issuer, Offer: d.Offer}); err != nil {
		return "", fmt.Sprintf("the offer of line %d: %v", d.Offer.N, err)
	}
	challenge, fault := d.Challenge, depositorFault(f, d)
	switch {
	case d.LateChallenge != nil: // where the mixer went on too early, that is a breach of its own
		return fmt.Sprintf("the challenge of line %d came when the session had lapsed", d.LateChallenge.N), ""
	case challenge != nil && (fault == "" || inTime(f, d.Offer) && !malformed(f, d.Session)):
		return "", fmt.Sprintf("no issue for the challenge of line %d", challenge.N)
	case fault != "":
		return fault, ""
	case keptWaiting(f, d):
		return "it was ready when others kept the mixer waiting", ""
	}
	return "", fmt.Sprintf("the offer of line %d came too late to be answered", d.Offer.N)
}

// spare is how many blocks a line may come to its receiver later than its date says: the
// server takes one that has seen the block before the deep one, a receiver may know of a
// block later than the server, and its own line is taken below the height only.
const spare = 3

// late reports whether the receiver of a line that is dated by a height may have known it
// too late to write below `issue by`.
func late(f *facts, seen uint32) bool {
	return uint64(seen)+uint64(f.e.Policy.Depth())-1+spare > uint64(f.e.Policy.Times.Issue)
}

// inTime reports whether a move left its receiver the time to answer.
func inTime(f *facts, m *election.Move) bool { return !late(f, m.Seen+election.SessionTimeout+1) }

// keptWaiting reports whether a mixer had no time left for a deposit. Each other session
// without an answer takes SessionTimeout + 1 blocks of one of its keys.
func keptWaiting(f *facts, d *election.Deposit) bool {
	waited := uint32(0)
	for _, other := range f.mix.Deposits {
		if other != d && other.Mixer == d.Mixer {
			waited += (election.SessionTimeout + 1) * uint32(len(unanswered(f, other)))
		}
	}
	waited /= uint32(len(d.Mixer.Issuers))
	return late(f, d.Ready.Seen+waited+election.SessionTimeout+1)
}

// malformed reports whether a session's challenge is none.
func malformed(f *facts, s election.Session) bool {
	challenge := s.AnyChallenge()
	if challenge == nil {
		return false
	}
	err := f.mix.CheckSession(election.Session{Issuer: s.Issuer, Offer: s.Offer, Challenge: challenge})
	return errors.Is(err, mixing.ErrChallenge)
}

// depositorFault returns which of the depositor's sessions failed by its own
// fault, or "": no answer in time to an offer, or an answer that is no challenge.
func depositorFault(f *facts, d *election.Deposit) string {
	if silent := unanswered(f, d); len(silent) > 0 {
		return fmt.Sprintf("did not answer the offer of line %d", silent[0].Offer.N)
	}
	for _, s := range append(slices.Clone(d.Earlier), d.Session) {
		if malformed(f, s) {
			return fmt.Sprintf("answered the offer of line %d with what is no challenge", s.Offer.N)
		}
	}
	return ""
}

// unanswered returns the sessions with a valid and timely offer to which there was no
// answer.
func unanswered(f *facts, d *election.Deposit) (silent []election.Session) {
	for _, s := range append(slices.Clone(d.Earlier), d.Session) {
		if s.Offer == nil || s.AnyChallenge() != nil || !inTime(f, s.Offer) {
			continue
		}
		if f.mix.CheckSession(election.Session{Issuer: s.Issuer, Offer: s.Offer}) == nil {
			silent = append(silent, s)
		}
	}
	return silent
}

// judgeCoin judges what a paying mixer, and after it the supervisor, did for a payable
// voucher.
func judgeCoin(f *facts, ck *check, v *election.Voucher) {
	t, coin, owed := f.e.Policy.Times, f.mix.CoinOf(v), f.mix.Owed(v)
	if f.tip < t.Payout || f.tip < t.Roll && coin == nil {
		return // not yet
	}
	ck.expect(1)
	switch {
	case f.partial() && (coin == nil || owed && coin.By != v.Mixer.Key):
		ck.leave(v.Where(), "its coin, or its mixer's, is not shown: %s", f.beginning())
	case coin == nil && owed:
		ck.fail(v.Where(), "mixer %s and the supervisor: no coin for a payable voucher", v.Mixer.Name)
	case coin == nil:
		ck.fail(v.Where(), "the supervisor: no coin for a payable voucher, beyond those that mixer %s owes", v.Mixer.Name)
	case owed && coin.By != v.Mixer.Key:
		ck.fail(v.Where(), "mixer %s: no coin by `payout by`, the supervisor paid it in block %d", v.Mixer.Name, coin.Height)
	default:
		ck.pass()
	}
}

// V38: no mixer paid for a voucher before the anchor of the vouchers.
func mixOrder(f *facts, ck *check) {
	ck.expect(len(f.mix.Vouchers))
	for _, v := range f.mix.Vouchers {
		if c := f.mix.PaidEarly(v); c != nil {
			ck.fail(v.Where(), "mixer %s paid it in block %d, before the vouchers were anchored", v.Mixer.Name, c.Height)
			continue
		}
		ck.pass()
	}
}
