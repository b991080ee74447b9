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

// V34: sweeps bring deposits into the pool and nowhere else, the supervisor
// repays each mixer what it is owed, and declares what is left.
func (a *audit) mixersAccount(s *sheet) {
	sweeps := a.mix.SweepTxs()
	for _, sweep := range sweeps {
		s.expect(1)
		s.test("tx "+sweep.ID.String(), a.sweepFault(sweep))
	}
	owed := int64(0)
	for _, x := range a.mix.Mixers {
		owed += a.mix.Owed(x)
	}
	s.expect(1)
	if a.mix.Settled == nil {
		if owed == 0 && len(sweeps) == 0 {
			s.pass()
			return
		}
		s.fail("board", "the supervisor: no settlement, %d sweeps and %d sat owed to mixers", len(sweeps), owed)
		return
	}
	where := fmt.Sprintf("line %d", a.mix.SettledLine)
	s.test(where, a.residualFault())
	a.repayments(s, where)
	a.overpaid(s)
}

// sweepFault tells what a sweep does besides moving deposits into the pool.
func (a *audit) sweepFault(sweep *election.Sighting) error {
	for _, in := range sweep.Tx.TxIn {
		if a.mix.DepositAt(in.PreviousOutPoint) == nil {
			return fmt.Errorf("mixer and supervisor: a sweep that also spends %s, which is no deposit", in.PreviousOutPoint)
		}
	}
	for i, out := range sweep.Tx.TxOut {
		if !bytes.Equal(out.PkScript, a.mix.PoolScript) {
			return fmt.Errorf("mixer and supervisor: output %d of a sweep takes %d sat elsewhere than to the pool", i, out.Value)
		}
	}
	return nil
}

// residualFault holds the declared residual against the account.
func (a *audit) residualFault() error {
	p := a.mix.Pool(a.mix.Repaid())
	if got, want := a.mix.Settled.Residual, p.Residual(); got != want {
		return fmt.Errorf("the supervisor: declares a residual of %d sat, want %d: %d swept, %d repaid, %d in late coins, %d for their fees",
			got, want, p.Swept, p.Repaid, p.Late, p.Fees)
	}
	return nil
}

// repayments holds each mixer's repayment against what it is owed.
func (a *audit) repayments(s *sheet, where string) {
	paid := make(map[*election.Mixer]wire.OutPoint)
	for i, op := range a.mix.Repaid() {
		x := a.mix.MixerOf(a.mix.Settled.Repaid[i].Mixer)
		s.expect(1)
		switch _, again := paid[x]; {
		case x == nil:
			s.fail(where, "the supervisor: a repayment to %s, who is no mixer", a.mix.Settled.Repaid[i].Mixer)
			continue
		case again:
			s.fail(where, "the supervisor: mixer %s is repaid twice", x.Name)
			continue
		}
		paid[x] = op
		s.test(fmt.Sprintf("outpoint %s", op), a.repaymentFault(x, op))
	}
	for _, x := range a.mix.Mixers {
		if _, ok := paid[x]; ok {
			continue
		}
		s.expect(1)
		if owed := a.mix.Owed(x); owed > 0 {
			s.fail(where, "the supervisor: mixer %s is owed %d sat and not repaid", x.Name, owed)
			continue
		}
		s.pass()
	}
}

func (a *audit) repaymentFault(x *election.Mixer, op wire.OutPoint) error {
	c := a.replay.Mixed[op]
	switch {
	case c == nil || c.Created == nil:
		return fmt.Errorf("the supervisor: the repayment of mixer %s is not on the chain", x.Name)
	case !bytes.Equal(c.Out.PkScript, templates.PayToKey(x.Key)):
		return fmt.Errorf("the supervisor: the repayment of mixer %s does not pay its key", x.Name)
	case c.Out.Value != a.mix.Owed(x):
		return fmt.Errorf("the supervisor: mixer %s is repaid %d sat, owed %d", x.Name, c.Out.Value, a.mix.Owed(x))
	case !election.SignedBy(c.Created.Tx, a.e.Policy.Supervisor):
		return errors.New("the supervisor did not sign it")
	}
	return nil
}

