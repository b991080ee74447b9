package roles

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// nextPayment returns the next transaction of the payer's chain of payments:
//
//	in   the end of the chain; outputs of the payer where it is short
//	out  outs
//	     change   the payer's key
//
// It is nil where there is nothing to pay, and where the chain has not begun or is over.
func (p *payer) nextPayment(
	what string, from election.Tail, outs []*wire.TxOut, tail func(wire.OutPoint) bool,
) (*wire.MsgTx, error) {
	if len(outs) == 0 || from.Sats == 0 {
		return nil, nil
	}
	tx := newTx()
	tx.TxOut = append(outs, wire.NewTxOut(0, templates.PayToKey(p.public)))
	if err := p.extend(tx, from, len(outs), 0, tail); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return tx, p.signAll(tx)
}

// rollKeys returns the keys to which vouchers are to be paid.
func rollKeys(vouchers []*election.Voucher) []curve.PublicKey {
	keys := make([]curve.PublicKey, len(vouchers))
	for i, v := range vouchers {
		keys[i] = v.By
	}
	return keys
}

// coinOutputs are outputs that pay roll keys their coins, at most as many as one transaction has. It
// sorts the keys: the order of the outputs says nothing of when a voucher was shown.
func (p *payer) coinOutputs(keys []curve.PublicKey) (outs []*wire.TxOut) {
	sortKeys(keys)
	for _, k := range keys[:min(len(keys), election.MaxPayouts)] {
		outs = append(outs, wire.NewTxOut(p.e.Policy.Coin(), templates.PayToKey(k)))
	}
	return outs
}

// pay pays the coins that the mixer owes (tx3), once the anchor of the vouchers is deep and until
// `payout by`. What is in no block by then is taken back: it would not be repaid.
func (m *Mixer) pay(view *View) ([]Act, error) {
	x, payout := view.Exchange, m.e.Policy.Times.Payout
	own := x.MixerOf(m.public)
	if own == nil || !view.Closed(election.VouchersClosed) {
		return nil, nil
	}
	end := x.NextPayment(m.public)
	if end.Outpoint == own.From {
		end.Sats = m.wallet.held(end.Outpoint).value // which the replay does not know
	}
	tx, err := m.nextPayment("coins", end, m.coinOutputs(rollKeys(m.due(x))), func(wire.OutPoint) bool { return false })
	switch {
	case tx == nil || err != nil:
		return nil, err
	case view.Tip < payout:
		return []Act{{What: "coins", Tx: tx, By: payout}}, nil
	case m.wallet.held(end.Outpoint).height > payout:
		return nil, nil // what spends an end of before can no more be mined
	}
	tx = m.takeBack(tx)
	return []Act{{What: "taking coins back", Tx: tx}}, m.signAll(tx)
}

// due returns the vouchers that the mixer owes and has not paid in a block.
func (m *Mixer) due(x *election.Exchange) (due []*election.Voucher) {
	for _, v := range x.Payable() {
		if v.Mixer.Key == m.public && x.Owed(v) && (x.CoinOf(v) == nil || x.CoinOf(v).By != m.public) {
			due = append(due, v)
		}
	}
	return due
}

// takeBack replaces a payment by one to the mixer itself, which pays twice the fee:
//
//	in   as the payment
//	out  the payment's outputs − its fee   the mixer's key
func (m *Mixer) takeBack(payment *wire.MsgTx) *wire.MsgTx {
	tx, sats, size := newTx(), int64(0), int64(templates.TxFrame+len(payment.TxIn)*templates.P2PKHInput)
	for _, in := range payment.TxIn {
		addInput(tx, in.PreviousOutPoint)
	}
	for _, out := range payment.TxOut {
		sats += out.Value
		size += int64(out.SerializeSize())
	}
	tx.AddTxOut(wire.NewTxOut(sats-m.e.Policy.Fee*size, templates.PayToKey(m.public)))
	return tx
}

func sortKeys(keys []curve.PublicKey) {
	slices.SortFunc(keys, func(a, b curve.PublicKey) int { return bytes.Compare(a[:], b[:]) })
}
