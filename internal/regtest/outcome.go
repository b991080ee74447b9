package regtest

import (
	"errors"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/mempool"
	"github.com/btcsuite/btcd/wire/v2"
)

// outcome returns what became of a transaction that the mempool did not take. btcd has one code,
// RejectDuplicate, for what waits, what is mined, what is spent otherwise and what spends nothing
// known. So mempool and chain are asked which of these it is.
func (c *Chain) outcome(own *btcutil.Tx, reason error) *relay.Error {
	e := &relay.Error{Outcome: relay.Refused, ID: *own.Hash(), Reason: reason}
	var rule mempool.RuleError
	switch {
	case !errors.As(reason, &rule):
		e.Outcome = relay.Unreachable
	case c.mempool.IsTransactionInPool(own.Hash()):
		e.Outcome = relay.Known
	case c.find(func(tx *wire.MsgTx) bool { return tx.TxHash() == *own.Hash() }) != nil:
		e.Outcome = relay.Mined
	default:
		if e.Other = c.conflict(own.MsgTx()); e.Other != nil {
			e.Outcome = relay.Conflict
		}
	}
	return e
}

// conflict returns a transaction that spends an input of tx, of the mempool or of a block, or nil.
func (c *Chain) conflict(tx *wire.MsgTx) *wire.MsgTx {
	inputs := make(map[wire.OutPoint]bool, len(tx.TxIn))
	for _, in := range tx.TxIn {
		inputs[in.PreviousOutPoint] = true
		if other := c.mempool.CheckSpend(in.PreviousOutPoint); other != nil {
			return other.MsgTx()
		}
	}
	return c.find(func(tx *wire.MsgTx) bool {
		for _, in := range tx.TxIn {
			if inputs[in.PreviousOutPoint] {
				return true
			}
		}
		return false
	})
}

// find returns the newest transaction in the chain for which is holds, or nil.
func (c *Chain) find(is func(*wire.MsgTx) bool) *wire.MsgTx {
	for height, _ := c.Tip(); height > 0; height-- {
		block, err := c.Block(height)
		if err != nil {
			return nil
		}
		for _, tx := range block.Transactions {
			if is(tx) {
				return tx
			}
		}
	}
	return nil
}
