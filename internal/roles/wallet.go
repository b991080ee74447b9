package roles

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"bevote/lang"
	"bevote/templates"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// payer is a person with coins of its own, paid to its key.
type payer struct {
	person
	wallet     wallet
	beforeSend func(tx *wire.MsgTx) error // what is to be done before one is sent, or nil
}

func newPayer(p person) payer {
	return payer{person: p, wallet: newWallet(templates.PayToKey(p.public), lang.Params(p.e.Policy.Network))}
}

// Watch shows the payer a block, for its purse.
func (p *payer) Watch(height uint32, b *wire.MsgBlock) { p.wallet.addBlock(height, b) }

// Balance returns the satoshis that the payer could spend in the next block.
func (p *payer) Balance() int64 { return p.wallet.balance(p.tip() + 1) }

// pay adds inputs and change to a transaction, signs it and sends it.
func (p *payer) pay(what string, tx *wire.MsgTx) error {
	if err := p.wallet.fund(tx, p.e.Policy.Fee, p.tip()+1); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for i := range tx.TxIn {
		if err := signKey(tx, i, p.key, p.public); err != nil {
			return err
		}
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

// wallet is somebody's own coins, in the order in which they came, and what
// became of the transactions that spend them. A miner can write an input script
// another way, and the transaction's id with it: then the same payment is in the
// chain under another id, and what spent its change never will be.
type wallet struct {
	script     []byte // what pays into it
	maturity   uint32 // blocks that a coinbase waits
	unspent    []ripening
	spent      map[wire.OutPoint]spending
	txs        map[chainhash.Hash]*wire.MsgTx    // that spend its coins, sent or mined
	mined      map[chainhash.Hash]chainhash.Hash // the id under which one of them is in the chain
	conflicted map[chainhash.Hash]bool           // those that can never be
	paid       map[payment]wire.OutPoint         // the newest output of them that makes a payment
}

// ripening is a coin that can be spent in a block of height from or later.
type ripening struct {
	coin
	from uint32
}

// spending is how a coin of the purse was spent.
type spending struct {
	by chainhash.Hash
	ripening
}

// payment is an output, wherever it stands.
type payment struct {
	script string
	sats   int64
}

func newWallet(script []byte, net *chaincfg.Params) wallet {
	return wallet{script: script, maturity: uint32(net.CoinbaseMaturity), spent: make(map[wire.OutPoint]spending),
		txs: make(map[chainhash.Hash]*wire.MsgTx), mined: make(map[chainhash.Hash]chainhash.Hash),
		conflicted: make(map[chainhash.Hash]bool), paid: make(map[payment]wire.OutPoint)}
}

// addBlock takes in what a block pays to the purse, and strikes off what it
// spends. Mostly both are known already, from when they were sent.
func (p *wallet) addBlock(height uint32, b *wire.MsgBlock) {
	for pos, tx := range b.Transactions {
		if slices.ContainsFunc(tx.TxIn, p.spends) {
			p.confirm(tx)
		}
		from := height
		if pos == 0 {
			from += p.maturity
		}
		p.addOutputs(tx, from)
	}
}

// spends tells whether an input spends a coin that is, or was, in the purse.
func (p *wallet) spends(in *wire.TxIn) bool {
	_, gone := p.spent[in.PreviousOutPoint]
	return gone || slices.ContainsFunc(p.unspent, func(c ripening) bool { return c.op == in.PreviousOutPoint })
}

// confirm takes in that a block has a transaction which spends coins of the
// purse, instead of any that was sent with those coins.
func (p *wallet) confirm(tx *wire.MsgTx) {
	id := tx.TxHash()
	var instead []chainhash.Hash
	for _, in := range tx.TxIn {
		if s, ok := p.spent[in.PreviousOutPoint]; ok && s.by != id && !slices.Contains(instead, s.by) {
			instead = append(instead, s.by)
		}
	}
	p.add(tx)
	p.mined[id] = id
	for _, other := range instead {
		if samePayments(p.txs[other], tx) {
			p.mined[other] = id
			p.dropOutputs(other)
		} else {
			p.conflict(other)
		}
	}
}

// samePayments tells whether two transactions make the same payments.
func samePayments(a, b *wire.MsgTx) bool {
	return slices.EqualFunc(a.TxOut, b.TxOut, func(x, y *wire.TxOut) bool {
		return x.Value == y.Value && bytes.Equal(x.PkScript, y.PkScript)
	})
}

// conflict gives up a transaction, and takes back the coins that nothing else spent.
func (p *wallet) conflict(id chainhash.Hash) {
	p.conflicted[id] = true
	for _, in := range p.txs[id].TxIn {
		op := in.PreviousOutPoint
		s := p.spent[op]
		if s.by != id {
			continue
		}
		delete(p.spent, op)
		if at, moved := p.mined[op.Hash]; s.value > 0 && !p.conflicted[op.Hash] && (!moved || at == op.Hash) {
			p.unspent = append(p.unspent, s.ripening)
		}
	}
	p.dropOutputs(id)
}

// dropOutputs gives up what a transaction would have paid to the purse, and what
// spends it.
func (p *wallet) dropOutputs(id chainhash.Hash) {
	p.unspent = slices.DeleteFunc(p.unspent, func(c ripening) bool { return c.op.Hash == id })
	for i := range p.txs[id].TxOut {
		if s, ok := p.spent[wire.OutPoint{Hash: id, Index: uint32(i)}]; ok && !p.conflicted[s.by] {
			p.conflict(s.by)
		}
	}
}

// payment finds the output by which somebody was paid an amount out of the
// purse, sent or mined, if it can be so still.
func (p *wallet) payment(script []byte, sats int64) (wire.OutPoint, bool) {
	op, ok := p.paid[payment{string(script), sats}]
	if !ok || p.conflicted[op.Hash] {
		return wire.OutPoint{}, false
	}
	if at, mined := p.mined[op.Hash]; mined {
		op.Hash = at
	}
	return op, true
}

// isMined tells whether a block has an output's transaction.
func (p *wallet) isMined(op wire.OutPoint) bool {
	_, mined := p.mined[op.Hash]
	return mined
}

func (p *wallet) addOutputs(tx *wire.MsgTx, from uint32) {
	var id chainhash.Hash
	for i, out := range tx.TxOut {
		if !bytes.Equal(out.PkScript, p.script) || out.Value == 0 {
			continue
		}
		if id == (chainhash.Hash{}) {
			id = tx.TxHash()
		}
		op := wire.OutPoint{Hash: id, Index: uint32(i)}
		_, gone := p.spent[op]
		if known := slices.ContainsFunc(p.unspent, func(c ripening) bool { return c.op == op }); !known && !gone {
			p.unspent = append(p.unspent, ripening{coin{op, out.Value}, from})
		}
	}
}

func (p *wallet) balance(next uint32) (sum int64) {
	for _, c := range p.unspent {
		if c.from <= next {
			sum += c.value
		}
	}
	return sum
}

// fund adds inputs until they cover the outputs and the fee at feeRate
// (satoshis a byte), and the change unless it is dust.
func (p *wallet) fund(tx *wire.MsgTx, feeRate int64, next uint32) error {
	size, want := int64(txFrame), int64(0)
	for _, out := range tx.TxOut {
		size += int64(out.SerializeSize())
		want += out.Value
	}
	change := int64(templates.OutputSize(len(p.script)))
	have := int64(0)
	for _, c := range p.unspent {
		if c.from > next {
			continue
		}
		addInput(tx, c.op, math.MaxUint32)
		size += p2pkhInput
		if have += c.value; have < want+feeRate*size {
			continue
		}
		if left := have - want - feeRate*(size+change); left >= templates.Dust(p.script) {
			tx.AddTxOut(wire.NewTxOut(left, p.script))
		}
		return nil
	}
	return fmt.Errorf("%d sat to spend, want %d", have, want+feeRate*size)
}

// add strikes off what a transaction spent and takes in its change, which
// can be spent before it is mined.
func (p *wallet) add(tx *wire.MsgTx) {
	id := tx.TxHash()
	if p.txs[id] == nil {
		p.txs[id] = tx
		for i, out := range tx.TxOut {
			p.paid[payment{string(out.PkScript), out.Value}] = wire.OutPoint{Hash: id, Index: uint32(i)}
		}
	}
	for _, in := range tx.TxIn {
		s := spending{by: id}
		if i := slices.IndexFunc(p.unspent, func(c ripening) bool { return c.op == in.PreviousOutPoint }); i >= 0 {
			s.ripening, p.unspent = p.unspent[i], slices.Delete(p.unspent, i, i+1)
		} else if before, ok := p.spent[in.PreviousOutPoint]; ok {
			s.ripening = before.ripening
		}
		p.spent[in.PreviousOutPoint] = s
	}
	p.addOutputs(tx, 0)
}
