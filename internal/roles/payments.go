package roles

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/relay"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// sendings are the transactions that a role has sent and that are in no block yet, by the output that
// each spends first. A role that starts again without them makes the same transactions.
type sendings map[wire.OutPoint]*sending

type sending struct {
	tx  *wire.MsgTx
	tip uint32 // at which it was sent
}

// again sends a transaction that spends an output once more, once a block, and reports whether there
// is one. The relays may have it, or have dropped it.
func (s sendings) again(p *payer, op wire.OutPoint) bool {
	sent := s[op]
	if sent == nil {
		return false
	}
	if tip := p.tip(); sent.tip != tip {
		sent.tip = tip
		_ = p.chain.Submit(sent.tx)
	}
	return true
}

// payNext sends the next transaction of the payer's chain of payments, unless the one that was sent is
// in no block yet:
//
//	in   the end of the chain; outputs of the payer where it is short
//	out  outs
//	     change   the payer's key
func (p *payer) payNext(
	what string, sent sendings, from election.Tail, outs []*wire.TxOut, tail func(wire.OutPoint) bool,
) error {
	if len(outs) == 0 || from == (election.Tail{}) {
		return nil
	}
	before := sent[from.Outpoint]
	if before != nil && relay.SameOutputs(outs, before.tx.TxOut[:len(before.tx.TxOut)-1]) {
		sent.again(p, from.Outpoint)
		return nil
	}
	tx := newTx()
	tx.TxOut = append(outs, wire.NewTxOut(0, templates.PayToKey(p.public)))
	if err := p.extend(tx, from, len(outs), 0, tail); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	sent[from.Outpoint] = &sending{tx, p.tip()}
	if err := p.signAndSend(what, tx); err != nil && before == nil {
		return err
	}
	return nil // where another one was sent before, relays may still have that
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

// payVouchers pays the coins that the mixer owes (tx3), once the anchor of the vouchers is deep and
// until `payout by`. What is in no block by then is taken back: it would not be repaid.
func (m *Mixer) payVouchers(x *election.Exchange) error {
	tip, payout := m.tip(), m.e.Policy.Times.Payout
	if !x.Deep(election.VouchersClosed, tip) {
		return nil
	}
	var due []*election.Voucher
	for _, v := range x.Payable() {
		if v.Mixer.Key == m.public && x.Owed(v) && (x.CoinOf(v) == nil || x.CoinOf(v).By != m.public) {
			due = append(due, v)
		}
	}
	end := x.NextPayment(m.public)
	if end.Outpoint == x.MixerOf(m.public).From {
		end.Sats = m.wallet.held(end.Outpoint) // which the replay does not know
	}
	if tip < payout {
		return m.payNext("coins", m.sent, end, m.coinOutputs(rollKeys(due)), func(wire.OutPoint) bool { return false })
	}
	if sent := m.sent[end.Outpoint]; sent != nil && len(sent.tx.TxOut) > 1 && len(due) > 0 {
		return m.takeBack(end, sent.tx)
	}
	return nil
}

// takeBack replaces a payment that is in no block by one to the mixer itself, which pays twice the fee.
func (m *Mixer) takeBack(end election.Tail, late *wire.MsgTx) error {
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(m.public)))
	addInput(tx, end.Outpoint)
	tx.TxOut[0].Value = m.wallet.held(end.Outpoint) - 2*m.e.Policy.Fee*int64(late.SerializeSize())
	if err := signKey(tx, 0, m.key, m.public); err != nil {
		return err
	}
	m.sent[end.Outpoint] = &sending{tx, m.tip()}
	_ = m.chain.Submit(tx) // relays that have dropped the payment take it too
	return nil
}

func sortKeys(keys []curve.PublicKey) {
	slices.SortFunc(keys, func(a, b curve.PublicKey) int { return bytes.Compare(a[:], b[:]) })
}
