package evidence

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/mining"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestWitnesses compares the check of witnesses with the miner's commitment
// and with btcd's check.
func TestWitnesses(t *testing.T) {
	block := func() *wire.MsgBlock {
		b := &wire.MsgBlock{Transactions: []*wire.MsgTx{toyCoinbase(), toyTx(1), toyTx(2)}}
		b.Transactions[2].TxIn[0].Witness = wire.TxWitness{{1, 2, 3}, {}}
		coinbase := btcutil.NewTx(b.Transactions[0])
		mining.AddWitnessCommitment(coinbase, btcutil.NewBlock(b).Transactions())
		return b
	}
	for name, c := range map[string]struct {
		ok     bool
		change func(b *wire.MsgBlock)
	}{
		"as committed":        {true, func(*wire.MsgBlock) {}},
		"a witness changed":   {false, func(b *wire.MsgBlock) { b.Transactions[2].TxIn[0].Witness[0][0] ^= 1 }},
		"a witness taken out": {false, func(b *wire.MsgBlock) { b.Transactions[2].TxIn[0].Witness = nil }},
		"the nonce changed":   {false, func(b *wire.MsgBlock) { b.Transactions[0].TxIn[0].Witness[0][0] = 1 }},
		"no nonce":            {false, func(b *wire.MsgBlock) { b.Transactions[0].TxIn[0].Witness = nil }},
		"two nonces":          {false, func(b *wire.MsgBlock) { n := &b.Transactions[0].TxIn[0].Witness; *n = append(*n, (*n)[0]) }},
		"no commitment":       {false, func(b *wire.MsgBlock) { b.Transactions[0].TxOut = b.Transactions[0].TxOut[:1] }},
		"another last output": {true, func(b *wire.MsgBlock) { b.Transactions[0].AddTxOut(wire.NewTxOut(0, []byte{0x6a})) }},
		"a false second one": {false, func(b *wire.MsgBlock) {
			b.Transactions[0].AddTxOut(wire.NewTxOut(0, append(bytes.Clone(blockchain.WitnessMagicBytes), make([]byte, 32)...)))
		}},
		"no witnesses at all":  {true, func(b *wire.MsgBlock) { *b = wire.MsgBlock{Transactions: []*wire.MsgTx{toyCoinbase(), toyTx(1)}} }},
		"a longer commitment":  {true, func(b *wire.MsgBlock) { o := b.Transactions[0].TxOut[1]; o.PkScript = append(o.PkScript, 9) }},
		"a shorter commitment": {false, func(b *wire.MsgBlock) { o := b.Transactions[0].TxOut[1]; o.PkScript = o.PkScript[:37] }},
	} {
		b := block()
		c.change(b)
		err := checkWitnesses(b)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if theirs := blockchain.ValidateWitnessCommitment(btcutil.NewBlock(b)); (theirs == nil) != c.ok {
			t.Errorf("%s: btcd says %v", name, theirs)
		}
	}
}

// TestMerkleRootTwin compares with btcd's root for every number of leaves.
func TestMerkleRootTwin(t *testing.T) {
	for n := 1; n < 70; n++ {
		b := &wire.MsgBlock{}
		var ids []chainhash.Hash
		for i := range n {
			b.Transactions = append(b.Transactions, toyTx(uint32(i)))
			ids = append(ids, b.Transactions[i].TxHash())
		}
		root, mutated := merkleRoot(ids)
		if want := blockchain.CalcMerkleRoot(btcutil.NewBlock(b).Transactions(), false); root != want || mutated {
			t.Errorf("%d leaves: %s, %t, want %s", n, root, mutated, want)
		}
	}
}

// TestTxTwin compares the sanity check with btcd's on transactions around
// every limit.
func TestTxTwin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	values := []int64{0, 1, -1, maxMoney - 1, maxMoney, maxMoney + 1, 1 << 62}
	sane := 0
	for range 20_000 {
		coinbase := rnd.IntN(4) == 0
		tx := wire.NewMsgTx(2)
		for range rnd.IntN(4) {
			op := wire.OutPoint{Hash: chainhash.Hash{byte(rnd.IntN(2))}, Index: uint32(rnd.IntN(4))}
			if op.Index == 3 {
				op.Index = wire.MaxPrevOutIndex
			}
			tx.AddTxIn(wire.NewTxIn(&op, nil, nil))
		}
		if coinbase {
			tx.TxIn = toyCoinbase().TxIn
			tx.TxIn[0].SignatureScript = make([]byte, []int{0, 1, 2, 50, 100, 101}[rnd.IntN(6)])
		}
		for range rnd.IntN(4) {
			tx.AddTxOut(wire.NewTxOut(values[rnd.IntN(len(values))], nil))
		}
		if !coinbase && blockchain.IsCoinBaseTx(tx) {
			continue // sane for btcd, which does not know its place
		}
		ours, theirs := checkTx(tx, coinbase), blockchain.CheckTransactionSanity(btcutil.NewTx(tx))
		if (ours == nil) != (theirs == nil) {
			t.Fatalf("we say %v, btcd says %v", ours, theirs)
		}
		if ours == nil {
			sane++
		}
	}
	if sane < 1000 {
		t.Errorf("only %d transactions were sane", sane)
	}
	long := toyTx(1)
	for length, ok := range map[int]bool{1_000_000 - 64: true, 1_000_000 - 63: false} {
		long.TxOut[0].PkScript = make([]byte, length)
		err, theirs := checkTx(long, false), blockchain.CheckTransactionSanity(btcutil.NewTx(long))
		if (err == nil) != ok || (theirs == nil) != ok {
			t.Errorf("%d bytes: %v, btcd says %v", long.SerializeSize(), err, theirs)
		}
	}
}

// BenchmarkBlocks judges blocks of 2,000 small transactions.
func BenchmarkBlocks(b *testing.B) {
	blocks := toyBlocks(1, func(_ int, block *wire.MsgBlock) {
		for i := range 2000 {
			block.Transactions = append(block.Transactions, toyTx(uint32(i)))
		}
		block.Header.MerkleRoot = blockchain.CalcMerkleRoot(btcutil.NewBlock(block).Transactions(), false)
	})
	c := newHeaderChain(&chaincfg.RegressionNetParams, auditDay, func(uint32) bool { return true })
	for _, block := range blocks {
		c.add(&block.Header)
	}
	size := blocks[1].SerializeSize()
	b.SetBytes(int64(size))
	for b.Loop() {
		w := newBlockWindow(c, 1)
		w.add(blocks[1])
		if w.included.Failed+w.sane.Failed > 0 {
			b.Fatal(w.included, w.sane)
		}
	}
}
