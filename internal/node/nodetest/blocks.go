// Package nodetest gives tests nodes: a real btcd, and a server that answers those of bitcoind's calls
// that an audit makes.
//
// It promises that both listen on loopback only and end with the test.
package nodetest

import (
	"bytes"
	"context"
	"testing"

	"bevote/internal/regtest"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Blocks returns every block of a rehearsed election from genesis on. A record has the blocks since
// the announcement. Those before hold coinbases only and are mined again, byte for byte.
func Blocks(t testing.TB, rec *record.Record) []*wire.MsgBlock {
	t.Helper()
	ctx := context.Background()
	policy, err := rec.ReadFile(record.Policy)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lang.Load(policy)
	if p == nil {
		t.Fatal("the record's policy has errors")
	}
	params, src := lang.Params(p.Network), chainfile.FromRecord(rec)
	first, err := src.First(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := regtest.New(t.TempDir(), params, templates.PayToKey(p.Supervisor))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Mine(int(first) - 1); err != nil {
		t.Fatal(err)
	}
	var blocks []*wire.MsgBlock
	for b, err := range c.Blocks(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	for b, err := range src.Blocks(ctx, first) {
		if err != nil {
			t.Fatal(err)
		}
		if last := blocks[len(blocks)-1].BlockHash(); b.Header.PrevBlock != last {
			t.Fatalf("block %d follows %s, want %s", len(blocks), b.Header.PrevBlock, last)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// Embedded returns an embedded chain with the blocks, by mining their transactions again.
func Embedded(t testing.TB, rec *record.Record, blocks []*wire.MsgBlock) *regtest.Chain {
	t.Helper()
	policy, err := rec.ReadFile(record.Policy)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lang.Load(policy)
	c, err := regtest.New(t.TempDir(), lang.Params(p.Network), templates.PayToKey(p.Supervisor))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, b := range blocks[1:] {
		for _, tx := range b.Transactions[1:] {
			if err := c.Submit(tx); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Mine(1); err != nil {
			t.Fatal(err)
		}
	}
	if _, tip := c.Tip(); tip != blocks[len(blocks)-1].BlockHash() {
		t.Fatal("mining again gives other blocks")
	}
	return c
}

// Fork returns n blocks that follow blocks[height] and hold coinbases only. As bitcoind's, each commits to
// its witnesses.
func Fork(t testing.TB, blocks []*wire.MsgBlock, height, n int) []*wire.MsgBlock {
	t.Helper()
	var out []*wire.MsgBlock
	prev := blocks[height]
	for i := range n {
		at := height + 1 + i
		b := wire.NewMsgBlock(&prev.Header)
		b.Header.PrevBlock = prev.BlockHash()
		b.Header.Timestamp = prev.Header.Timestamp.Add(601e9)
		coinbase := wire.NewMsgTx(1)
		// BIP 34: the height first
		script, err := txscript.NewScriptBuilder().AddInt64(int64(at)).AddData([]byte("fork")).Script()
		if err != nil {
			t.Fatal(err)
		}
		coinbase.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: wire.MaxPrevOutIndex}, script, nil))
		coinbase.AddTxOut(wire.NewTxOut(1, []byte{0x51}))
		commitWitnesses(coinbase)
		b.AddTransaction(coinbase)
		b.Header.MerkleRoot = coinbase.TxHash()
		solve(&b.Header)
		out, prev = append(out, b), b
	}
	return out
}

// commitWitnesses makes a coinbase commit to the witnesses of a block without other transactions (BIP 141):
//
//	witness:  00…00, 32 bytes
//	output:   RETURN <aa21a9ed || SHA256(SHA256(00…00 || 00…00))>
func commitWitnesses(coinbase *wire.MsgTx) {
	var root, nonce chainhash.Hash // the coinbase counts as zeros in the root
	coinbase.TxIn[0].Witness = wire.TxWitness{nonce[:]}
	commitment := chainhash.DoubleHashB(append(root[:], nonce[:]...))
	coinbase.AddTxOut(wire.NewTxOut(0, append(bytes.Clone(blockchain.WitnessMagicBytes), commitment...)))
}

// solve finds a nonce. On regtest every second one solves.
func solve(h *wire.BlockHeader) {
	target := blockchain.CompactToBig(h.Bits)
	for h.Nonce = 0; ; h.Nonce++ {
		hash := h.BlockHash()
		if blockchain.HashToBig(&hash).Cmp(target) <= 0 {
			return
		}
	}
}
