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
	note  func(tx *wire.MsgTx) error // what is to be done before one is sent, or nil
}

func newPayer(p person) payer {
	return payer{person: p, purse: newPurse(templates.PayToKey(p.public), lang.Params(p.e.Policy.Network))}
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
	if p.note != nil {
		if err := p.note(tx); err != nil {
			return err
		}
	}
	if err := p.submit(what, tx); err != nil {
		return err
	}
	p.purse.sent(tx)
	return nil
}

// purse is somebody's own coins, in the order in which they came, and what
// became of the transactions that spend them. A miner can write an input script
// another way, and the transaction's id with it: then the same payment is in the
// chain under another id, and what spent its change never will be.
type purse struct {
	script   []byte // what pays into it
	maturity uint32 // blocks that a coinbase waits
	coins    []ripening
	spent    map[wire.OutPoint]spending
	known    map[chainhash.Hash]*wire.MsgTx    // that spend its coins, sent or mined
	mined    map[chainhash.Hash]chainhash.Hash // the id under which one of them is in the chain
	lost     map[chainhash.Hash]bool           // those that can never be
	paid     map[payment]wire.OutPoint         // the newest output of them that makes a payment
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

func newPurse(script []byte, net *chaincfg.Params) purse {
	return purse{script: script, maturity: uint32(net.CoinbaseMaturity), spent: make(map[wire.OutPoint]spending),
		known: make(map[chainhash.Hash]*wire.MsgTx), mined: make(map[chainhash.Hash]chainhash.Hash),
		lost: make(map[chainhash.Hash]bool), paid: make(map[payment]wire.OutPoint)}
}

// watch takes in what a block pays to the purse, and strikes off what it
// spends. Mostly both are known already, from when they were sent.
func (p *purse) watch(height uint32, b *wire.MsgBlock) {
	for pos, tx := range b.Transactions {
		if slices.ContainsFunc(tx.TxIn, p.spends) {
			p.confirmed(tx)
		}
		from := height
		if pos == 0 {
			from += p.maturity
		}
		p.take(tx, from)
	}
}

// spends tells whether an input spends a coin that is, or was, in the purse.
func (p *purse) spends(in *wire.TxIn) bool {
	_, gone := p.spent[in.PreviousOutPoint]
	return gone || slices.ContainsFunc(p.coins, func(c ripening) bool { return c.op == in.PreviousOutPoint })
}

// confirmed takes in that a block has a transaction which spends coins of the
// purse, instead of any that was sent with those coins.
func (p *purse) confirmed(tx *wire.MsgTx) {
	id := tx.TxHash()
	var instead []chainhash.Hash
	for _, in := range tx.TxIn {
		if s, ok := p.spent[in.PreviousOutPoint]; ok && s.by != id && !slices.Contains(instead, s.by) {
			instead = append(instead, s.by)
		}
	}
	p.sent(tx)
	p.mined[id] = id
	for _, other := range instead {
		if alike(p.known[other], tx) {
			p.mined[other] = id
			p.dropOutputs(other)
		} else {
			p.lose(other)
		}
	}
}

// alike tells whether two transactions make the same payments.
func alike(a, b *wire.MsgTx) bool {
	return slices.EqualFunc(a.TxOut, b.TxOut, func(x, y *wire.TxOut) bool {
		return x.Value == y.Value && bytes.Equal(x.PkScript, y.PkScript)
	})
}

// lose gives up a transaction, and takes back the coins that nothing else spent.
func (p *purse) lose(id chainhash.Hash) {
	p.lost[id] = true
	for _, in := range p.known[id].TxIn {
		op := in.PreviousOutPoint
		s := p.spent[op]
		if s.by != id {
			continue
		}
		delete(p.spent, op)
		if at, moved := p.mined[op.Hash]; s.value > 0 && !p.lost[op.Hash] && (!moved || at == op.Hash) {
			p.coins = append(p.coins, s.ripening)
		}
	}
	p.dropOutputs(id)
}

// dropOutputs gives up what a transaction would have paid to the purse, and what
// spends it.
func (p *purse) dropOutputs(id chainhash.Hash) {
	p.coins = slices.DeleteFunc(p.coins, func(c ripening) bool { return c.op.Hash == id })
	for i := range p.known[id].TxOut {
		if s, ok := p.spent[wire.OutPoint{Hash: id, Index: uint32(i)}]; ok && !p.lost[s.by] {
			p.lose(s.by)
		}
	}
}

// payment finds the output by which somebody was paid an amount out of the
// purse, sent or mined, if it can be so still.
func (p *purse) payment(script []byte, sats int64) (wire.OutPoint, bool) {
	op, ok := p.paid[payment{string(script), sats}]
	if !ok || p.lost[op.Hash] {
		return wire.OutPoint{}, false
	}
	if at, mined := p.mined[op.Hash]; mined {
		op.Hash = at
	}
	return op, true
}

// inChain tells whether a block has an output's transaction.
func (p *purse) inChain(op wire.OutPoint) bool {
	_, mined := p.mined[op.Hash]
	return mined
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
		_, gone := p.spent[op]
		if known := slices.ContainsFunc(p.coins, func(c ripening) bool { return c.op == op }); !known && !gone {
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
	id := tx.TxHash()
	if p.known[id] == nil {
		p.known[id] = tx
		for i, out := range tx.TxOut {
			p.paid[payment{string(out.PkScript), out.Value}] = wire.OutPoint{Hash: id, Index: uint32(i)}
		}
	}
	for _, in := range tx.TxIn {
		s := spending{by: id}
		if i := slices.IndexFunc(p.coins, func(c ripening) bool { return c.op == in.PreviousOutPoint }); i >= 0 {
			s.ripening, p.coins = p.coins[i], slices.Delete(p.coins, i, i+1)
		} else if before, ok := p.spent[in.PreviousOutPoint]; ok {
			s.ripening = before.ripening
		}
		p.spent[in.PreviousOutPoint] = s
	}
	p.take(tx, 0)
}
