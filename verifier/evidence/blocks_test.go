package evidence

// In the package for the reason that headers_test.go gives.

import (
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// toyTx spends the outpoint n of a made-up transaction.
func toyTx(n uint32) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: chainhash.Hash{1}, Index: n}, nil, nil))
	tx.AddTxOut(wire.NewTxOut(1000, []byte{0x51}))
	return tx
}

func toyCoinbase() *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: wire.MaxPrevOutIndex}, []byte("coin"), nil))
	tx.AddTxOut(wire.NewTxOut(5000, []byte{0x51}))
	return tx
}

// toyBlocks is a regtest chain after genesis with 1 to n+1 transactions a
// block; change may alter a block before it is mined.
func toyBlocks(n int, change func(i int, b *wire.MsgBlock)) []*wire.MsgBlock {
	blocks := []*wire.MsgBlock{chaincfg.RegressionNetParams.GenesisBlock}
	for i := range n {
		b := &wire.MsgBlock{Transactions: []*wire.MsgTx{toyCoinbase()}}
		for j := range i {
			b.Transactions = append(b.Transactions, toyTx(uint32(j)))
		}
		b.Header.MerkleRoot = blockchain.CalcMerkleRoot(btcutil.NewBlock(b).Transactions(), false)
		change(i, b)
		last := &blocks[len(blocks)-1].Header
		h := mined(last, 0x207fffff, last.Timestamp.Add(10*time.Minute))
		for h.MerkleRoot = b.Header.MerkleRoot; ; h.Nonce++ {
			if hash := h.BlockHash(); blockchain.HashToBig(&hash).Cmp(chaincfg.RegressionNetParams.PowLimit) <= 0 {
				break
			}
		}
		b.Header = *h
		blocks = append(blocks, b)
	}
	return blocks
}

func sameAsMined(int, *wire.MsgBlock) {}

// judgeBlocks judges the headers of all blocks, and the shown ones from height
// first on as blocks.
func judgeBlocks(t *testing.T, blocks []*wire.MsgBlock, first uint32, shown []*wire.MsgBlock) *blockWindow {
	t.Helper()
	c := newHeaderChain(&chaincfg.RegressionNetParams, auditDay, func(h uint32) bool { return h >= first })
	for _, b := range blocks {
		c.add(&b.Header)
	}
	c.end()
	wantFaults(t, c)
	w := newBlockWindow(c, first)
	for _, b := range shown {
		w.add(b)
	}
	w.end()
	if w.included.Examined != w.included.Expected || w.sane.Examined != w.sane.Expected {
		t.Errorf("examined %d and %d of %d and %d", w.included.Examined, w.sane.Examined, w.included.Expected, w.sane.Expected)
	}
	return w
}

func TestWholeBlocks(t *testing.T) {
	blocks := toyBlocks(12, sameAsMined)
	w := judgeBlocks(t, blocks, 3, blocks[3:])
	if w.included.Failed+w.sane.Failed != 0 || w.included.Examined != 10 || w.sane.Examined != 75 {
		t.Errorf("honest blocks: %+v %+v", w.included, w.sane)
	}
	w = judgeBlocks(t, blocks, 0, blocks)
	if w.included.Failed+w.sane.Failed != 0 || w.included.Examined != 13 {
		t.Errorf("with genesis: %+v %+v", w.included, w.sane)
	}
}

// TestNoHeaders: blocks without any header are all beyond the tip.
func TestNoHeaders(t *testing.T) {
	blocks := toyBlocks(2, sameAsMined)
	for _, shown := range [][]*wire.MsgBlock{nil, blocks} {
		w := newBlockWindow(newHeaderChain(&chaincfg.RegressionNetParams, auditDay, nil), 0)
		for _, b := range shown {
			w.add(b)
		}
		w.end()
		if n := len(shown); w.included.Expected != n || w.included.Examined != n || w.included.Failed != n {
			t.Errorf("%d blocks: %+v", n, w.included)
		}
	}
}

// clone returns a deep copy, so that a lie does not reach the headers.
func clone(blocks []*wire.MsgBlock) []*wire.MsgBlock {
	var out []*wire.MsgBlock
	for _, b := range blocks {
		c := *b
		c.Transactions = nil
		for _, tx := range b.Transactions {
			c.Transactions = append(c.Transactions, tx.Copy())
		}
		out = append(out, &c)
	}
	return out
}

