package regtest

import (
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// SubmitToMiner hands a transaction to the miner past the relay's rules: it stands at
// the end of the next block. Consensus still decides, and Mine fails where it
// refuses.
func (c *Chain) SubmitToMiner(tx *wire.MsgTx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bribes = append(c.bribes, tx.Copy())
}

// takeBribes puts what the miner was bribed with into a block. Its fees are
// nobody's: the coinbase stays as it is.
func (c *Chain) takeBribes(block *wire.MsgBlock) {
	block.Transactions = append(block.Transactions, c.bribes...)
	c.bribes = nil
}

// Reorganise replaces the newest block by an empty one, as a reorganisation
// does: the transactions of the old block wait in the pool again, and those of
// them that were not relayed are gone.
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
	c.queue, c.late = nil, c.late+1
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

// payTo replaces the coinbase's output script. The template could do it for
// addresses only.
func payTo(block *wire.MsgBlock, script []byte) {
	block.Transactions[0].TxOut[0].PkScript = script
}

// seal puts the merkle root of what a block now holds into its header.
func seal(block *wire.MsgBlock) {
	txs := btcutil.NewBlock(block).Transactions()
	block.Header.MerkleRoot = blockchain.CalcMerkleRoot(txs, false)
}
