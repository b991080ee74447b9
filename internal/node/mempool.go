package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.MempoolSource = (*Node)(nil)

const (
	// maxOutpoints is the maximal number of outpoints in one call.
	maxOutpoints = 1000
	// maxMempool is the maximal size in bytes of the transactions that are read: refunds of
	// 250,000 stakes.
	maxMempool = 64 << 20
)

// outpoint is a parameter of gettxspendingprevout.
type outpoint struct {
	TxID string `json:"txid"`
	Vout uint32 `json:"vout"`
}

// spender is a result of gettxspendingprevout.
type spender struct {
	TxID string `json:"spendingtxid"` // "" where the mempool has none
}

// Waiting returns the transactions of the node's mempool that spend an outpoint of ops. The error wraps
// [evidence.ErrNoMempool] where the node does not answer: Bitcoin Core before 24 lacks the call, btcd
// refuses it to a limited user, rpcwhitelist may leave it out, and txospenderindex may be unfinished.
func (n *Node) Waiting(ctx context.Context, ops []wire.OutPoint) (txs []*wire.MsgTx, err error) {
	ids, size := make(map[chainhash.Hash]bool), 0
	for part := range slices.Chunk(ops, maxOutpoints) {
		found, err := n.spenders(ctx, part)
		if err != nil {
			return nil, n.noMempool(err)
		}
		for _, id := range found {
			if ids[id] {
				continue
			}
			ids[id] = true
			tx, err := n.unconfirmed(ctx, id)
			if err != nil {
				return nil, n.noMempool(err)
			}
			if tx == nil {
				continue
			}
			if size += tx.SerializeSize(); size > maxMempool {
				return nil, n.fail(fmt.Errorf("more than %d bytes wait to take the stakes", maxMempool))
			}
			txs = append(txs, tx)
		}
	}
	return txs, nil
}

// noMempool returns the error of a failed call about the mempool. If the node refuses this call, it can
// still be used for all other calls.
func (n *Node) noMempool(err error) error {
	switch {
	case hasCode(err, btcjson.ErrRPCMethodNotFound.Code), hasCode(err, btcjson.ErrRPCInvalidParams.Code):
		return fmt.Errorf("%s %w", n.name, evidence.ErrNoMempool)
	case errors.Is(err, errForbidden), hasCode(err, btcjson.ErrRPCMisc):
		return fmt.Errorf("%s %w: %w", n.name, evidence.ErrNoMempool, err)
	}
	return n.fail(err)
}

// hasCode reports whether an error is a node's with this code.
func hasCode(err error, code btcjson.RPCErrorCode) bool {
	var no *rpcError
	return errors.As(err, &no) && no.code == code
}

// spenders asks which transactions of the mempool spend the outpoints.
func (n *Node) spenders(ctx context.Context, ops []wire.OutPoint) (ids []chainhash.Hash, err error) {
	params := make([]outpoint, len(ops))
	for i, op := range ops {
		params[i] = outpoint{op.Hash.String(), op.Index}
	}
	answer, err := n.ask(ctx, "gettxspendingprevout", params)
	if err != nil {
		return nil, err
	}
	var found []spender
	if json.Unmarshal(answer, &found) != nil || len(found) != len(ops) {
		return nil, errors.New("gettxspendingprevout: not one answer an outpoint")
	}
	for _, f := range found {
		if f.TxID == "" {
			continue
		}
		id, err := chainhash.NewHashFromStr(f.TxID)
		if err != nil {
			return nil, errors.New("gettxspendingprevout: the answer is no transaction's id")
		}
		ids = append(ids, *id)
	}
	return ids, nil
}

// unconfirmed fetches a transaction of the mempool, nil if it is no longer there.
func (n *Node) unconfirmed(ctx context.Context, id chainhash.Hash) (*wire.MsgTx, error) {
	answer, err := n.ask(ctx, "getrawtransaction", id.String(), 0)
	if hasCode(err, btcjson.ErrRPCNoTxInfo) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	raw, err := parseHex(answer)
	if err != nil {
		return nil, fmt.Errorf("getrawtransaction: %w", err)
	}
	tx, in := new(wire.MsgTx), bytes.NewReader(raw)
	if err := tx.Deserialize(in); err != nil || in.Len() > 0 || tx.TxHash() != id {
		return nil, errors.New("getrawtransaction: the answer is not the transaction")
	}
	return tx, nil
}
