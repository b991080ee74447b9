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
	case c.minedTx(*own.Hash()) != nil:
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
	for _, in := range tx.TxIn {
		if other, _ := c.spender(in.PreviousOutPoint); other != nil {
			return other
		}
	}
	return nil
}
