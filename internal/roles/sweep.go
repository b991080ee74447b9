package roles

import (
	"bytes"
	"cmp"
	"slices"

	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// sweep moves the sweepable deposits to the pool, once the anchor of the vouchers is deep. Sweeps that
// are in no block are sent again once a block.
func (t *Treasurer) sweep(x *election.Exchange) error {
	if !x.Deep(election.VouchersClosed, t.s.tip()) {
		return nil
	}
	var due []*election.Deposit
	for _, d := range x.Deposits {
		if x.Sweepable(d) && x.SpendingTx(d) == nil {
			due = append(due, d)
		}
	}
	slices.SortFunc(due, func(a, b *election.Deposit) int {
		x, y := a.Outpoint, b.Outpoint
		return cmp.Or(bytes.Compare(x.Hash[:], y.Hash[:]), cmp.Compare(x.Index, y.Index))
	})
	for batch := range slices.Chunk(due, election.MaxSweep) {
		if t.sent.again(&t.s.payer, batch[0].Outpoint) {
			continue
		}
		tx, err := t.sweepOf(x, batch)
		if err != nil {
			return err
		}
		t.sent[batch[0].Outpoint] = &sending{tx, t.s.tip()}
		if err := t.s.submit("sweep", tx); err != nil {
			return err
		}
	}
	return nil
}

// sweepOf is the sweep of deposits, with their mixers' signatures of the issues:
//
//	version 2
//	in   deposits, sequence fffffffd    sig:supervisor sig:mixer redeem
//	out  Σ deposits − fee               P2PKH of the supervisor's key, the pool
func (t *Treasurer) sweepOf(x *election.Exchange, deposits []*election.Deposit) (*wire.MsgTx, error) {
	path, err := pathNamed(t.s.e.Contract, election.Swept)
	if err != nil {
		return nil, err
	}
	tx, sum, redeems := newTx(), int64(0), make([][]byte, len(deposits))
	for i, d := range deposits {
		addInput(tx, d.Outpoint)
		sum += x.Sats(d)
		if redeems[i], err = t.s.e.EscrowRedeem(d.Mixer.Key, d.By); err != nil {
			return nil, err
		}
	}
	size := templates.SweepSize(len(deposits), path.Witness, len(redeems[0]), len(x.PoolScript))
	tx.AddTxOut(wire.NewTxOut(sum-t.s.e.Policy.Fee*int64(size), x.PoolScript))
	for i, d := range deposits {
		own, err := sign(tx, i, redeems[i], t.s.key)
		if err != nil {
			return nil, err
		}
		w := witness{sigs: map[string][]byte{"mixer": d.Sweep, "supervisor": own}}
		if err := w.fill(tx, i, path, redeems[i]); err != nil {
			return nil, err
		}
	}
	return tx, nil
}

// payLate pays the coins of payable vouchers that have none after `payout by`, when the last payments
// of mixers are deep, in time for them to be deep before the roll closes. It reports whether all are
// paid.
func (t *Treasurer) payLate(x *election.Exchange, times window) (done bool, err error) {
	due := x.Unpaid()
	if len(due) == 0 || times.tip >= times.lastCoin {
		return true, nil
	}
	return false, t.s.payNext("late coins", t.sent, x.NextPayment(t.s.public), t.s.coinOutputs(rollKeys(due)), x.IsTail)
}

// repay pays each mixer what it is owed, in the order of the registry:
//
//	in   the end of the supervisor's payments; outputs of the supervisor where it is short
//	out  owed     P2PKH of a mixer's key, for each
//	     change   the supervisor's key
func (t *Treasurer) repay(x *election.Exchange) error {
	var outs []*wire.TxOut
	for _, m := range x.Mixers {
		owed := x.Repayment(m)
		paid := func(p election.Payment) bool { return p.Sats == owed }
		if owed > 0 && !slices.ContainsFunc(x.Repaid(m), paid) {
			outs = append(outs, wire.NewTxOut(owed, templates.PayToKey(m.Key)))
		}
	}
	return t.s.payNext("repayment", t.sent, x.NextPayment(t.s.public), outs, x.IsTail)
}

// window is a tip between `payout by` and `roll by`.
type window struct {
	tip      uint32
	lastCoin uint32 // first tip at which no late coin is paid
}
