package election

import (
	"errors"
	"fmt"

	"bevote/verifier/result"
)

// judgement is what the anchor of the vouchers makes payable and sweepable.
type judgement struct {
	due     map[*Issuer]int      // D: deposits with a right issue
	taken   map[*Voucher]bool    // that count against D
	signed  map[*Voucher]*Issuer // by which an issuer is known
	shown   map[*Issuer]int      // valid vouchers of it
	owed    map[*Voucher]bool    // that their mixers owe
	payable []*Voucher           // in the board's order
	faults  map[*Voucher]error   // why a voucher is not payable
	opened  []result.Item        // items of the manager's line that do not count
	right   map[*Deposit]*Issuer // of the deposits with a right issue
}

// judge computes what mixers, supervisor and auditor ask of the exchange. Before an
// anchor closes a phase nothing is due of it.
func (x *Exchange) judge() *judgement {
	j := &judgement{
		due: make(map[*Issuer]int), taken: make(map[*Voucher]bool), signed: make(map[*Voucher]*Issuer),
		shown: make(map[*Issuer]int), owed: make(map[*Voucher]bool), faults: make(map[*Voucher]error),
		right: make(map[*Deposit]*Issuer),
	}
	if !x.Phases.Closed(IssuesClosed) {
		return j
	}
	for _, d := range x.Deposits {
		if x.CheckIssue(d) == nil {
			j.due[d.Issuer]++
			j.right[d] = d.Issuer
		}
	}
	x.take(j)
	if !x.Phases.Closed(VouchersClosed) {
		return j
	}
	for _, v := range x.Vouchers {
		if j.taken[v] && v.Issuer != nil && x.VerifyVoucher(v) == nil {
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

// take chooses the vouchers that are taken, by their lines alone: of one issuer D + 1
// where vouchers name it, and otherwise Σ D and one of each issuer.
func (x *Exchange) take(j *judgement) {
	left, all := make(map[*Issuer]int), 0
	for _, i := range x.Issuers() {
		left[i] = j.due[i] + 1
		all += left[i]
	}
	for _, v := range x.Vouchers {
		switch {
		case v.Issuer == nil && all > 0:
			all--
			j.taken[v] = true
		case v.Issuer != nil && left[v.Issuer] > 0:
			left[v.Issuer]--
			j.taken[v] = true
		}
	}
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
		case v == nil || !j.taken[v]:
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
	if !j.taken[v] {
		return errors.New("it is not taken: more were shown than were issued for")
	}
	if err := x.VerifyVoucher(v); err != nil {
		return err
	}
	if i := j.signed[v]; i != nil && j.shown[i] > j.due[i] {
		return fmt.Errorf("%s is void: %d vouchers, %d deposits rightly issued for", i, j.shown[i], j.due[i])
	}
	return nil
}

// Due returns D of an issuer: the number of deposits that have a right issue by it under
// the anchor of the issues.
func (x *Exchange) Due(i *Issuer) int { return x.judged().due[i] }

// Shown returns how many valid vouchers are known to be an issuer's, under the anchor of
// the vouchers: those that name it, or that the manager opened as its own.
func (x *Exchange) Shown(i *Issuer) int { return x.judged().shown[i] }

// Void reports whether an issuer has shown more vouchers than deposits. None of them is
// paid then, and its deposits go back.
func (x *Exchange) Void(i *Issuer) bool { j := x.judged(); return j.shown[i] > j.due[i] }

// Taken reports whether a voucher is among as many as the issuers can have signed, and
// one more. The others are not verified.
func (x *Exchange) Taken(v *Voucher) bool { return x.judged().taken[v] }

// CheckPayable returns nil if a voucher is payable under the anchor of the vouchers, and
// otherwise why it is not.
func (x *Exchange) CheckPayable(v *Voucher) error {
	j := x.judged()
	if !x.Phases.Closed(VouchersClosed) {
		return errors.New("the vouchers are not anchored")
	}
	return j.faults[v]
}

// Payable returns the payable vouchers, in the board's order.
func (x *Exchange) Payable() []*Voucher { return x.judged().payable }

// Owed reports whether its mixer owes a payable voucher: it is among as many as the
// mixer accepted to pay.
func (x *Exchange) Owed(v *Voucher) bool { return x.judged().owed[v] }

// Sweepable reports whether the supervisor may sweep a deposit: it has a right issue by
// an issuer that is not void.
func (x *Exchange) Sweepable(d *Deposit) bool {
	j := x.judged()
	i := j.right[d]
	return i != nil && x.Phases.Closed(VouchersClosed) && j.shown[i] <= j.due[i]
}

// RightlyIssued reports whether a deposit has a right issue under the anchor of the
// issues.
func (x *Exchange) RightlyIssued(d *Deposit) bool { return x.judged().right[d] != nil }

// FalselyOpened returns the items of the manager's line that do not count, and why.
func (x *Exchange) FalselyOpened() []result.Item { return x.judged().opened }
