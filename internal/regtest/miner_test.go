package regtest_test

import (
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// The miner takes what is not relayed, and nothing that breaks consensus.
func TestSubmitToMiner(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)
	odd := p.pay(1, fee, []byte{txscript.OP_1})
	p.refuse(odd, "not standard")
	p.accept(p.pay(2, fee, p.script))
	p.SubmitToMiner(odd)
	p.mine(1)
	height, _ := p.Tip()
	b, err := p.Block(height)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.Transactions); n != 3 || b.Transactions[2].TxHash() != odd.TxHash() {
		t.Errorf("a block of %d transactions, the miner's own is not its last", n)
	}

	p.SubmitToMiner(odd) // spends what is spent
	if p.Mine(1) == nil {
		t.Error("a double spend was mined")
	}
	if tip, _ := p.Tip(); tip != height {
		t.Errorf("tip %d, want %d", tip, height)
	}
	p.mine(1)
}

// The transactions of a replaced block are mined in the block after its
// replacement.
func TestReorganise(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)
	first := p.pay(1, fee, p.script)
	p.accept(first)
	p.mine(1)
	height, before := p.Tip()
	child := p.spend(wire.OutPoint{Hash: first.TxHash()}, first.TxOut[0].Value, fee, p.script)
	p.accept(child)
	if err := p.Reorganise(); err != nil {
		t.Fatal(err)
	}
	if tip, hash := p.Tip(); tip != height || hash == before {
		t.Errorf("tip %d %s, want another block at %d than %s", tip, hash, height, before)
	}
	if b, err := p.Block(height); err != nil || len(b.Transactions) != 1 {
		t.Errorf("the displacing block is not empty (%v)", err)
	}
	p.mine(1)
	b, err := p.Block(height + 1)
	if err != nil {
		t.Fatal(err)
	}
	n := len(b.Transactions)
	if n != 3 || b.Transactions[1].TxHash() != first.TxHash() || b.Transactions[2].TxHash() != child.TxHash() {
		t.Errorf("a block of %d transactions, want the displaced one and the one that waited", n)
	}
	if p.Pending() != 0 {
		t.Errorf("%d transactions wait, want none", p.Pending())
	}
}
