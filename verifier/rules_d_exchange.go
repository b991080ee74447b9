package verifier

import (
	"errors"
	"fmt"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// voucherRules are family D, deposits and vouchers: V29–V33.
func voucherRules() []rule {
	return []rule{
		row("V29", "MIX-DEPOSIT", "I", exchanged, deposits),
		row("V30", "MIX-GBS", "E", schemed, vouchers),
		row("V31", "MIX-GBS-DOMAIN", "E", schemed, voucherDomains),
		row("V32", "MIX-SERIAL", "E", exchanged, serials),
		row("V33", "MIX-COUNT", "E", schemed, payoutCount),
	}
}

// V29: every deposit that a line names has the right sum in the right escrow, in
// time. That it is a registered key's only one, and accepted by its mixer, is a
// condition for the line to count. Lines that do not count are listed.
func deposits(f *facts, ck *check) {
	ck.expect(len(f.mix.Deposits))
	for _, d := range f.mix.Deposits {
		ck.test(d.Where(), f.mix.CheckDeposit(d))
	}
	for _, l := range f.mix.Ignored {
		if l.Type == board.TypeDeposit {
			ck.note(l.Where, "%s", l.Message)
		}
	}
}

// V30: the signature of every voucher of a key on the roll is the group's, or its
// issuer's, over this key, this mixer and this nonce. V31 reports values outside their
// domains. Bad vouchers of keys that are not on the roll are listed.
func vouchers(f *facts, ck *check) {
	for _, v := range f.mix.Vouchers {
		err := f.mix.VerifyVoucher(v)
		if errors.Is(err, mixing.ErrDomain) {
			continue
		}
		ck.expect(1)
		judgeVoucher(f, ck, v, err)
	}
}

// V31: the values of those signatures lie in their domains.
func voucherDomains(f *facts, ck *check) {
	ck.expect(len(f.mix.Vouchers))
	for _, v := range f.mix.Vouchers {
		err := f.mix.VerifyVoucher(v)
		if !errors.Is(err, mixing.ErrDomain) {
			err = nil
		}
		judgeVoucher(f, ck, v, err)
	}
}

// judgeVoucher fails a bad voucher that is on the roll and lists any other.
func judgeVoucher(f *facts, ck *check, v *election.Voucher, err error) {
	slot := f.setup.SlotOf(v.By)
	switch {
	case err == nil:
		ck.pass()
	case slot > 0:
		ck.fail(fmt.Sprintf("%s, slot %d", v.Where(), slot), "%v", err)
	default:
		ck.pass()
		ck.note(v.Where(), "not on the roll: %v", err)
	}
}

// V32: no signature is shown twice. That no nonce is shown twice is a condition
// for an acceptance to count.
func serials(f *facts, ck *check) {
	ck.expect(len(f.mix.Vouchers))
	signatures := make(map[string]*election.Voucher)
	for _, v := range f.mix.Vouchers {
		other := signatures[string(v.Signature)]
		switch {
		case other == nil:
			ck.pass()
			signatures[string(v.Signature)] = v
		case f.setup.OnRoll(v.By) && f.setup.OnRoll(other.By):
			ck.fail(v.Where(), "the signature of line %d again", other.N)
		default:
			ck.pass()
			ck.note(v.Where(), "the signature of line %d again, and not both are on the roll", other.N)
		}
	}
}

// V33: every key on the roll has a voucher of its own, for which it was paid the
// coin on the roll. There are at most as many valid paid vouchers as good deposits
// that were correctly issued for; with blind-rsa this holds for each mixer.
func payoutCount(f *facts, ck *check) {
	ck.expect(len(f.setup.Roll) + 1)
	paid, byIssuer := 0, make(map[*election.Mixer]int)
	for i, r := range f.setup.Roll {
		where := fmt.Sprintf("slot %d, outpoint %s", i+1, r.Outpoint)
		v := f.mix.VoucherOf(r.Key)
		if v == nil {
			ck.fail(where, "its key showed no voucher that counts")
			continue
		}
		ck.test(where, paidBy(f, v, r))
		if f.mix.VerifyVoucher(v) == nil { // V30 and V31 name the others
			paid++
			byIssuer[f.mix.IssuerOf(v)]++
		}
	}
	issued := issuedBy(f)
	total := 0
	for _, n := range issued {
		total += n
	}
	if paid > total {
		ck.fail("roll", "%d valid vouchers paid, %d good deposits were rightly issued for", paid, total)
	} else {
		ck.pass()
	}
	if f.e.Policy.Mixing.Scheme != lang.SchemeBlindRSA {
		return
	}
	for _, x := range f.mix.Mixers {
		ck.expect(1)
		if byIssuer[x] > issued[x] {
			ck.fail("mixer "+x.Name, "%d vouchers of its own were paid, it rightly issued %d for good deposits",
				byIssuer[x], issued[x])
			continue
		}
		ck.pass()
	}
}

// paidBy returns an error unless a payout line for the voucher names the slot's
// coin.
func paidBy(f *facts, v *election.Voucher, r election.Slot) error {
	for _, p := range v.Payouts {
		if p.Outpoint == r.Outpoint {
			return nil
		}
	}
	return fmt.Errorf("no payout line for the voucher of line %d names its coin", v.N)
}

// issuedBy counts each mixer's right issues for good deposits.
func issuedBy(f *facts) map[*election.Mixer]int {
	out := make(map[*election.Mixer]int)
	for _, d := range f.mix.Deposits {
		if f.mix.CheckDeposit(d) == nil && f.mix.CheckIssue(d) == nil {
			out[d.Mixer]++
		}
	}
	return out
}
