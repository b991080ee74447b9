package evidence

import (
	"bytes"
	"errors"
	"fmt"
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
// and with a twin written from BIP 141.
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
		if err := checkWitnesses(btcutil.NewBlock(b)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err := twinWitnesses(b); (err == nil) != c.ok {
			t.Errorf("%s: the twin says %v", name, err)
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

// TestTxTwin compares the rules for a transaction with a twin written from
// bitcoind's CheckTransaction, on transactions around every limit.
func TestTxTwin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	values := []int64{0, 1, -1, btcutil.MaxSatoshi - 1, btcutil.MaxSatoshi, btcutil.MaxSatoshi + 1, 1 << 62}
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
		ours, twin := checkTx(tx, coinbase), twinTx(tx, coinbase)
		if (ours == nil) != (twin == nil) {
			t.Fatalf("got %v, the twin says %v", ours, twin)
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
		ours, twin := checkTx(long, false), twinTx(long, false)
		if (ours == nil) != ok || (twin == nil) != ok {
			t.Errorf("%d bytes: %v, the twin says %v", long.SerializeSize(), ours, twin)
		}
	}
}

// twinWitnesses checks the coinbase's commitment to the witnesses (BIP 141),
// which the merkle root does not cover.
func twinWitnesses(b *wire.MsgBlock) error {
	want := witnessCommitment(b.Transactions[0])
	if want == nil {
		for _, tx := range b.Transactions {
			if tx.HasWitness() {
				return errors.New("witnesses without a commitment")
			}
		}
		return nil
	}
	nonce := b.Transactions[0].TxIn[0].Witness
	if len(nonce) != 1 || len(nonce[0]) != chainhash.HashSize {
		return errors.New("a witness commitment without its nonce")
	}
	ids := make([]chainhash.Hash, len(b.Transactions)) // the coinbase counts as zeros
	for i, tx := range b.Transactions[1:] {
		ids[i+1] = tx.WitnessHash()
	}
	root, _ := merkleRoot(ids)
	if !bytes.Equal(chainhash.DoubleHashB(append(root[:], nonce[0]...)), want) {
		return errors.New("the witnesses are not those of the commitment")
	}
	return nil
}

// witnessCommitment returns the 32 bytes after the marker of the last output
// that has one, or nil:
//
//	RETURN DATA_36 aa21a9ed <commitment> …
func witnessCommitment(coinbase *wire.MsgTx) []byte {
	marker := blockchain.WitnessMagicBytes
	for i := len(coinbase.TxOut) - 1; i >= 0; i-- {
		script := coinbase.TxOut[i].PkScript
		if len(script) >= len(marker)+chainhash.HashSize && bytes.HasPrefix(script, marker) {
			return script[len(marker):][:chainhash.HashSize]
		}
	}
	return nil
}

// twinTx applies the rules that a transaction must obey wherever it stands,
// as bitcoind's CheckTransaction.
func twinTx(tx *wire.MsgTx, coinbase bool) error {
	switch {
	case len(tx.TxIn) == 0:
		return errors.New("no inputs")
	case len(tx.TxOut) == 0:
		return errors.New("no outputs")
	case tx.SerializeSizeStripped() > 1_000_000:
		return fmt.Errorf("%d bytes, more than %d", tx.SerializeSizeStripped(), 1_000_000)
	}
	if err := twinValues(tx.TxOut); err != nil {
		return err
	}
	if coinbase {
		if n := len(tx.TxIn[0].SignatureScript); n < blockchain.MinCoinbaseScriptLen || n > blockchain.MaxCoinbaseScriptLen {
			return fmt.Errorf("a coinbase script of %d bytes", n)
		}
		return nil
	}
	return twinInputs(tx.TxIn)
}

func twinValues(outs []*wire.TxOut) error {
	sum := int64(0)
	for i, out := range outs {
		if out.Value < 0 || out.Value > 21_000_000*100_000_000 {
			return fmt.Errorf("output %d of %d satoshis", i, out.Value)
		}
		if sum += out.Value; sum > 21_000_000*100_000_000 {
			return errors.New("outputs of more than all bitcoins")
		}
	}
	return nil
}

func twinInputs(ins []*wire.TxIn) error {
	seen := make(map[wire.OutPoint]bool, len(ins))
	for _, in := range ins {
		op := in.PreviousOutPoint
		if op.Hash == (chainhash.Hash{}) && op.Index == wire.MaxPrevOutIndex {
			return errors.New("an input like a coinbase's")
		}
		if seen[op] {
			return fmt.Errorf("spends %s twice", op)
		}
		seen[op] = true
	}
	return nil
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
