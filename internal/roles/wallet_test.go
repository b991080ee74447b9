package roles // the wallet has no door of its own

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// walletPlay feeds a wallet with random blocks: payments by others, payments of its own, mined as they
// were sent, with rewritten input scripts, or not at all.
type walletPlay struct {
	*rand.Rand
	wallet wallet
	blocks []*wire.MsgBlock       // block h at h−1
	coins  map[wire.OutPoint]bool // of the wallet, unspent in the chain
	sent   []*wire.MsgTx
}

func (p *walletPlay) block() {
	b := &wire.MsgBlock{}
	mine := func(tx *wire.MsgTx) {
		b.Transactions = append(b.Transactions, tx)
		for _, in := range tx.TxIn {
			delete(p.coins, in.PreviousOutPoint)
		}
		for i, out := range tx.TxOut {
			if p.wallet.owns(out) {
				p.coins[wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}] = true
			}
		}
	}
	for range 1 + p.IntN(3) {
		mine(p.payment(p.IntN(2) == 0))
	}
	for _, tx := range p.sent {
		unspent := func(in *wire.TxIn) bool { return p.coins[in.PreviousOutPoint] }
		if how := p.IntN(4); how < 2 && !slices.ContainsFunc(tx.TxIn, func(in *wire.TxIn) bool { return !unspent(in) }) {
			mined := tx.Copy()
			if how == 1 {
				mined.TxIn[0].SignatureScript = []byte{byte(p.IntN(9))}
			}
			mine(mined)
		}
	}
	p.blocks = append(p.blocks, b)
	p.wallet.addBlock(uint32(len(p.blocks)), b)
}

// payment is a transaction of another party, to the wallet or not.
func (p *walletPlay) payment(own bool) *wire.MsgTx {
	tx, script := newTx(), []byte{9}
	if own {
		script = p.wallet.script
	}
	addInput(tx, wire.OutPoint{Index: p.Uint32()})
	tx.AddTxOut(wire.NewTxOut(100_000+int64(p.IntN(5)), script))
	return tx
}

// send has the wallet pay another party, if it has the money.
func (p *walletPlay) send() {
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(90_000+int64(p.IntN(90_000)), []byte{9}))
	if p.wallet.fund(tx, 1, uint32(len(p.blocks)+1), 1) == nil {
		p.sent = append(p.sent, tx)
	}
}

// until is a wallet that saw the blocks up to a height only.
func (p *walletPlay) until(height int) wallet {
	w := newWallet(p.wallet.script, &chaincfg.RegressionNetParams)
	for h := 1; h <= height; h++ {
		w.addBlock(uint32(h), p.blocks[h-1])
	}
	return w
}

// A wallet that has taken blocks back is as one that never saw them, and with other blocks in their place
// it goes on as before. What it has is what the blocks have left.
func TestWalletRewind(t *testing.T) {
	state := func(w wallet) string { return fmt.Sprintf("%v %v %v %v", w.unspent, w.spent, w.outputs, len(w.events)) }
	for seed := range uint64(200) {
		p := walletPlay{
			Rand: rand.New(rand.NewPCG(seed, 0)), wallet: newWallet([]byte{1, 2}, &chaincfg.RegressionNetParams),
			coins: make(map[wire.OutPoint]bool),
		}
		for range 8 {
			p.block()
			p.send()
		}
		for _, o := range p.wallet.unspent {
			if !p.coins[o.op] {
				t.Errorf("seed %d: %s is spent", seed, o.op)
			}
		}
		if len(p.wallet.unspent) != len(p.coins) {
			t.Errorf("seed %d: %d outputs, want %d", seed, len(p.wallet.unspent), len(p.coins))
		}
		from := 1 + p.IntN(8)
		w, before := p.until(8), state(p.wallet)
		if got := state(w); got != before {
			t.Fatalf("seed %d: the same blocks give\n%s\nand\n%s", seed, before, got)
		}
		w.rewind(uint32(from))
		if got, want := state(w), state(p.until(from-1)); got != want {
			t.Fatalf("seed %d: rewound to %d\n%s\nwant\n%s", seed, from-1, got, want)
		}
		for h := from; h <= 8; h++ {
			w.addBlock(uint32(h), p.blocks[h-1])
		}
		if got := state(w); got != before {
			t.Errorf("seed %d: with the blocks again\n%s\nwant\n%s", seed, got, before)
		}
	}
}

// TestWalletSpendsTheOldest: a transaction that is made again spends the same outputs, though more came since,
// and the order within a block is not that of the block.
func TestWalletSpendsTheOldest(t *testing.T) {
	w := newWallet([]byte{1, 2}, &chaincfg.RegressionNetParams)
	pay := func(n int) *wire.MsgTx {
		tx := newTx()
		addInput(tx, wire.OutPoint{Index: uint32(n)})
		tx.AddTxOut(wire.NewTxOut(1000, w.script))
		return tx
	}
	made := func(next, confirmations uint32) (ops []wire.OutPoint) {
		tx := newTx()
		tx.AddTxOut(wire.NewTxOut(2500, []byte{9}))
		if w.fund(tx, 0, next, confirmations) != nil {
			return nil
		}
		for _, in := range tx.TxIn {
			ops = append(ops, in.PreviousOutPoint)
		}
		return ops
	}
	coinbase := newTx()
	w.addBlock(1, &wire.MsgBlock{Transactions: []*wire.MsgTx{coinbase, pay(1), pay(2), pay(3), pay(4)}})
	first := made(2, 1)
	w.addBlock(2, &wire.MsgBlock{Transactions: []*wire.MsgTx{coinbase, pay(5), pay(6)}})
	if len(first) != 3 || !slices.Equal(made(3, 1), first) {
		t.Errorf("spends %v, and then %v", first, made(3, 1))
	}
	if got := made(2, 2); got != nil {
		t.Errorf("spends %v, which is one deep", got)
	}
	w.rewind(1)
	w.addBlock(1, &wire.MsgBlock{Transactions: []*wire.MsgTx{coinbase, pay(4), pay(3), pay(2), pay(1)}})
	if got := made(2, 1); !slices.Equal(got, first) {
		t.Errorf("in another order spends %v, want %v", got, first)
	}
}
