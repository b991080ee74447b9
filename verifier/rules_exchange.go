package verifier

import (
	"errors"
	"fmt"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// family D: mixing audit
var mixRules = []rule{
	{"V29", "MIX-DEPOSIT", "I", exchanged, (*audit).deposits},
	{"V30", "MIX-GBS", "E", schemed, (*audit).vouchers},
	{"V31", "MIX-GBS-DOMAIN", "E", schemed, (*audit).voucherDomains},
	{"V32", "MIX-SERIAL", "E", exchanged, (*audit).serials},
	{"V33", "MIX-COUNT", "E", schemed, (*audit).payoutCount},
	{"V34", "MIX-CONSERVE", "A", schemed, (*audit).mixersAccount},
	{"V35", "MIX-EQUAL", "W", exchanged, (*audit).payoutsAlike},
	{"V36", "MIX-GRAPH", "W", schemed, (*audit).untraceable},
	{"V37", "MIX-RECEIPTS", "A", schemed, (*audit).receipts},
	{"V38", "MIX-ORDER", "E", exchanged, (*audit).mixOrder},
}

// V29: behind every deposit that a line names is the right sum in the right
// escrow, in time. That it is a registered key's only one, and accepted by its
// mixer, is a condition for the line to count; lines that do not are listed.
func (a *audit) deposits(s *sheet) {
	s.expect(len(a.mix.Deposits))
	for _, d := range a.mix.Deposits {
		s.test(d.Where(), a.mix.Good(d))
	}
	for _, l := range a.mix.Ignored {
		if l.Of == board.TypeDeposit {
			s.note(l.Where, "%s", l.Message)
		}
	}
}

// V30: the signature of every voucher that brought a key onto the roll is the
// group's, or its issuer's, over this key, this mixer and this nonce. What lies
// outside its domain is V31's; an unpaid bad voucher harms nobody.
func (a *audit) vouchers(s *sheet) {
	for _, v := range a.mix.Vouchers {
		err := a.mix.Valid(v)
		if errors.Is(err, mixing.ErrDomain) {
			continue
		}
		s.expect(1)
		a.judgeVoucher(s, v, err)
	}
}

// V31: the parts of those signatures lie where they must.
func (a *audit) voucherDomains(s *sheet) {
	s.expect(len(a.mix.Vouchers))
	for _, v := range a.mix.Vouchers {
		err := a.mix.Valid(v)
		if !errors.Is(err, mixing.ErrDomain) {
			err = nil
		}
		a.judgeVoucher(s, v, err)
	}
}

// judgeVoucher fails a bad voucher that is on the roll and lists any other.
func (a *audit) judgeVoucher(s *sheet, v *election.Voucher, err error) {
	slot := a.setup.Slots[v.By]
	switch {
	case err == nil:
		s.pass()
	case slot > 0:
		s.fail(fmt.Sprintf("%s, slot %d", v.Where(), slot), "%v", err)
	default:
		s.pass()
		s.note(v.Where(), "not on the roll: %v", err)
	}
}

// V32: no signature is shown twice. That no nonce is, is a condition for an
// acceptance to count.
func (a *audit) serials(s *sheet) {
	s.expect(len(a.mix.Vouchers))
	signatures := make(map[string]*election.Voucher)
	for _, v := range a.mix.Vouchers {
		other := signatures[string(v.Signature)]
		switch {
		case other == nil:
			s.pass()
			signatures[string(v.Signature)] = v
		case a.setup.Slots[v.By] > 0 && a.setup.Slots[other.By] > 0:
			s.fail(v.Where(), "the signature of line %d again", other.N)
		default:
			s.pass()
			s.note(v.Where(), "the signature of line %d again, and not both are on the roll", other.N)
		}
	}
}

// V33: every key on the roll has a voucher of its own, for which it was paid
// the coin on the roll, and there are no more of them than deposits rightly
// issued for; with blind RSA, of no mixer more than that one issued.
func (a *audit) payoutCount(s *sheet) {
	s.expect(len(a.setup.Roll) + 1)
	paid, byIssuer := 0, make(map[*election.Mixer]int)
	for i, r := range a.setup.Roll {
		where := fmt.Sprintf("slot %d, outpoint %s", i+1, r.Outpoint)
		v := a.mix.VoucherOf(r.Key)
		if v == nil {
			s.fail(where, "its key showed no voucher that counts")
			continue
		}
		s.test(where, a.paidBy(v, r))
		if a.mix.Valid(v) == nil { // V30 and V31 name the others
			paid++
			byIssuer[a.mix.IssuerOf(v)]++
		}
	}
	issued := a.issued()
	total := 0
	for _, n := range issued {
		total += n
	}
	if paid > total {
		s.fail("roll", "%d valid vouchers paid, %d good deposits were rightly issued for", paid, total)
	} else {
		s.pass()
	}
	if a.e.Policy.Mixing.Scheme != lang.SchemeBlindRSA {
		return
	}
	for _, x := range a.mix.Mixers {
		s.expect(1)
		if byIssuer[x] > issued[x] {
			s.fail("mixer "+x.Name, "%d vouchers of its own were paid, it rightly issued %d for good deposits", byIssuer[x], issued[x])
			continue
		}
		s.pass()
	}
}

// paidBy tells whether the board has the roll's coin as a payout for a voucher.
func (a *audit) paidBy(v *election.Voucher, r election.RollEntry) error {
	for _, p := range v.Payouts {
		if p.Outpoint == r.Outpoint {
			return nil
		}
	}
	return fmt.Errorf("no payout line for the voucher of line %d names its coin", v.N)
}

// issued counts each mixer's right issues for good deposits.
func (a *audit) issued() map[*election.Mixer]int {
	out := make(map[*election.Mixer]int)
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil && a.mix.Right(d) == nil {
			out[d.Mixer]++
		}
	}
	return out
}

// V38: the last good deposit lies in a block before the first coin, and no coin
// is paid after `roll by`.
func (a *audit) mixOrder(s *sheet) {
	last := uint32(0)
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil {
			last = max(last, a.mix.Height(d))
		}
	}
	for i, r := range a.setup.Roll {
		c := a.replay.Coins[r.Outpoint]
		if c == nil || c.Created == nil {
			continue // V27 names it
		}
		s.expect(1)
		where := fmt.Sprintf("slot %d, tx %s", i+1, r.Outpoint.Hash)
		switch h := c.Created.Height; {
		case h <= last:
			s.fail(where, "paid in block %d, the last deposit is in block %d", h, last)
		case h > a.e.Policy.Times.Roll:
			s.fail(where, "paid in block %d, the roll closes at %d", h, a.e.Policy.Times.Roll)
		default:
			s.pass()
		}
	}
}
