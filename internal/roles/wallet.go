package roles

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/relay"
	"bevote/lang"
	"bevote/templates"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// payer is a participant with a wallet of the outputs paid to its key.
type payer struct {
	participant
	wallet     wallet
	beforeSend func(tx *wire.MsgTx) error // may be nil
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

// pay adds inputs and change to a transaction, signs it and sends it.
func (p *payer) pay(what string, tx *wire.MsgTx) error {
	if err := p.wallet.fund(tx, p.e.Policy.Fee, p.tip()+1); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return p.signAndSend(what, tx)
}

// signAndSend signs the inputs, which spend outputs of the payer's key, and sends the
// transaction.
func (p *payer) signAndSend(what string, tx *wire.MsgTx) error {
	if err := p.signAll(tx); err != nil {
		return err
	}
	if p.beforeSend != nil {
		if err := p.beforeSend(tx); err != nil {
			return err
		}
	}
	if err := p.submit(what, tx); err != nil {
		return err
	}
	p.wallet.add(tx)
	return nil
}

// signAll signs the inputs, which spend outputs of the payer's key.
func (p *payer) signAll(tx *wire.MsgTx) error {
	for i := range tx.TxIn {
		if err := signKey(tx, i, p.key, p.public); err != nil {
			return err
		}
	}
	return nil
}

// wallet holds the outputs of one script and the transactions that spend them.
//
// An input script can be rewritten by relays and miners, and the transaction's id with it. The same
// payments are then in the chain under another id, and a transaction that spends the change under
// the old id is in conflict with the chain for good.
type wallet struct {
	script     []byte
	maturity   uint32   // blocks after which the output of a coinbase can be spent
	unspent    []output // in the order in which they came
	spent      map[wire.OutPoint]spend
	txs        map[chainhash.Hash]*wire.MsgTx    // that spend outputs of the wallet, sent or mined
	mined      map[chainhash.Hash]chainhash.Hash // the id under which such a transaction is in the chain
	conflicted map[chainhash.Hash]bool           // those that can never be in the chain
	paid       map[payment]wire.OutPoint         // the newest output of txs that makes a payment
	reserved   func(wire.OutPoint) bool          // outputs that fund does not spend; may be nil
	events     []event                           // from which all of this follows, in the order in which they came
}

// event is a transaction that pays to the wallet or spends from it, mined or sent by its owner.
type event struct {
	tx     *wire.MsgTx
	height uint32 // of its block, 0 where it was sent
	mature uint32 // the lowest block that can spend what it pays, where it is mined
}

// output is an output of the wallet's script. It is immature below a height: no lower block can
// spend it.
type output struct {
	op     wire.OutPoint
	value  int64 // satoshis
	mature uint32
}

// spend is an output that was spent, and the transaction that spent it.
type spend struct {
	by chainhash.Hash
	output
}

// payment is what an output pays.
type payment struct {
	script string
	sats   int64
}

func newWallet(script []byte, net *chaincfg.Params) wallet {
	w := wallet{script: script, maturity: uint32(net.CoinbaseMaturity)}
	w.reset()
	return w
}

// reset empties the wallet.
func (w *wallet) reset() {
	w.events, w.unspent, w.spent = nil, nil, make(map[wire.OutPoint]spend)
	w.txs, w.mined = make(map[chainhash.Hash]*wire.MsgTx), make(map[chainhash.Hash]chainhash.Hash)
	w.conflicted, w.paid = make(map[chainhash.Hash]bool), make(map[payment]wire.OutPoint)
}

// rewind takes back the blocks from height on. What the wallet has sent waits for a block again.
func (w *wallet) rewind(height uint32) {
	events := w.events
	w.reset()
	for _, e := range events {
		switch {
		case e.height == 0:
			w.add(e.tx)
		case e.height < height:
			w.addMined(e)
		}
	}
}

// addBlock takes in what the block at a height pays to the wallet and spends from it. What the
// wallet has sent itself is known already.
func (w *wallet) addBlock(height uint32, b *wire.MsgBlock) {
	for pos, tx := range b.Transactions {
		mature := height
		if pos == 0 {
			mature += w.maturity
		}
		if slices.ContainsFunc(tx.TxIn, w.spends) || slices.ContainsFunc(tx.TxOut, w.owns) {
			w.addMined(event{tx, height, mature})
		}
	}
}

// addMined takes in a transaction of a block.
func (w *wallet) addMined(e event) {
	w.events = append(w.events, e)
	if slices.ContainsFunc(e.tx.TxIn, w.spends) {
		w.confirm(e.tx)
	}
	w.addOutputs(e.tx, e.mature)
}

// owns reports whether an output is the wallet's.
func (w *wallet) owns(out *wire.TxOut) bool {
	return out.Value > 0 && bytes.Equal(out.PkScript, w.script)
}

// spends reports whether an input spends an output that is, or was, the wallet's.
func (w *wallet) spends(in *wire.TxIn) bool {
	_, gone := w.spent[in.PreviousOutPoint]
	return gone || slices.ContainsFunc(w.unspent, func(o output) bool { return o.op == in.PreviousOutPoint })
}

// confirm takes in a mined transaction that spends outputs of the wallet, in place of all others
// that spend them.
func (w *wallet) confirm(tx *wire.MsgTx) {
	id := tx.TxHash()
	var others []chainhash.Hash
	for _, in := range tx.TxIn {
		if s, ok := w.spent[in.PreviousOutPoint]; ok && s.by != id && !slices.Contains(others, s.by) {
			others = append(others, s.by)
		}
	}
	w.take(tx)
	delete(w.conflicted, id)
	w.mined[id] = id
	for _, other := range others {
		if relay.SameOutputs(w.txs[other].TxOut, tx.TxOut) {
			w.mined[other] = id
			w.dropOutputs(other)
		} else {
			w.conflict(other)
		}
	}
}

// conflict marks a transaction as one that can never be mined. Its inputs are unspent again, but for
// those that another transaction spends.
func (w *wallet) conflict(id chainhash.Hash) {
	w.conflicted[id] = true
	for _, in := range w.txs[id].TxIn {
		op := in.PreviousOutPoint
		s := w.spent[op]
		if s.by != id {
			continue
		}
		delete(w.spent, op)
		if at, moved := w.mined[op.Hash]; s.value > 0 && !w.conflicted[op.Hash] && (!moved || at == op.Hash) {
			w.unspent = append(w.unspent, s.output)
		}
	}
	w.dropOutputs(id)
}

// dropOutputs removes the outputs of a transaction that will not be mined under its id, and marks
// what spends them.
func (w *wallet) dropOutputs(id chainhash.Hash) {
	w.unspent = slices.DeleteFunc(w.unspent, func(o output) bool { return o.op.Hash == id })
	for i := range w.txs[id].TxOut {
		if s, ok := w.spent[wire.OutPoint{Hash: id, Index: uint32(i)}]; ok && !w.conflicted[s.by] {
			w.conflict(s.by)
		}
	}
}

// payment returns the newest output, sent or mined, by which the wallet paid an amount to a script.
// Conflicted transactions do not count.
func (w *wallet) payment(script []byte, sats int64) (wire.OutPoint, bool) {
	op, ok := w.paid[payment{string(script), sats}]
	if !ok || w.conflicted[op.Hash] {
		return wire.OutPoint{}, false
	}
	if at, mined := w.mined[op.Hash]; mined {
		op.Hash = at
	}
	return op, true
}

// isMined reports whether the transaction of an output is in the chain.
func (w *wallet) isMined(op wire.OutPoint) bool {
	_, mined := w.mined[op.Hash]
	return mined
}

// addOutputs takes in what a transaction pays to the wallet.
func (w *wallet) addOutputs(tx *wire.MsgTx, mature uint32) {
	var id chainhash.Hash
	for i, out := range tx.TxOut {
		if !w.owns(out) {
			continue
		}
		if id == (chainhash.Hash{}) {
			id = tx.TxHash()
		}
		op := wire.OutPoint{Hash: id, Index: uint32(i)}
		own := output{op, out.Value, mature}
		if s, gone := w.spent[op]; gone {
			w.spent[op] = spend{s.by, own}
		} else if !slices.ContainsFunc(w.unspent, func(o output) bool { return o.op == op }) {
			w.unspent = append(w.unspent, own)
		}
	}
}

// confirmed returns the unspent outputs that are in the chain and that the block at height
// next can spend.
func (w *wallet) confirmed(next uint32) []output {
	return slices.DeleteFunc(slices.Clone(w.unspent), func(o output) bool {
		return o.mature > next || w.txs[o.op.Hash] != nil && !w.isMined(o.op)
	})
}

// value returns the satoshis of an unspent output, 0 where there is none.
func (w *wallet) value(op wire.OutPoint) int64 {
	for _, o := range w.unspent {
		if o.op == op {
			return o.value
		}
	}
	return 0
}

// held returns the satoshis of an output that is or was the wallet's, 0 where there is none.
func (w *wallet) held(op wire.OutPoint) int64 { return max(w.value(op), w.spent[op].value) }

// balance returns the satoshis that the block at height next can spend.
func (w *wallet) balance(next uint32) (sum int64) {
	for _, o := range w.unspent {
		if o.mature <= next {
			sum += o.value
		}
	}
	return sum
}

// fund adds inputs until they cover the outputs and the fee at feeRate (satoshis a byte), and the
// change unless it is dust.
func (w *wallet) fund(tx *wire.MsgTx, feeRate int64, next uint32) error {
	size, want := int64(templates.TxFrame), int64(0)
	for _, out := range tx.TxOut {
		size += int64(out.SerializeSize())
		want += out.Value
	}
	change := int64(templates.OutputSize(len(w.script)))
	have := int64(0)
	for _, o := range w.unspent {
		if o.mature > next || w.reserved != nil && w.reserved(o.op) {
			continue
		}
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

// add takes in a transaction that the wallet's owner has sent, in place of all others that spend its
// inputs. Its change can be spent before it is mined.
func (w *wallet) add(tx *wire.MsgTx) {
	w.events = append(w.events, event{tx: tx})
	for _, in := range tx.TxIn {
		if s, ok := w.spent[in.PreviousOutPoint]; ok && s.by != tx.TxHash() {
			w.conflict(s.by)
		}
	}
	w.take(tx)
}

// take takes in a transaction that spends from the wallet.
func (w *wallet) take(tx *wire.MsgTx) {
	id := tx.TxHash()
	if w.txs[id] == nil {
		w.txs[id] = tx
		for i, out := range tx.TxOut {
			w.paid[payment{string(out.PkScript), out.Value}] = wire.OutPoint{Hash: id, Index: uint32(i)}
		}
	}
	for _, in := range tx.TxIn {
		s := spend{by: id}
		if i := slices.IndexFunc(w.unspent, func(o output) bool { return o.op == in.PreviousOutPoint }); i >= 0 {
			s.output = w.unspent[i] // before Delete, which moves what follows
			w.unspent = slices.Delete(w.unspent, i, i+1)
		} else if before, ok := w.spent[in.PreviousOutPoint]; ok {
			s.output = before.output
		}
		w.spent[in.PreviousOutPoint] = s
	}
	w.addOutputs(tx, 0)
}
