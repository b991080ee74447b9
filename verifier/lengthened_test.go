package verifier_test

import (
	"context"
	"encoding/binary"
	"iter"
	"runtime"
	"testing"
	"time"

	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// lengthened is a source whose chain goes on with blocks that are empty, or hold
// one more transaction. It makes them as they are asked for and keeps none.
type lengthened struct {
	evidence.Source
	blocks int
	also   func(i int) *wire.MsgTx // nil for none
}

func (l lengthened) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		tip := new(wire.BlockHeader)
		for h, err := range l.Source.Headers(ctx) {
			if !yield(h, err) {
				return
			}
			tip = h
		}
		for b := range l.further(tip) {
			if !yield(&b.Header, nil) {
				return
			}
		}
	}
}

func (l lengthened) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		height, err := l.First(ctx) // what comes before from is needed to go on
		if err != nil {
			yield(nil, err)
			return
		}
		tip := new(wire.BlockHeader)
		for b, err := range l.Source.Blocks(ctx, height) {
			if height++; (height > from || err != nil) && !yield(b, err) {
				return
			}
			tip = &b.Header
		}
		for b := range l.further(tip) {
			if height++; height > from && !yield(b, nil) {
				return
			}
		}
	}
}

// further mines blocks on tip.
func (l lengthened) further(tip *wire.BlockHeader) iter.Seq[*wire.MsgBlock] {
	return func(yield func(*wire.MsgBlock) bool) {
		last := *tip
		for i := range l.blocks {
			coinbase := wire.NewMsgTx(1)
			script := binary.BigEndian.AppendUint32([]byte{4}, uint32(i)) // unlike any other
			coinbase.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Index: wire.MaxPrevOutIndex}, SignatureScript: script, Sequence: 1})
			coinbase.AddTxOut(wire.NewTxOut(0, nil))
			b := &wire.MsgBlock{Transactions: []*wire.MsgTx{coinbase}, Header: wire.BlockHeader{
				Version: last.Version, PrevBlock: last.BlockHash(), Timestamp: last.Timestamp.Add(10 * time.Minute), Bits: last.Bits}}
			if l.also != nil {
				b.Transactions = append(b.Transactions, l.also(i))
			}
			b.Header.MerkleRoot = blockchain.CalcMerkleRoot(btcutil.NewBlock(b).Transactions(), false)
			for hash := b.BlockHash(); blockchain.HashToBig(&hash).Cmp(blockchain.CompactToBig(last.Bits)) > 0; hash = b.BlockHash() {
				b.Header.Nonce++
			}
			last = b.Header
			if !yield(b) {
				return
			}
		}
	}
}

// heapAfter audits a record whose chain is longer, and returns what is alive in
// memory when all blocks have been read.
func heapAfter(t testing.TB, dir string, blocks int, also func(i int) *wire.MsgTx) uint64 {
	t.Helper()
	rec := rehearsaltest.Open(t, dir)
	var alive uint64
	r, err := verifier.Audit(context.Background(), rec, lengthened{Source: chainfile.FromRecord(rec), blocks: blocks, also: also}, verifier.Options{
		Progress: func(stage string, _, _ int) {
			if stage == "checking the dealing" && alive == 0 {
				runtime.GC()
				runtime.GC() // what pools keep goes with the second
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				alive = m.HeapAlloc
			}
		}})
	if err != nil || r.Exit != 0 {
		t.Fatal(r, err)
	}
	return alive
}

// BenchmarkEmptyBlocks prints how many bytes of memory a block of the window takes
// that holds nothing of the election: those are what a long window is made of.
func BenchmarkEmptyBlocks(b *testing.B) {
	const few, many = 200, 5000
	dir := town(b, 20)
	for b.Loop() {
		b.ReportMetric(float64(int64(heapAfter(b, dir, many, nil))-int64(heapAfter(b, dir, few, nil)))/(many-few), "B/block")
	}
}
