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

// voucherRules are family D, deposits and vouchers: V29–V33.
func voucherRules() []rule {
	return []rule{
		row("V29", "MIX-DEPOSIT", "I", after(election.DepositsClosed), deposits),
		row("V30", "MIX-GBS", "A", after(election.VouchersClosed), vouchers),
		row("V31", "MIX-GBS-DOMAIN", "A", after(election.VouchersClosed), voucherDomains),
		row("V32", "MIX-SERIAL", "A", after(election.VouchersClosed), serials),
		row("V33", "MIX-COUNT", "A", after(election.VouchersClosed), voucherCount),
	}
}

// V29: every deposit that lines name has the right sum in the right escrow, in time. That
// it is a registered key's only one is a condition for its lines to count. Lines that do
// not count are listed.
func deposits(f *facts, ck *check) {
	ck.expect(len(f.mix.Deposits))
	for _, d := range f.mix.Deposits {
		if f.partial() && !f.mix.Created(d) {
			ck.leave(d.Where(), "the output is not shown: %s", f.beginning())
			ck.fatal = true // the vouchers that its issuer may show, and so the roll, follow from it
			continue
		}
		ck.test(d.Where(), f.mix.CheckDeposit(d))
	}
	for _, l := range f.mix.Ignored {
		if l.Type == board.TypeDeposit {
			ck.note(l.Where, "%s", l.Message)
		}
	}
	listRefused(f, ck, func(t board.Type) bool { return t == board.TypeDeposit })
}

// depositsHidden reports whether the evidence does not show an output that a line names as a
// deposit: what its issuer may show, and the roll, follow from it.
func depositsHidden(f *facts) bool {
	return f.partial() && f.mix != nil && slices.ContainsFunc(f.mix.Deposits, func(d *election.Deposit) bool { return !f.mix.Created(d) })
}

// V30: the signature of every voucher that is taken is the group's, or its issuer's,
// over this key and this mixer. The board's server takes no other. V31 reports values
// outside their domains.
func vouchers(f *facts, ck *check) {
	for _, v := range f.mix.Vouchers {
		if !f.mix.Takes(v) {
			continue // V33 names it
		}
		err := f.mix.VerifyVoucher(v)
		if errors.Is(err, mixing.ErrDomain) {
			continue
		}
		ck.expect(1)
		judgeVoucher(ck, v, err)
	}
}

// V31: the values of those signatures lie in their domains.
func voucherDomains(f *facts, ck *check) {
	for _, v := range f.mix.Vouchers {
		if !f.mix.Takes(v) {
			continue
		}
		ck.expect(1)
		err := f.mix.VerifyVoucher(v)
		if !errors.Is(err, mixing.ErrDomain) {
			err = nil
		}
		judgeVoucher(ck, v, err)
	}
}

// judgeVoucher fails a bad voucher, which the supervisor's server has taken.
func judgeVoucher(ck *check, v *election.Voucher, err error) {
	if err != nil {
		ck.fail(v.Where(), "the supervisor took a voucher that is not valid: %v", err)
		return
	}
	ck.pass()
}

// V32: no signature is shown twice.
func serials(f *facts, ck *check) {
	ck.expect(len(f.mix.Vouchers))
	signatures := make(map[string]*election.Voucher)
	for _, v := range f.mix.Vouchers {
		if other := signatures[string(v.Signature)]; other != nil {
			ck.fail(v.Where(), "the supervisor took the signature of line %d again", other.N)
			continue
		}
		ck.pass()
		signatures[string(v.Signature)] = v
	}
}

// V33: no issuer showed more vouchers than deposits that it rightly issued for, and no
// more vouchers are on the board than the issuers can have signed and one of each. With
// group-blind the manager opened those that are too many, truly.
func voucherCount(f *facts, ck *check) {
	if depositsHidden(f) {
		ck.expect(1)
		ck.leave("deposits", "not all of them are shown: %s", f.beginning())
		return
	}
	for _, i := range f.mix.Issuers() {
		ck.expect(1)
		if f.mix.Void(i) {
			ck.fail(i.String(), "%s, or the supervisor who left an issue of it off: %d vouchers, %d good deposits rightly issued for",
				i, f.mix.Shown(i), f.mix.Due(i))
			continue
		}
		ck.pass()
	}
	ck.expect(1)
	untaken := 0
	for _, v := range f.mix.Vouchers {
		if !f.mix.Takes(v) {
			untaken++
		}
	}
	if untaken > 0 {
		ck.fail("board", "the supervisor took %d vouchers more than were issued for and one of each key", untaken)
	} else {
		ck.pass()
	}
	if f.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind {
		openedRightly(f, ck)
	}
	for _, v := range f.mix.Vouchers {
		if err := f.mix.CheckPayable(v); err != nil {
			ck.note(v.Where(), "not payable: %v", err)
		}
	}
}

// openedRightly judges the manager's line: it is there, its items count, and they leave
// no more vouchers payable than deposits were issued for.
func openedRightly(f *facts, ck *check) {
	ck.expect(2)
	if f.mix.OpenedLine == 0 {
		ck.fail("board", "the supervisor did not say which vouchers are too many")
	} else {
		ck.pass()
	}
	for _, item := range f.mix.FalselyOpened() {
		ck.expect(1)
		ck.fail(item.Where, "the supervisor: an item that does not count: %s", item.Message)
	}
	due := 0
	for _, i := range f.mix.Issuers() {
		if !f.mix.Void(i) {
			due += f.mix.Due(i)
		}
	}
	if payable := len(f.mix.Payable()); payable > due {
		ck.fail(fmt.Sprintf("line %d", f.mix.OpenedLine), "the supervisor opened too few: %d vouchers are payable, %d deposits were issued for",
			payable, due)
		return
	}
	ck.pass()
}
