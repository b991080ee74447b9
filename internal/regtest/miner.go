package regtest

import (
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// SubmitToMiner hands a transaction to the miner past the relay rules, for the end of the next block.
// Mine fails where the consensus rules refuse it.
func (c *Chain) SubmitToMiner(tx *wire.MsgTx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.direct = append(c.direct, tx.Copy())
}

// addDirect appends the miner's own transactions to a block. The coinbase does not take their fees.
func (c *Chain) addDirect(block *wire.MsgBlock) {
	block.Transactions = append(block.Transactions, c.direct...)
	c.direct = nil
}

// Reorganise replaces the newest block by an empty one. The transactions of the old block wait in the
// mempool again. It fails where one of them was not relayed but given to the miner.
func (c *Chain) Reorganise() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	best := c.blocks.BestSnapshot()
	old, err := c.blocks.BlockByHash(&best.Hash)
	if err != nil {
		return fmt.Errorf("displacing block %d: %w", best.Height, err)
	}
	if err := c.blocks.InvalidateBlock(&best.Hash); err != nil {
		return fmt.Errorf("displacing block %d: %w", best.Height, err)
	}
	waiting := c.queue
	c.queue, c.delay = nil, c.delay+1
	if err := c.mineBlock(); err != nil {
		return err
	}
	for _, tx := range old.Transactions()[1:] {
		if err := c.offer(btcutil.NewTx(tx.MsgTx().Copy())); err != nil {
			return fmt.Errorf("transaction %s of the displaced block: %w", tx.Hash(), err)
		}
	}
	c.queue = append(c.queue, waiting...)
	return nil
}

// Invalidate takes back a block of the chain and all above it. Their transactions wait in the mempool
// again, unless the shorter chain refuses them.
func (c *Chain) Invalidate(hash chainhash.Hash) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	height, err := c.blocks.BlockHeightByHash(&hash)
	if err != nil {
		return fmt.Errorf("no block %s in the chain", hash)
	}
	var txs []*btcutil.Tx
	for h := height; h <= c.blocks.BestSnapshot().Height; h++ {
		block, err := c.blocks.BlockByHeight(h)
		if err != nil {
			return err
		}
		txs = append(txs, block.Transactions()[1:]...)
	}
	if err := c.blocks.InvalidateBlock(&hash); err != nil {
		return err
	}
	for _, tx := range c.queue {
		c.mempool.RemoveTransaction(tx, false)
	}
	txs, c.queue, c.delay = append(txs, c.queue...), nil, c.delay+1
	for _, tx := range txs {
		_ = c.offer(btcutil.NewTx(tx.MsgTx().Copy()))
	}
	return nil
}

// payTo replaces the coinbase's output script. Block templates know addresses only.
func payTo(block *wire.MsgBlock, script []byte) {
	block.Transactions[0].TxOut[0].PkScript = script
}

// setMerkleRoot puts the merkle root of a block's transactions into its header.
func setMerkleRoot(block *wire.MsgBlock) {
	txs := btcutil.NewBlock(block).Transactions()
	block.Header.MerkleRoot = blockchain.CalcMerkleRoot(txs, false)
}
