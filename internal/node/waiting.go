package node

import (
	"bevote/verifier/evidence"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.MempoolSource = (*Node)(nil)

const (
	// askedAtOnce is how many outpoints one question names.
	askedAtOnce = 1000
	// maxWaiting is how many bytes of transactions are taken: refunds of a
	// quarter of a million stakes.
	maxWaiting = 64 << 20
)

// outpoint and spender are the question and the answer of gettxspendingprevout.
type outpoint struct {
	TxID string `json:"txid"`
	Vout uint32 `json:"vout"`
}

type spender struct {
	TxID string `json:"spendingtxid"` // "" where the pool has none
}

// Waiting returns the transactions of the node's pool that spend an outpoint of
// ops. Bitcoin Core before 24 does not know the question, and btcd does not take
// it from a limited user: evidence.ErrNoPool.
func (n *Node) Waiting(ctx context.Context, ops []wire.OutPoint) (txs []*wire.MsgTx, err error) {
	ids, size := make(map[chainhash.Hash]bool), 0
	for part := range slices.Chunk(ops, askedAtOnce) {
		found, err := n.spenders(ctx, part)
		if isRefused(err, btcjson.ErrRPCMethodNotFound.Code) || isRefused(err, btcjson.ErrRPCInvalidParams.Code) {
			return nil, fmt.Errorf("%s %w", n.name, evidence.ErrNoMempool)
		}
		if err != nil {
			return nil, n.fail(err)
		}
		for _, id := range found {
			if ids[id] {
				continue
			}
			ids[id] = true
			tx, err := n.unconfirmed(ctx, id)
			if err != nil {
				return nil, n.fail(err)
			}
			if tx == nil {
				continue
			}
			if size += tx.SerializeSize(); size > maxWaiting {
				return nil, n.fail(fmt.Errorf("more than %d bytes wait to take the stakes", maxWaiting))
			}
			txs = append(txs, tx)
		}
	}
	return txs, nil
}

// isRefused tells whether a node refused with a code.
func isRefused(err error, code btcjson.RPCErrorCode) bool {
	var no *refused
	return errors.As(err, &no) && no.code == code
}

// spenders asks which transactions of the pool spend the outpoints.
func (n *Node) spenders(ctx context.Context, ops []wire.OutPoint) (ids []chainhash.Hash, err error) {
	question := make([]outpoint, len(ops))
	for i, op := range ops {
		question[i] = outpoint{op.Hash.String(), op.Index}
	}
	answer, err := n.ask(ctx, "gettxspendingprevout", question)
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

// unconfirmed fetches a transaction of the pool, nil if it has left it meanwhile.
func (n *Node) unconfirmed(ctx context.Context, id chainhash.Hash) (*wire.MsgTx, error) {
	answer, err := n.ask(ctx, "getrawtransaction", id.String(), 0)
	if isRefused(err, btcjson.ErrRPCNoTxInfo) {
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