// TestBlockLies: the headers are true, what is shown as their blocks is not.
func TestBlockLies(t *testing.T) {
	for _, c := range []struct {
		name, where, words string
		failed             int
		change             func(b []*wire.MsgBlock) []*wire.MsgBlock
	}{
		{"an output's value", "height 7", "merkle root", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions[2].TxOut[0].Value++
			return b
		}},
		{"a transaction left out", "height 7", "merkle root", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions = b[7].Transactions[:6]
			return b
		}},
		{"two transactions exchanged", "height 7", "merkle root", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions[2], b[7].Transactions[3] = b[7].Transactions[3], b[7].Transactions[2]
			return b
		}},
		// 7 transactions have the root of 8, the last twice; 6 that of 8, the last two twice.
		{"a last transaction repeated", "height 7", "CVE-2012-2459", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions = append(b[7].Transactions, b[7].Transactions[6])
			return b
		}},
		{"a pair repeated", "height 6", "CVE-2012-2459", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[6].Transactions = append(b[6].Transactions, b[6].Transactions[4:]...)
			return b
		}},
		{"another block mined in its place", "height 7", "block ", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7] = toyBlocks(7, func(i int, b *wire.MsgBlock) { b.Header.MerkleRoot[0] ^= 1 })[7]
			return b
		}},
		{"no transactions", "height 7", "no transactions", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions = nil
			return b
		}},
		{"a witness added", "height 7", "no witness commitment", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			b[7].Transactions[1].TxIn[0].Witness = wire.TxWitness{{1}}
			return b
		}},
		{"the last blocks left out", "height 10", "the headers go on to height 12", 0, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			return b[:10]
		}},
		{"a block beyond the tip", "height 13", "without a header", 1, func(b []*wire.MsgBlock) []*wire.MsgBlock {
			return append(b, b[12])
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			blocks := toyBlocks(12, sameAsMined)
			w := judgeBlocks(t, blocks, 0, c.change(clone(blocks)))
			if w.included.Failed != c.failed || len(w.included.Notes) != 1 ||
				w.included.Notes[0].Where != c.where || !strings.Contains(w.included.Notes[0].Message, c.words) {
				t.Errorf("got %d faults %v, want %d at %s with %q", w.included.Failed, w.included.Notes, c.failed, c.where, c.words)
			}
		})
	}
}

// TestMinedLies: blocks that break a rule and were mined, so that all hashes fit.
func TestMinedLies(t *testing.T) {
	refit := func(b *wire.MsgBlock) {
		b.Header.MerkleRoot = blockchain.CalcMerkleRoot(btcutil.NewBlock(b).Transactions(), false)
	}
	for _, c := range []struct {
		name, included, sane string
		change               func(b *wire.MsgBlock)
	}{
		{"no coinbase", "not a coinbase", "", func(b *wire.MsgBlock) {
			b.Transactions = b.Transactions[1:]
			refit(b)
		}},
		{"a coinbase of 64 bytes", "", "", func(b *wire.MsgBlock) {
			b.Transactions[0].TxIn[0].SignatureScript = make([]byte, 3)
			if n := b.Transactions[0].SerializeSizeStripped(); n != 64 {
				t.Fatalf("%d bytes", n)
			}
			refit(b)
		}},
		{"a coinbase in the middle", "", "like a coinbase's", func(b *wire.MsgBlock) {
			b.Transactions[2] = toyCoinbase()
			refit(b)
		}},
		// Its hash is the root, but one level down there are two more transactions.
		{"inner nodes shown as transactions", "not a coinbase", "", func(b *wire.MsgBlock) {
			tx := toyTx(1)
			tx.TxIn[0].SignatureScript = make([]byte, 64-tx.SerializeSize())
			b.Transactions = []*wire.MsgTx{tx}
			refit(b)
		}},
		{"an input twice", "", "duplicate inputs", func(b *wire.MsgBlock) {
			tx := b.Transactions[2]
			tx.TxIn = append(tx.TxIn, tx.TxIn[0])
			refit(b)
		}},
		{"a negative output", "", "value of -1", func(b *wire.MsgBlock) {
			b.Transactions[2].TxOut[0].Value = -1
			refit(b)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			blocks := toyBlocks(5, func(i int, b *wire.MsgBlock) {
				if i == 4 {
					c.change(b)
				}
			})
			w := judgeBlocks(t, blocks, 1, blocks[1:])
			for _, want := range []struct {
				f     Findings
				words string
			}{{w.included, c.included}, {w.sane, c.sane}} {
				switch {
				case want.words == "" && want.f.Failed > 0:
					t.Errorf("%v, want none", want.f.Notes)
				case want.words != "" && (want.f.Failed != 1 || !strings.Contains(want.f.Notes[0].Message, want.words)):
					t.Errorf("%v, want %q", want.f.Notes, want.words)
				}
			}
		})
	}
}
