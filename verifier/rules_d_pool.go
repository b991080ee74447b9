package verifier

import (
	"bytes"
	"errors"
	"fmt"

	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// poolRules are family D, the pool and its account: V34, V35.
func poolRules() []rule {
	return []rule{
		row("V34", "MIX-CONSERVE", "A", schemed, mixersAccount),
		row("V35", "MIX-EQUAL", "W", exchanged, payoutsAlike),
	}
}

// V34: sweeps pay deposits to the pool only. The supervisor repays each mixer what it
// is owed, and declares the residual.
func mixersAccount(f *facts, ck *check) {
	sweeps := f.mix.SweepTxs()
	for _, sweep := range sweeps {
		ck.expect(1)
		ck.test("tx "+sweep.ID.String(), sweepFault(f, sweep))
	}
	owed := int64(0)
	for _, x := range f.mix.Mixers {
		owed += f.mix.Owed(x)
	}
	ck.expect(1)
	if f.mix.Settled == nil {
		if owed == 0 && len(sweeps) == 0 {
			ck.pass()
			return
		}
		ck.fail("board", "the supervisor: no settlement, %d sweeps and %d sat owed to mixers", len(sweeps), owed)
		return
	}
	where := fmt.Sprintf("line %d", f.mix.SettledLine)
	ck.test(where, residualFault(f))
	repayments(f, ck, where)
	overpaid(f, ck)
}

// sweepFault returns what a sweep does besides moving deposits into the pool, or
// nil.
func sweepFault(f *facts, sweep *election.ConfirmedTx) error {
	for _, in := range sweep.Tx.TxIn {
		if f.mix.DepositAt(in.PreviousOutPoint) == nil {
			return fmt.Errorf("mixer and supervisor: a sweep that also spends %s, which is no deposit", in.PreviousOutPoint)
		}
	}
	for i, out := range sweep.Tx.TxOut {
		if !bytes.Equal(out.PkScript, f.mix.PoolScript) {
			return fmt.Errorf("mixer and supervisor: output %d of a sweep takes %d sat elsewhere than to the pool", i, out.Value)
		}
	}
	return nil
}

// residualFault compares the declared residual with the pool's account.
func residualFault(f *facts) error {
	p := f.mix.Pool(f.mix.Repaid())
	if got, want := f.mix.Settled.Residual, p.Residual(); got != want {
		return fmt.Errorf("the supervisor: declares a residual of %d sat, want %d: "+
			"%d swept, %d repaid, %d in late coins, %d for their fees", got, want, p.Swept, p.Repaid, p.Late, p.Fees)
	}
	return nil
}

// repayments compares each mixer's repayment with what it is owed.
func repayments(f *facts, ck *check, where string) {
	paid := make(map[*election.Mixer]wire.OutPoint)
	for i, op := range f.mix.Repaid() {
		x := f.mix.MixerOf(f.mix.Settled.Repaid[i].Mixer)
		ck.expect(1)
		switch _, again := paid[x]; {
		case x == nil:
			ck.fail(where, "the supervisor: a repayment to %s, who is no mixer", f.mix.Settled.Repaid[i].Mixer)
			continue
		case again:
			ck.fail(where, "the supervisor: mixer %s is repaid twice", x.Name)
			continue
		}
		paid[x] = op
		ck.test(fmt.Sprintf("outpoint %s", op), repaymentFault(f, x, op))
	}
	for _, x := range f.mix.Mixers {
		if _, ok := paid[x]; ok {
			continue
		}
		ck.expect(1)
		if owed := f.mix.Owed(x); owed > 0 {
			ck.fail(where, "the supervisor: mixer %s is owed %d sat and not repaid", x.Name, owed)
			continue
		}
		ck.pass()
	}
}

// repaymentFault returns why the output at op is not the mixer's repayment, or nil.
func repaymentFault(f *facts, x *election.Mixer, op wire.OutPoint) error {
	c := f.replay.ExchangeOutput(op)
	switch {
	case c == nil || c.Created == nil:
		return fmt.Errorf("the supervisor: the repayment of mixer %s is not on the chain", x.Name)
	case !bytes.Equal(c.Out.PkScript, templates.PayToKey(x.Key)):
		return fmt.Errorf("the supervisor: the repayment of mixer %s does not pay its key", x.Name)
	case c.Out.Value != f.mix.Owed(x):
		return fmt.Errorf("the supervisor: mixer %s is repaid %d sat, owed %d", x.Name, c.Out.Value, f.mix.Owed(x))
	case !election.SignedBy(c.Created.Tx, f.e.Policy.Supervisor):
		return errors.New("the supervisor did not sign it")
	}
	return nil
}

// overpaid fails where more coins were paid to valid vouchers than deposits were
// rightly issued for, unless V33 fails by the coins on the roll.
func overpaid(f *facts, ck *check) {
	paid, onRoll, issued := 0, 0, 0
	for _, v := range f.mix.Vouchers {
		if f.mix.CoinOf(v) != nil && f.mix.VerifyVoucher(v) == nil {
			paid++
			if f.setup.OnRoll(v.By) {
				onRoll++
			}
		}
	}
	for _, n := range issuedBy(f) {
		issued += n
	}
	ck.expect(1)
	if paid > issued && onRoll <= issued {
		ck.fail("pool", "a mixer: %d coins were paid to valid vouchers, %d good deposits rightly issued for; "+
			"the manager can tell who signed", paid, issued)
		return
	}
	ck.pass()
}

// V35: the coins are alike in value and script, and not too many come in one
// transaction.
func payoutsAlike(f *facts, ck *check) {
	together := make(map[chainhash.Hash]int)
	for _, v := range f.mix.Vouchers {
		for _, p := range v.Payouts {
			c := f.replay.ExchangeOutput(p.Outpoint)
			if c == nil || c.Created == nil {
				continue // V37 looks for the coin
			}
			ck.expect(1)
			together[p.Outpoint.Hash]++
			switch where := "outpoint " + p.Outpoint.String(); {
			case c.Out.Value != f.e.Policy.Coin():
				ck.fail(where, "%d sat, coins have %d", c.Out.Value, f.e.Policy.Coin())
			case !bytes.Equal(c.Out.PkScript, templates.PayToKey(v.By)):
				ck.fail(where, "not P2PKH of the roll key")
			case together[p.Outpoint.Hash] == election.MaxPayouts+1:
				ck.fail(where, "one of over %d coins in one transaction", election.MaxPayouts)
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
