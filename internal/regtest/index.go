package regtest

import (
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// index finds the transactions of the best chain.
type index struct {
	heights  map[chainhash.Hash]uint32        // by id
	spenders map[wire.OutPoint]chainhash.Hash // ids, by what they spend
}

func newIndex() index {
	return index{make(map[chainhash.Hash]uint32), make(map[wire.OutPoint]chainhash.Hash)}
}

func (x index) add(b *btcutil.Block) {
	for _, tx := range b.Transactions() {
		x.heights[*tx.Hash()] = uint32(b.Height())
		for _, in := range tx.MsgTx().TxIn {
			x.spenders[in.PreviousOutPoint] = *tx.Hash()
		}
	}
}

func (x index) remove(b *btcutil.Block) {
	for _, tx := range b.Transactions() {
		delete(x.heights, *tx.Hash())
		for _, in := range tx.MsgTx().TxIn {
			delete(x.spenders, in.PreviousOutPoint)
		}
	}
}

// minedTx returns the transaction of the chain with an id, or nil.
func (c *Chain) minedTx(id chainhash.Hash) *wire.MsgTx {
	height, ok := c.mined.heights[id]
	if !ok {
		return nil
	}
	block, err := c.Block(height)
	if err != nil {
		return nil
	}
	for _, tx := range block.Transactions {
		if tx.TxHash() == id {
			return tx
		}
	}
	return nil
}

// Spender returns the transaction of the mempool or the chain that spends an outpoint, or nil.
func (c *Chain) Spender(op wire.OutPoint) (tx *wire.MsgTx, mined bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spender(op)
}

func (c *Chain) spender(op wire.OutPoint) (tx *wire.MsgTx, mined bool) {
	if waiting := c.mempool.CheckSpend(op); waiting != nil {
		return waiting.MsgTx(), false
	}
	if id, ok := c.mined.spenders[op]; ok {
		return c.minedTx(id), true
	}
	return nil, false
}

// Find returns a transaction of the mempool or the chain, nil without one, and the height of its block,
// 0 where it waits.
func (c *Chain) Find(id chainhash.Hash) (tx *wire.MsgTx, height uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiting, err := c.mempool.FetchTransaction(&id); err == nil {
		return waiting.MsgTx(), 0
	}
	return c.minedTx(id), c.mined.heights[id]
}

// Waiting returns the transactions of the mempool in the order of their arrival. They must not be
// changed.
func (c *Chain) Waiting() []*wire.MsgTx {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropMined()
	txs := make([]*wire.MsgTx, len(c.queue))
	for i, tx := range c.queue {
		txs[i] = tx.MsgTx()
	}
	return txs
}

// Output is an unspent output, and the height of its block, 0 where its transaction waits.
type Output struct {
	*wire.TxOut
	Height   uint32
	Coinbase bool
}

// Unspent returns an output that is not spent in the chain, or nil. With pending it may be of a
// transaction that waits, and none that waits spends it.
func (c *Chain) Unspent(op wire.OutPoint, pending bool) *Output {
	c.mu.Lock()
	defer c.mu.Unlock()
	if pending && c.mempool.CheckSpend(op) != nil {
		return nil
	}
	if entry, err := c.blocks.FetchUtxoEntry(op); err == nil && entry != nil && !entry.IsSpent() {
		return &Output{wire.NewTxOut(entry.Amount(), entry.PkScript()), uint32(entry.BlockHeight()), entry.IsCoinBase()}
	}
	if waiting, err := c.mempool.FetchTransaction(&op.Hash); pending && err == nil && int(op.Index) < len(waiting.MsgTx().TxOut) {
		return &Output{TxOut: waiting.MsgTx().TxOut[op.Index]}
	}
	return nil
}
