package election

import (
	"errors"
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/result"
)

// judgement is what the anchor of the vouchers makes payable and sweepable.
type judgement struct {
	signed  map[*Voucher]*Issuer // by which an issuer is known
	shown   map[*Issuer]int      // valid vouchers of it
	owed    map[*Voucher]bool    // that their mixers owe
	payable []*Voucher           // in the board's order
	faults  map[*Voucher]error   // why a voucher is not payable
	opened  []result.Item        // items of the manager's line that do not count
}

// judge computes what mixers, supervisor and auditor ask of the exchange. Before an
// anchor closes a phase nothing is due of it.
func (x *Exchange) judge() *judgement {
	j := &judgement{
		signed: make(map[*Voucher]*Issuer),
		shown:  make(map[*Issuer]int), owed: make(map[*Voucher]bool), faults: make(map[*Voucher]error),
	}
	if !x.Phases.Closed(VouchersClosed) {
		return j
	}
	for _, v := range x.Vouchers {
		if x.Takes(v) && v.Issuer != nil && x.VerifyVoucher(v) == nil {
			j.signed[v] = v.Issuer
		}
	}
	x.judgeOpened(j)
	for _, i := range j.signed {
		j.shown[i]++
	}
	coins := make(map[*Mixer]int)
	for _, v := range x.Vouchers {
		if j.faults[v] = x.payableFault(j, v); j.faults[v] == nil {
			j.payable = append(j.payable, v)
			coins[v.Mixer]++
			j.owed[v] = coins[v.Mixer] <= v.Mixer.Coins
		}
	}
	return j
}

// issuing is what the anchor of the issues establishes.
type issuing struct {
	due   map[*Issuer]int   // D: deposits with a right issue
	right map[*Deposit]bool // those deposits
	taken map[*Voucher]bool
}

// countIssues computes D, and chooses the vouchers that are taken, by their lines alone:
// of one issuer D + 1 where vouchers name it, and otherwise Σ D and one of each issuer.
// Before the anchor of the issues it is empty.
func (x *Exchange) countIssues() *issuing {
	c := &issuing{make(map[*Issuer]int), make(map[*Deposit]bool), make(map[*Voucher]bool)}
	if !x.Phases.Closed(IssuesClosed) {
		return c
	}
	for _, d := range x.Deposits {
		if x.CheckIssue(d) == nil {
			c.due[d.Issuer]++
			c.right[d] = true
		}
	}
	c.taken = x.take(c.due)
	return c
}

// take chooses the vouchers that are taken, for D of each issuer.
func (x *Exchange) take(due map[*Issuer]int) map[*Voucher]bool {
	taken, left, all := make(map[*Voucher]bool), make(map[*Issuer]int), 0
	for _, i := range x.Issuers() {
		left[i] = due[i] + 1
		all += left[i]
	}
	for _, v := range x.Vouchers {
		switch {
		case v.Issuer == nil && all > 0:
			all--
			taken[v] = true
		case v.Issuer != nil && left[v.Issuer] > 0:
			left[v.Issuer]--
			taken[v] = true
		}
	}
	return taken
}

// judgeOpened takes the manager's proofs of who issued a voucher.
func (x *Exchange) judgeOpened(j *judgement) {
	byLine := make(map[int]*Voucher)
	for _, v := range x.Vouchers {
		byLine[v.N] = v
	}
	for n, o := range x.opened {
		v, mixer := byLine[o.Voucher], x.mixers[o.Mixer]
		var err error
		switch {
		case v == nil || !x.Takes(v):
			err = fmt.Errorf("line %d is no voucher that is taken", o.Voucher)
		case j.signed[v] != nil:
			err = fmt.Errorf("the voucher of line %d is opened twice", o.Voucher)
		case mixer == nil || o.Key > len(mixer.Issuers):
			err = errors.New("names no member key")
		case x.VerifyVoucher(v) != nil:
			err = fmt.Errorf("the voucher of line %d is not valid", o.Voucher)
		default:
			if err = x.verifyOpened(v, mixer.Issuers[o.Key-1], o.Proof); err == nil {
				j.signed[v] = mixer.Issuers[o.Key-1]
			}
		}
		if err != nil {
			j.opened = append(j.opened, result.Item{Where: fmt.Sprintf("line %d, item %d", x.OpenedLine, n+1), Message: err.Error()})
		}
	}
}

// payableFault returns why a voucher is not payable, or nil.
func (x *Exchange) payableFault(j *judgement, v *Voucher) error {
	if !x.Takes(v) {
		return errors.New("it is not taken: more were shown than were issued for")
	}
	if err := x.VerifyVoucher(v); err != nil {
		return err
	}
	if i := j.signed[v]; i != nil && j.shown[i] > x.Due(i) {
		return fmt.Errorf("%s is void: %d vouchers, %d deposits rightly issued for", i, j.shown[i], x.Due(i))
	}
	return nil
}

// Due returns D of an issuer: the number of deposits that have a right issue by it under
// the anchor of the issues.
func (x *Exchange) Due(i *Issuer) int { return x.issued().due[i] }

// Shown returns how many valid vouchers are known to be an issuer's, under the anchor of
// the vouchers: those that name it, or that the manager opened as its own.
func (x *Exchange) Shown(i *Issuer) int { return x.judged().shown[i] }

// Void reports whether an issuer has shown more vouchers than deposits. None of them is
// paid then, and its deposits go back.
func (x *Exchange) Void(i *Issuer) bool { return x.Shown(i) > x.Due(i) }

// Takes reports whether a voucher is among as many as the issuers can have signed, and
// one more of each. The others are not verified.
func (x *Exchange) Takes(v *Voucher) bool { return x.issued().taken[v] }

// CheckPayable returns nil if a voucher is payable under the anchor of the vouchers, and
// otherwise why it is not.
func (x *Exchange) CheckPayable(v *Voucher) error {
	j := x.judged()
	if !x.Phases.Closed(VouchersClosed) {
		return errors.New("the vouchers are not anchored")
	}
	return j.faults[v]
}

// PayableTo reports whether a key has shown a payable voucher.
func (x *Exchange) PayableTo(key curve.PublicKey) bool {
	v := x.VoucherOf(key)
	return v != nil && x.CheckPayable(v) == nil
}

// Payable returns the payable vouchers, in the board's order.
func (x *Exchange) Payable() []*Voucher { return x.judged().payable }

// Owed reports whether its mixer owes a payable voucher: it is among as many as the
// mixer accepted to pay.
func (x *Exchange) Owed(v *Voucher) bool { return x.judged().owed[v] }

// Sweepable reports whether the supervisor may sweep a deposit: it has a right issue by
// an issuer that is not void.
func (x *Exchange) Sweepable(d *Deposit) bool {
	return x.RightlyIssued(d) && x.Phases.Closed(VouchersClosed) && !x.Void(d.Issuer)
}

// RightlyIssued reports whether a deposit has a right issue under the anchor of the
// issues.
func (x *Exchange) RightlyIssued(d *Deposit) bool { return x.issued().right[d] }

// FalselyOpened returns the items of the manager's line that do not count, and why.
func (x *Exchange) FalselyOpened() []result.Item { return x.judged().opened }
