package roles

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/templates"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// payer is a participant with a wallet of the outputs paid to its key.
type payer struct {
	participant
	wallet wallet
}

func newPayer(p participant) payer {
	return payer{participant: p, wallet: newWallet(templates.PayToKey(p.public), lang.Params(p.e.Policy.Network))}
}

// Watch takes the block at a height into the payer's wallet.
func (p *payer) Watch(height uint32, b *wire.MsgBlock) { p.wallet.addBlock(height, b) }

// Rewind takes back the blocks from height on, which are no longer in the chain. Watch takes in those in
// their place.
func (p *payer) Rewind(height uint32) { p.wallet.rewind(height) }

// Balance returns the satoshis that the payer can spend in the next block.
func (p *payer) Balance() int64 { return p.wallet.balance(p.tip() + 1) }

// signAll signs the inputs, which spend outputs of the payer's key.
func (p *payer) signAll(tx *wire.MsgTx) error {
	for i := range tx.TxIn {
		if err := signKey(tx, i, p.key, p.public); err != nil {
			return err
		}
	}
	return nil
}

// wallet is what blocks show of the outputs of one script. What its owner has sent is no part of it before it
// is in a block: so it follows from the chain alone, and the same transaction is made again until then.
//
// An input script can be rewritten by relays and miners, and the transaction's id with it. So payments are
// found by what they pay.
type wallet struct {
	script   []byte
	maturity uint32  // blocks after which the output of a coinbase can be spent
	events   []event // from which all of the following follows, in the chain's order
	outputs  map[wire.OutPoint]output
	spent    map[wire.OutPoint]bool
	unspent  []output // by height, and by outpoint within a block
}

// event is a transaction of a block that pays to the wallet or spends from it.
type event struct {
	tx       *wire.MsgTx
	height   uint32
	coinbase bool
}

// output is an output of the wallet's script. It is immature below a height: no lower block can
// spend it.
type output struct {
	op     wire.OutPoint
	value  int64  // satoshis
	height uint32 // of its block
	mature uint32
}

func newWallet(script []byte, net *chaincfg.Params) wallet {
	w := wallet{script: script, maturity: uint32(net.CoinbaseMaturity)}
	w.reset()
	return w
}

// reset empties the wallet.
func (w *wallet) reset() {
	w.events, w.unspent = nil, nil
	w.outputs, w.spent = make(map[wire.OutPoint]output), make(map[wire.OutPoint]bool)
}

// rewind takes back the blocks from height on.
func (w *wallet) rewind(height uint32) {
	events := w.events
	w.reset()
	for _, e := range events {
		if e.height < height {
			w.take(e)
		}
	}
	w.sort()
}

// addBlock takes in what the block at a height pays to the wallet and spends from it.
func (w *wallet) addBlock(height uint32, b *wire.MsgBlock) {
	before := len(w.events)
	for pos, tx := range b.Transactions {
		if slices.ContainsFunc(tx.TxIn, w.spends) || slices.ContainsFunc(tx.TxOut, w.owns) {
			w.take(event{tx, height, pos == 0})
		}
	}
	if len(w.events) > before {
		w.sort()
	}
}

// owns reports whether an output is the wallet's.
func (w *wallet) owns(out *wire.TxOut) bool {
	return out.Value > 0 && bytes.Equal(out.PkScript, w.script)
}

// spends reports whether an input spends an output of the wallet.
func (w *wallet) spends(in *wire.TxIn) bool { return w.outputs[in.PreviousOutPoint].value > 0 }

// take takes in a transaction.
func (w *wallet) take(e event) {
	w.events = append(w.events, e)
	for _, in := range e.tx.TxIn {
		if w.spends(in) {
			w.spent[in.PreviousOutPoint] = true
			w.unspent = slices.DeleteFunc(w.unspent, func(o output) bool { return o.op == in.PreviousOutPoint })
		}
	}
	own := output{height: e.height, mature: e.height}
	if e.coinbase {
		own.mature += w.maturity
	}
	for i, out := range e.tx.TxOut {
		if w.owns(out) {
			if own.op.Index = uint32(i); own.value == 0 {
				own.op.Hash = e.tx.TxHash()
			}
			own.value = out.Value
			w.outputs[own.op], w.unspent = own, append(w.unspent, own)
		}
	}
}

// sort puts the unspent outputs into their order.
func (w *wallet) sort() {
	slices.SortFunc(w.unspent, func(a, b output) int {
		return cmp.Or(cmp.Compare(a.height, b.height), bytes.Compare(a.op.Hash[:], b.op.Hash[:]), cmp.Compare(a.op.Index, b.op.Index))
	})
}

// spendable returns the unspent outputs that the block at height next can spend and that have a number of
// confirmations before it. The oldest come first, so that outputs that come later do not change which are
// chosen: a transaction that is made twice spends the same.
func (w *wallet) spendable(next, confirmations uint32) []output {
	return slices.DeleteFunc(slices.Clone(w.unspent), func(o output) bool {
		return o.mature > next || o.height+confirmations > next
	})
}

// value returns the satoshis of an unspent output, 0 where there is none.
func (w *wallet) value(op wire.OutPoint) int64 {
	if w.spent[op] {
		return 0
	}
	return w.outputs[op].value
}

// held returns an output that is or was the wallet's, zero where there is none.
func (w *wallet) held(op wire.OutPoint) output { return w.outputs[op] }

// balance returns the satoshis that the block at height next can spend.
func (w *wallet) balance(next uint32) (sum int64) {
	for _, o := range w.spendable(next, 1) {
		sum += o.value
	}
	return sum
}

// payment returns the first output by which the wallet paid an amount to a script.
func (w *wallet) payment(script []byte, sats int64) (op wire.OutPoint, paid bool) {
	for _, e := range w.events {
		for i, out := range e.tx.TxOut {
			if out.Value == sats && bytes.Equal(out.PkScript, script) && slices.ContainsFunc(e.tx.TxIn, w.spends) {
				return wire.OutPoint{Hash: e.tx.TxHash(), Index: uint32(i)}, true
			}
		}
	}
	return wire.OutPoint{}, false
}

// received reports whether a transaction that spends an outpoint has paid to the wallet.
func (w *wallet) received(op wire.OutPoint) bool {
	return slices.ContainsFunc(w.events, func(e event) bool {
		return slices.ContainsFunc(e.tx.TxIn, func(in *wire.TxIn) bool { return in.PreviousOutPoint == op })
	})
}

// fund adds inputs with a number of confirmations until they cover the outputs and the fee at feeRate
// (satoshis a byte), and the change unless it is dust.
func (w *wallet) fund(tx *wire.MsgTx, feeRate int64, next, confirmations uint32) error {
	size, want := int64(templates.TxFrame), int64(0)
	for _, out := range tx.TxOut {
		size += int64(out.SerializeSize())
		want += out.Value
	}
	change := int64(templates.OutputSize(len(w.script)))
	have := int64(0)
	for _, o := range w.spendable(next, confirmations) {
		addInput(tx, o.op)
		size += templates.P2PKHInput
		if have += o.value; have < want+feeRate*size {
			continue
		}
		if left := have - want - feeRate*(size+change); left >= templates.Dust(w.script) {
			tx.AddTxOut(wire.NewTxOut(left, w.script))
		}
		return nil
	}
	return fmt.Errorf("%d sat to spend, want %d", have, want+feeRate*size)
}
