package evidence_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestHonestProofs: the proofs of all transactions of blocks of every size pass.
func TestHonestProofs(t *testing.T) {
	for n := 1; n <= 34; n++ {
		txs := leaves(n)
		var at []int
		for i := 1; i < n; i++ {
			at = append(at, i)
		}
		included, sane := evidence.JudgeProof(rootOf(txs), proofOf(txs, at...))
		for _, f := range []evidence.Findings{included, sane} {
			if f.Failed > 0 || f.Examined != n || f.Expected != n {
				t.Errorf("%d transactions: %+v", n, f)
			}
		}
	}
}

// TestShortCoinbase: a block whose coinbase has 64 bytes is valid.
func TestShortCoinbase(t *testing.T) {
	txs := leaves(6)
	txs[0].TxIn[0].SignatureScript = make([]byte, 3)
	if n := txs[0].SerializeSizeStripped(); n != 64 {
		t.Fatalf("%d bytes", n)
	}
	if included, sane := evidence.JudgeProof(rootOf(txs), proofOf(txs, 1, 5)); included.Failed+sane.Failed > 0 {
		t.Errorf("%v, %v", included.Notes, sane.Notes)
	}
}

// TestProofLies: each attack on merkle trees is found, once.
func TestProofLies(t *testing.T) {
	six, eight := leaves(6), leaves(8)
	for _, row := range []struct {
		name, words string
		tell        func() (root chainhash.Hash, p *evidence.BlockProof)
	}{
		{"another transaction under the path", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Tx = leaves(9)[8]
			return rootOf(six), p
		}},
		{"another place in the block", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Index = 1
			return rootOf(six), p
		}},
		{"an index beyond the tree", "beyond a tree of height 3", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Index += 8
			return rootOf(six), p
		}},
		{"a leaf twice", "index 3 after 3", func() (chainhash.Hash, *evidence.BlockProof) { return rootOf(six), proofOf(six, 3, 3) }},
		{"the coinbase as a vote", "index 0 after 0", func() (chainhash.Hash, *evidence.BlockProof) { return rootOf(six), proofOf(six, 0) }},
		{"the repeated end of a row (CVE-2012-2459)", "CVE-2012-2459", func() (chainhash.Hash, *evidence.BlockProof) {
			return rootOf(six), proofOf(append(six[:6:6], six[4], six[5]), 6)
		}},
		{"a repetition that nothing asks for (CVE-2012-2459)", "no number of transactions", func() (chainhash.Hash, *evidence.BlockProof) {
			double := append(append(eight[:5:5], eight[4]), eight[6:]...)
			return rootOf(double), proofOf(double, 4)
		}},
		{"a transaction hidden in a leaf (CVE-2017-12842)", "CVE-2017-12842", func() (chainhash.Hash, *evidence.BlockProof) {
			forged, row := leaves(9)[8], ids(six)
			id, other := forged.TxHash(), chainhash.Hash{7}
			row[3] = chainhash.DoubleHashH(append(id[:], other[:]...)) // 64 bytes that pass for a transaction
			path, root := pathOf(row, 3)
			p := &evidence.BlockProof{Coinbase: six[0]}
			p.Path, _ = pathOf(row, 0)
			p.Txs = []evidence.TxProof{{Index: 6, Tx: forged, Path: append([]chainhash.Hash{other}, path...)}}
			return root, p
		}},
		{"the same, with the coinbase hidden as deep", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(eight, 3)
			p.Path, p.Txs[0].Path = append([]chainhash.Hash{{7}}, p.Path...), append([]chainhash.Hash{{7}}, p.Txs[0].Path...)
			return rootOf(eight), p
		}},
		{"a leaf of 64 bytes (CVE-2017-12842)", "64 bytes", func() (chainhash.Hash, *evidence.BlockProof) {
			txs := leaves(6)
			txs[2].TxIn[0].SignatureScript = make([]byte, 3)
			if n := txs[2].SerializeSizeStripped(); n != 64 {
				t.Fatalf("%d bytes", n)
			}
			return rootOf(txs), proofOf(txs, 2)
		}},
		{"another transaction as the coinbase", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			path, _ := pathOf(ids(six), 1)
			p.Coinbase, p.Path = six[1], path
			return rootOf(six), p
		}},
		{"a coinbase that is not the first", "not a coinbase", func() (chainhash.Hash, *evidence.BlockProof) {
			txs := leaves(6)
			txs[0], txs[1] = txs[1], txs[0]
			return rootOf(txs), proofOf(txs, 3)
		}},
		{"a path without an end", "", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(leaves(2), 1)
			p.Path, p.Txs[0].Path = make([]chainhash.Hash, 70), make([]chainhash.Hash, 70)
			return rootOf(leaves(2)), p
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			included, sane := evidence.JudgeProof(row.tell())
			if included.Failed == 0 || !slices.ContainsFunc(included.Notes, func(n evidence.Note) bool {
				return strings.Contains(n.Message, row.words)
			}) {
				t.Errorf("%+v, want a fault with %q", included, row.words)
			}
			if sane.Failed > 0 && row.name != "the coinbase as a vote" {
				t.Errorf("the transactions by themselves: %v", sane.Notes)
			}
		})
	}
}

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
		if included, _ := evidence.JudgeProof(rootOf(txs), p); (included.Failed == 0) != own {
			t.Errorf("%d transactions, leaf %d as %d, flip %d: %v", len(txs), at, index, flip, included)
		}
	})
}

// leaves returns n unrelated transactions; the first is a coinbase.
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
