package evidence_test

import (
	"bevote/verifier/evidence"
	"math/rand/v2"
	"testing"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// FuzzProofs: whatever a path and an index are, V08 fails unless they are the
// leaf's own.
func FuzzProofs(f *testing.F) {
	f.Add(uint16(6), uint32(3), uint16(0), uint64(1))
	f.Fuzz(func(t *testing.T, n uint16, index uint32, flip uint16, seed uint64) {
		txs := leaves(2 + int(n)%40)
		draw := rand.New(rand.NewPCG(seed, 0))
		at := 1 + draw.IntN(len(txs)-1)
		p := proofOf(txs, at)
		p.Txs[0].Index = index
		own := int64(index) == int64(at)
		if path := p.Txs[0].Path; flip > 0 {
			path[int(flip)%len(path)][int(flip)%32] ^= byte(flip>>8) | 1
			own = false
		}
		if err := evidence.CheckProof(rootOf(txs), p); (err == nil) != own {
			t.Errorf("%d transactions, leaf %d as %d, flip %d: %v", len(txs), at, index, flip, err)
		}
	})
}

// leaves makes transactions that concern nobody; the first is a coinbase.
func leaves(n int) []*wire.MsgTx {
	txs := make([]*wire.MsgTx, n)
	for i := range txs {
		txs[i] = wire.NewMsgTx(2)
		txs[i].AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: chainhash.Hash{1}, Index: uint32(i)}, []byte{1, 2, 3, 4, 5}, nil))
		txs[i].AddTxOut(wire.NewTxOut(int64(i), []byte{0x51}))
	}
	txs[0].TxIn[0].PreviousOutPoint = wire.OutPoint{Index: wire.MaxPrevOutIndex}
	return txs
}

// rootOf is btcd's merkle root.
func rootOf(txs []*wire.MsgTx) chainhash.Hash {
	var list []*btcutil.Tx
	for _, tx := range txs {
		list = append(list, btcutil.NewTx(tx))
	}
	return blockchain.CalcMerkleRoot(list, false)
}

func ids(txs []*wire.MsgTx) (out []chainhash.Hash) {
	for _, tx := range txs {
		out = append(out, tx.TxHash())
	}
	return out
}

// pathOf climbs from leaf i, a row at a time, and returns the root as well.
func pathOf(row []chainhash.Hash, i int) (path []chainhash.Hash, root chainhash.Hash) {
	for ; len(row) > 1; i /= 2 {
		if len(row)%2 == 1 {
			row = append(row[:len(row):len(row)], row[len(row)-1])
		}
		path = append(path, row[i^1])
		var above []chainhash.Hash
		for j := 0; j < len(row); j += 2 {
			above = append(above, chainhash.DoubleHashH(append(row[j][:], row[j+1][:]...)))
		}
		row = above
	}
	return path, row[0]
}

// proofOf proves transactions of a block by their indices.
func proofOf(txs []*wire.MsgTx, at ...int) *evidence.BlockProof {
	row := ids(txs)
	p := &evidence.BlockProof{Coinbase: txs[0]}
	p.Path, _ = pathOf(row, 0)
	for _, i := range at {
		path, _ := pathOf(row, i)
		p.Txs = append(p.Txs, evidence.TxProof{Index: uint32(i), Tx: txs[i], Path: path})
	}
	return p
}
