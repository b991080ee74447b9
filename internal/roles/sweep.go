package roles

import (
	"bytes"
	"cmp"
	"slices"

	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// sweep moves the sweepable deposits to the pool, once the anchor of the vouchers is deep.
func (t *Treasurer) sweep(view *View) (acts []Act, err error) {
	x := view.Exchange
	if !view.Closed(election.VouchersClosed) {
		return nil, nil
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
		tx, err := t.sweepOf(x, batch)
		if err != nil {
			return nil, err
		}
		acts = append(acts, Act{What: "sweep", Tx: tx})
	}
	return acts, nil
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

// payments pays late coins, when the mixers' payments are deep after `payout by` and in time for the coins
// to be deep before the roll closes, and repays the mixers when that is done.
func (t *Treasurer) payments(view *View) ([]Act, error) {
	x, p := view.Exchange, t.s.e.Policy
	if view.Tip+1 < p.Times.Payout+p.Depth() || view.Tip >= p.Times.Roll {
		return nil, nil
	}
	what, outs := "repayments", t.repayments(x)
	if due := x.Unpaid(); len(due) > 0 && view.Tip < p.Times.Roll-p.Depth()-4 {
		what, outs = "late coins", t.s.coinOutputs(rollKeys(due))
	}
	tx, err := t.s.nextPayment(what, x.NextPayment(t.s.public), outs, x.IsTail)
	if tx == nil || err != nil {
		return nil, err
	}
	return []Act{{What: what, Tx: tx, By: p.Times.Roll}}, nil
}

// repayments are outputs of what mixers are owed, P2PKH of a mixer's key for each, in the order of the
// registry.
func (t *Treasurer) repayments(x *election.Exchange) (outs []*wire.TxOut) {
	for _, m := range x.Mixers {
		owed := x.Repayment(m)
		paid := func(p election.Payment) bool { return p.Sats == owed }
		if owed > 0 && !slices.ContainsFunc(x.Repaid(m), paid) {
			outs = append(outs, wire.NewTxOut(owed, templates.PayToKey(m.Key)))
		}
	}
	return outs
}
