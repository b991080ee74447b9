package verifier

import (
	"errors"
	"fmt"

	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// poolRules are family D, what was paid: V34, V35.
func poolRules() []rule {
	return []rule{
		row("V34", "MIX-CONSERVE", "A", settled, mixersRepaid),
		row("V35", "MIX-EQUAL", "W", after(election.VouchersClosed), coinsAlike),
	}
}

// V34: the supervisor's payments repay each mixer what it is owed, once and to the
// satoshi, between `payout by` and `roll by`.
func mixersRepaid(f *facts, ck *check) {
	for _, x := range f.mix.Mixers {
		ck.expect(1)
		owed, repaid, exact := f.mix.Repayment(x), f.mix.Repaid(x), false
		for _, p := range repaid {
			exact = exact || p.Sats == owed
		}
		switch {
		case owed == 0 && len(repaid) == 0, exact && len(repaid) == 1:
			ck.pass()
		case f.partial() && len(repaid) < 2: // neither all coins that it paid nor all repayments need be shown
			ck.leave("mixer "+x.Name, "the repayment is not shown: %s", f.beginning())
		case len(repaid) == 0:
			ck.fail("mixer "+x.Name, "the supervisor: mixer %s is owed %d sat and not repaid", x.Name, owed)
		case exact:
			ck.fail("mixer "+x.Name, "the supervisor: mixer %s is repaid %d times", x.Name, len(repaid))
		default:
			ck.fail("outpoint "+repaid[0].Outpoint.String(), "the supervisor: mixer %s is repaid %d sat, owed %d",
				x.Name, repaid[0].Sats, owed)
		}
	}
}

// V35: what a mixer's payments have for a voucher is one coin, and not too many coins
// are in one transaction.
func coinsAlike(f *facts, ck *check) {
	together := make(map[chainhash.Hash]int)
	for _, v := range f.mix.Payable() {
		for n, p := range f.mix.PaidTo(v) {
			ck.expect(1)
			together[p.Outpoint.Hash]++
			switch where := "outpoint " + p.Outpoint.String(); {
			case p.Sats != f.e.Policy.Coin():
				ck.fail(where, "mixer %s: %d sat, coins have %d", v.Mixer.Name, p.Sats, f.e.Policy.Coin())
			case n > 0:
				ck.fail(where, "mixer %s: a second output for the voucher of line %d", v.Mixer.Name, v.N)
			case together[p.Outpoint.Hash] == election.MaxPayouts+1:
				ck.fail(where, "mixer %s: one of over %d coins in one transaction", v.Mixer.Name, election.MaxPayouts)
			default:
				ck.pass()
			}
		}
	}
}

// spentFault returns why the contract does not allow a deposit's spend, or nil. The
// script engine takes a return's locktime from the transaction, so it is also compared
// with the height of the block.
func spentFault(f *facts, d *election.Deposit, path string) error {
	at, lock := f.mix.SpendingTx(d), f.e.Policy.Times.Roll
	switch {
	case path == "" || path == election.Swept:
		return nil
	case path != election.Returned:
		return errors.New("spent by no path of the contract")
	case at.Tx.LockTime < lock || at.Tx.TxIn[at.Input].Sequence == wire.MaxTxInSequenceNum:
		return fmt.Errorf("returned with locktime %d, want %d and a sequence that is not final", at.Tx.LockTime, lock)
	case at.Height <= lock:
		return fmt.Errorf("returned in block %d, want one after %d", at.Height, lock)
	}
	return nil
}
