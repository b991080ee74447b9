package evidence

import (
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// BlockProof proves that transactions are in the block of a height. They are without
// witnesses, which the merkle root does not cover. The coinbase's path gives the
// height of the tree: a path of another length is refused, since it does not lead to
// a transaction (CVE-2017-12842).
type BlockProof struct {
	Height   uint32
	Coinbase *wire.MsgTx
	Path     []chainhash.Hash // of the coinbase: siblings from the leaves up
	Txs      []TxProof        // indices rising
}

// TxProof proves that a transaction is at an index of a block.
type TxProof struct {
	Index uint32 // from 1; 0 is the coinbase
	Tx    *wire.MsgTx
	Path  []chainhash.Hash // siblings from the leaf up
}

// Selection is a block, and the transactions of it that are to be proven.
type Selection struct {
	Height uint32
	Block  *wire.MsgBlock
	At     []int // their indices, rising
}

// maxHeight is the height of a tree over 65,536 leaves, more transactions than fit into
// a block.
const maxHeight = 16

// proofWindow judges transactions with proofs against judged headers.
type proofWindow struct {
	headers *headerChain
	next    uint32 // least height of the proof to come

	included Findings // V08, counted in transactions
	sane     Findings // V09, counted in transactions
}

// add judges the proofs of one block.
func (w *proofWindow) add(p *BlockProof) {
	txs := 1 + len(p.Txs)
	w.included.Expected += txs
	w.sane.Expected += txs
	block, ok := w.headers.kept.at(p.Height)
	if !ok || p.Height < w.next {
		w.included.Examined += txs
		w.included.fail(int32(p.Height), "proofs of a block that has no header, or that came before")
	} else {
		w.next = p.Height + 1
		w.prove(block.root, p)
	}
	w.check(p.Height, p.Coinbase, true)
	for _, t := range p.Txs {
		w.check(p.Height, t.Tx, false)
	}
}

// check applies the rules for a transaction by itself.
func (w *proofWindow) check(height uint32, tx *wire.MsgTx, coinbase bool) {
	w.sane.Examined++
	if err := checkTx(tx, coinbase); err != nil {
		w.sane.fail(int32(height), "transaction %s: %v", tx.TxHash(), err)
	}
}

// prove folds every path of a block to its merkle root.
func (w *proofWindow) prove(root chainhash.Hash, p *BlockProof) {
	t := newTree(root, len(p.Path))
	w.included.Examined++
	err := t.leaf(p.Coinbase, 0, p.Path)
	if err == nil && !blockchain.IsCoinBaseTx(p.Coinbase) {
		err = errors.New("not a coinbase")
	}
	if err != nil {
		w.included.fail(int32(p.Height), "coinbase %s: %v", p.Coinbase.TxHash(), err)
	}
	last := uint32(0)
	for _, tx := range p.Txs {
		w.included.Examined++
		err := t.leaf(tx.Tx, tx.Index, tx.Path)
		if err == nil && tx.Index <= last {
			err = fmt.Errorf("index %d after %d", tx.Index, last)
		}
		if err != nil {
			w.included.fail(int32(p.Height), "transaction %s: %v", tx.Tx.TxHash(), err)
		}
		last = max(last, tx.Index)
	}
}

// tree is a block's merkle tree as far as its paths show it.
type tree struct {
	root      chainhash.Hash
	height    int
	low, high uint64 // bounds of the number of leaves: low < n ≤ high
}

// newTree returns the tree of a height, whose leaves are more than half of 2^height.
func newTree(root chainhash.Hash, height int) *tree {
	t := &tree{root: root, height: height, high: 1}
	if height > 0 {
		t.high = 1 << min(height, maxHeight)
		t.low = t.high / 2
	}
	return t
}

// leaf folds the path of one transaction to the root.
//
// A row of odd length ends in a node that is its own right sibling:
//
//	     root
//	  x        y
//	a   b    c   c
//
// Thus a left node is the last of its row if and only if it equals its right sibling.
// Either case bounds the number of leaves. Some number must satisfy the bounds of all
// paths of a block (CVE-2012-2459). A right node never equals its left sibling.
func (t *tree) leaf(tx *wire.MsgTx, index uint32, path []chainhash.Hash) error {
	switch {
	case tx.SerializeSizeStripped() == innerNode && !blockchain.IsCoinBaseTx(tx):
		return fmt.Errorf("%d bytes, which could be an inner node (CVE-2017-12842)", innerNode)
	case len(path) != t.height:
		return fmt.Errorf("a path of %d nodes, the coinbase's has %d (CVE-2017-12842)", len(path), t.height)
	case t.height > maxHeight:
		return fmt.Errorf("a path of %d nodes, longer than any block's", len(path))
	}
	t.low = max(t.low, uint64(index))
	node, at := tx.TxHash(), uint64(index)
	for level := range path {
		sibling := path[level]
		switch {
		case at&1 == 1 && sibling == node:
			return errors.New("a node equals its left sibling (CVE-2012-2459)")
		case at&1 == 1:
			node = blockchain.HashMerkleBranches(&sibling, &node)
		case sibling == node:
			t.low, t.high = max(t.low, at<<level), min(t.high, (at+1)<<level)
			node = blockchain.HashMerkleBranches(&node, &sibling)
		default:
			t.low = max(t.low, (at+1)<<level)
			node = blockchain.HashMerkleBranches(&node, &sibling)
		}
		at >>= 1
	}
	switch {
	case at != 0:
		return fmt.Errorf("index %d is beyond a tree of height %d", index, t.height)
	case node != t.root:
		return fmt.Errorf("its path leads to %s, the block's merkle root is %s", node, t.root)
	case t.low >= t.high:
		return errors.New("no number of transactions fits the block's paths (CVE-2012-2459)")
	}
	return nil
}