// overpaid finds coins for which the pool has nothing: more were paid to valid
// vouchers than deposits were issued for, without the roll's showing it (V33).
func (a *audit) overpaid(s *sheet) {
	paid, onRoll, issued := 0, 0, 0
	for _, v := range a.mix.Vouchers {
		if a.mix.PaymentOf(v) != nil && a.mix.Valid(v) == nil {
			paid++
			if a.setup.Slots[v.By] > 0 {
				onRoll++
			}
		}
	}
	for _, n := range a.issued() {
		issued += n
	}
	s.expect(1)
	if paid > issued && onRoll <= issued {
		s.fail("pool", "a mixer: %d coins were paid to valid vouchers, %d good deposits rightly issued for; the manager can tell who signed", paid, issued)
		return
	}
	s.pass()
}

// V35: the coins are alike in value and script, and not too many come in one
// transaction.
func (a *audit) payoutsAlike(s *sheet) {
	together := make(map[chainhash.Hash]int)
	for _, v := range a.mix.Vouchers {
		for _, p := range v.Payouts {
			c := a.replay.Mixed[p.Outpoint]
			if c == nil || c.Created == nil {
				continue // V37 looks for the coin
			}
			s.expect(1)
			together[p.Outpoint.Hash]++
			switch where := "outpoint " + p.Outpoint.String(); {
			case c.Out.Value != a.e.Policy.Coin():
				s.fail(where, "%d sat, coins have %d", c.Out.Value, a.e.Policy.Coin())
			case !bytes.Equal(c.Out.PkScript, templates.PayToKey(v.By)):
				s.fail(where, "not P2PKH of the roll key")
			case together[p.Outpoint.Hash] == election.MaxPayouts+1:
				s.fail(where, "one of over %d coins in one transaction", election.MaxPayouts)
			default:
				s.pass()
			}
		}
	}
}

// V105: every deposit was swept, returned as the contract says, or is there
// still, to the satoshi; and the coins on the roll come from somewhere.
func (a *audit) mixConserved(s *sheet) {
	in, now := int64(0), make(map[string]int64)
	for _, d := range a.mix.Deposits {
		s.expect(1)
		sats, path := a.mix.Sats(d), a.mix.Spent(d)
		in += sats
		s.test(d.Where(), a.spentFault(d, path))
		now[path] += sats
	}
	s.expect(2)
	if sum := now[""] + now[election.Swept] + now[election.Returned]; sum != in {
		s.fail("deposits", "%d sat deposited, %d accounted for", in, sum)
	} else {
		s.pass()
	}
	coins := int64(0)
	for _, r := range a.setup.Roll {
		if c := a.replay.Coins[r.Outpoint]; c != nil && c.Created != nil && a.setup.CoinFault(r, c) == nil {
			coins += c.Out.Value
		}
	}
	if coins > in {
		s.fail("roll", "coins of %d sat, deposits of %d", coins, in)
	} else {
		s.pass()
	}
	p := a.mix.Pool(a.mix.Repaid())
	s.note("deposits", "%d sat deposited: %d swept, %d returned, %d still there", in, now[election.Swept], now[election.Returned], now[""])
	s.note("pool", "%d sat: %d repaid to mixers, %d in late coins, %d for their fees, %d left", p.Swept, p.Repaid, p.Late, p.Fees, p.Residual())
}

// spentFault tells whether a deposit's spend is one that the contract allows,
// where the engine does not look: a return is final in a block after the lock.
func (a *audit) spentFault(d *election.Deposit, path string) error {
	at, lock := a.mix.SpendOf(d), a.e.Policy.Times.Roll
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
