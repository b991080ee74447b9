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
	purse purse
}

func newPayer(p person) payer {
	return payer{p, newPurse(PayToKey(p.public), lang.Params(p.e.Policy.Network))}
}

// Watch shows the payer a block, for its purse.
func (p *payer) Watch(height uint32, b *wire.MsgBlock) { p.purse.watch(height, b) }

// Balance returns the satoshis that the payer could spend in the next block.
func (p *payer) Balance() int64 { return p.purse.balance(p.tip() + 1) }

// pay adds inputs and change to a transaction, signs it and sends it.
func (p *payer) pay(what string, tx *wire.MsgTx) error {
	if err := p.purse.fund(tx, p.e.Policy.Fee, p.tip()+1); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for i := range tx.TxIn {
		if err := signKey(tx, i, p.key, p.public); err != nil {
			return err
		}
	}
	if err := p.submit(what, tx); err != nil {
		return err
	}
	p.purse.sent(tx)
	return nil
}

// purse is somebody's own coins, in the order in which they came.
type purse struct {
	script   []byte // what pays into it
	maturity uint32 // blocks that a coinbase waits
	coins    []ripening
	spent    map[wire.OutPoint]bool
}

// ripening is a coin that can be spent in a block of height from or later.
type ripening struct {
	coin
	from uint32
}

func newPurse(script []byte, net *chaincfg.Params) purse {
	return purse{script: script, maturity: uint32(net.CoinbaseMaturity), spent: make(map[wire.OutPoint]bool)}
}

// watch takes in what a block pays to the purse, and strikes off what it
// spends. Mostly both are known already, from when they were sent.
func (p *purse) watch(height uint32, b *wire.MsgBlock) {
	for pos, tx := range b.Transactions {
		if slices.ContainsFunc(tx.TxIn, p.pays) {
			p.sent(tx)
		}
		from := height
		if pos == 0 {
			from += p.maturity
		}
		p.take(tx, from)
	}
}

// pays tells whether an input spends a coin of the purse.
func (p *purse) pays(in *wire.TxIn) bool {
	return slices.ContainsFunc(p.coins, func(c ripening) bool { return c.op == in.PreviousOutPoint })
}

func (p *purse) take(tx *wire.MsgTx, from uint32) {
	var id chainhash.Hash
	for i, out := range tx.TxOut {
		if !bytes.Equal(out.PkScript, p.script) || out.Value == 0 {
			continue
		}
		if id == (chainhash.Hash{}) {
			id = tx.TxHash()
		}
		op := wire.OutPoint{Hash: id, Index: uint32(i)}
		known := slices.ContainsFunc(p.coins, func(c ripening) bool { return c.op == op })
		if !known && !p.spent[op] {
			p.coins = append(p.coins, ripening{coin{op, out.Value}, from})
		}
	}
}

func (p *purse) balance(next uint32) (sum int64) {
	for _, c := range p.coins {
		if c.from <= next {
			sum += c.value
		}
	}
	return sum
}

// fund adds inputs until they cover the outputs and the fee at feeRate
// (satoshis a byte), and the change unless it is dust.
func (p *purse) fund(tx *wire.MsgTx, feeRate int64, next uint32) error {
	size, want := int64(txFrame), int64(0)
	for _, out := range tx.TxOut {
		size += int64(out.SerializeSize())
		want += out.Value
	}
	change := int64(templates.OutputSize(len(p.script)))
	have := int64(0)
	for _, c := range p.coins {
		if c.from > next {
			continue
		}
		spend(tx, c.op, math.MaxUint32)
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

// sent strikes off what a transaction spent and takes in its change, which
// can be spent before it is mined.
func (p *purse) sent(tx *wire.MsgTx) {
	for _, in := range tx.TxIn {
		p.spent[in.PreviousOutPoint] = true
	}
	p.coins = slices.DeleteFunc(p.coins, func(c ripening) bool { return p.spent[c.op] })
	p.take(tx, 0)
}
