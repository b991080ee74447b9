package regtest

import (
	"fmt"
	"slices"
	"time"

	"bevote/internal/relay"
	"bevote/templates"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/mempool"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// newMempool makes a mempool with the default relay rules of the main chain: standard transactions
// only, 1 sat/vB at least, nothing for free, and replacement of what signals it (BIP 125).
func newMempool(
	chain *blockchain.BlockChain, params *chaincfg.Params, sigs *txscript.SigCache, hashes *txscript.HashCache,
) *mempool.TxPool {
	return mempool.New(&mempool.Config{
		Policy: mempool.Policy{
			MaxTxVersion:         2,
			DisableRelayPriority: true,
			MaxSigOpCostPerTx:    blockchain.MaxBlockSigOpsCost / 4,
			MinRelayTxFee:        mempool.DefaultMinRelayTxFee,
		},
		ChainParams:    params,
		FetchUtxoView:  chain.FetchUtxoView,
		BestHeight:     func() int32 { return chain.BestSnapshot().Height },
		MedianTimePast: func() time.Time { return chain.BestSnapshot().MedianTime },
		CalcSequenceLock: func(tx *btcutil.Tx, view *blockchain.UtxoViewpoint) (*blockchain.SequenceLock, error) {
			return chain.CalcSequenceLock(tx, view, true)
		},
		IsDeploymentActive: chain.IsDeploymentActive,
		SigCache:           sigs,
		HashCache:          hashes,
	})
}

// Submit offers a transaction to the mempool. Its error is a [relay.Error].
func (c *Chain) Submit(tx *wire.MsgTx) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offer(btcutil.NewTx(tx.Copy())) // the caller may change its own
}

func (c *Chain) offer(own *btcutil.Tx) error {
	if n := c.legacySigOps(own.MsgTx()); n > templates.MaxLegacySigOps {
		return &relay.Error{Outcome: relay.Refused, ID: *own.Hash(),
			Reason: fmt.Errorf("%d legacy signature operations, more than %d", n, templates.MaxLegacySigOps)}
	}
	const orphans, limitFree = false, true
	if _, err := c.mempool.ProcessTransaction(own, orphans, limitFree, 0); err != nil {
		return c.outcome(own, err)
	}
	c.dropMined() // and what it replaced
	c.queue = append(c.queue, own)
	return nil
}

// Pending returns the number of transactions that wait for a block.
func (c *Chain) Pending() int { return c.mempool.Count() }

// legacySigOps counts signature operations as Bitcoin Core's CheckSigopsBIP54, a relay rule since
// version 30 that btcd lacks: those of each input's script and of the script that it spends, a
// CHECKMULTISIG by its keys.
func (c *Chain) legacySigOps(tx *wire.MsgTx) int {
	n := 0
	for _, in := range tx.TxIn {
		// Counted like an output script: precisely.
		n += txscript.GetPreciseSigOpCount(nil, in.SignatureScript, true)
		n += txscript.GetPreciseSigOpCount(in.SignatureScript, c.spentScript(in.PreviousOutPoint), true)
	}
	return n
}

// spentScript returns the script of an unspent output, mined or waiting, or nil where there is none.
func (c *Chain) spentScript(op wire.OutPoint) []byte {
	if entry, err := c.blocks.FetchUtxoEntry(op); err == nil && entry != nil {
		return entry.PkScript()
	}
	parent, err := c.mempool.FetchTransaction(&op.Hash)
	if err != nil || int(op.Index) >= len(parent.MsgTx().TxOut) {
		return nil
	}
	return parent.MsgTx().TxOut[op.Index].PkScript
}

// follow keeps the index of the chain, and removes from the mempool what a new block confirms or is in
// conflict with.
func (c *Chain) follow(n *blockchain.Notification) {
	block, ok := n.Data.(*btcutil.Block)
	switch {
	case !ok:
	case n.Type == blockchain.NTBlockDisconnected:
		c.mined.remove(block)
	case n.Type == blockchain.NTBlockConnected:
		c.mined.add(block)
		for _, tx := range block.Transactions()[1:] {
			c.mempool.RemoveTransaction(tx, false)
			c.mempool.RemoveDoubleSpends(tx)
		}
	}
}

// dropMined removes from the queue what no longer waits: what was mined or replaced.
func (c *Chain) dropMined() {
	c.queue = slices.DeleteFunc(c.queue, func(tx *btcutil.Tx) bool {
		return !c.mempool.IsTransactionInPool(tx.Hash())
	})
}
