package node

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/wire/v2"
)

// errMissing is the reason of a refusal where an input is spent in the chain or was never there.
var errMissing = errors.New("an input is spent or unknown")

// Submit hands a transaction to the node. The error is a [relay.Error]; an error of the network is
// [relay.Unreachable].
//
// Of what the chain spends the node shows nothing: [Snapshot.Submit] looks into the blocks.
func (n *Node) Submit(ctx context.Context, tx *wire.MsgTx) error {
	var raw bytes.Buffer
	if err := tx.Serialize(&raw); err != nil {
		return err
	}
	e := &relay.Error{Outcome: relay.Unreachable, ID: tx.TxHash()}
	answer, err := n.ask(ctx, "sendrawtransaction", hex.EncodeToString(raw.Bytes()))
	if err == nil {
		id, err := parseHash(answer)
		if err == nil && id == e.ID {
			return nil
		}
		e.Reason = n.fail(errors.New("sendrawtransaction: the answer is not the transaction's id"))
		return e
	}
	e.Reason = n.fail(err)
	var no *rpcError
	if !errors.As(err, &no) {
		return e
	}
	switch no.code {
	case btcjson.ErrRPCTxAlreadyInChain:
		e.Outcome = relay.Mined
	case btcjson.ErrRPCDeserialization:
		e.Outcome = relay.Refused
	case btcjson.ErrRPCTxError, btcjson.ErrRPCTxRejected:
		n.rejected(ctx, tx, no.text, e)
	}
	return e
}

// rejected finds out why a node has rejected a transaction. Both kinds of nodes are asked what they have;
// their words are read where they do not answer that.
func (n *Node) rejected(ctx context.Context, tx *wire.MsgTx, words string, e *relay.Error) {
	e.Outcome = relay.Refused
	switch other, err := n.spenderOf(ctx, tx); {
	case err == nil && other != nil && other.TxHash() == e.ID:
		e.Outcome = relay.Known
	case err == nil && other != nil:
		e.Outcome, e.Other = relay.Conflict, other
	case n.inChain(ctx, tx):
		e.Outcome = relay.Mined
	case contains(words, "missingorspent", "missing inputs", "orphan transaction"):
		e.Reason = fmt.Errorf("%w: %w", errMissing, e.Reason)
	default:
		e.Outcome = byWords(words)
	}
}

// spenderOf returns a transaction of the mempool that spends an input of tx, tx itself if that waits, or
// nil.
func (n *Node) spenderOf(ctx context.Context, tx *wire.MsgTx) (other *wire.MsgTx, err error) {
	ops := make([]wire.OutPoint, len(tx.TxIn))
	for i, in := range tx.TxIn {
		ops[i] = in.PreviousOutPoint
	}
	ids, err := n.spenders(ctx, ops)
	if err != nil {
		return nil, err
	}
	own := tx.TxHash()
	for _, id := range ids {
		if id == own {
			return tx, nil
		}
	}
	for _, id := range ids {
		if other, err = n.unconfirmed(ctx, id); other != nil || err != nil {
			return other, err
		}
	}
	return nil, nil
}

// maxAsked is how many outputs of a transaction are looked for in the chain.
const maxAsked = 16

// inChain reports whether an output of a transaction is unspent in the chain.
func (n *Node) inChain(ctx context.Context, tx *wire.MsgTx) bool {
	id := tx.TxHash()
	for i := range tx.TxOut[:min(len(tx.TxOut), maxAsked)] {
		if answer, err := n.ask(ctx, "gettxout", id.String(), i, false); err == nil && !isNull(answer) {
			return true
		}
	}
	return false
}

func isNull(answer json.RawMessage) bool { return len(answer) == 0 || string(answer) == "null" }

// byWords reads the outcome from the words of a rejection, of Bitcoin Core or of btcd.
func byWords(words string) relay.Outcome {
	switch {
	case contains(words, "already-in-mempool", "same-nonwitness-data-in-mempool", "already have transaction in mempool"):
		return relay.Known
	case contains(words, "already-known", "already exists in blockchain", "already in utxo set", "already in block chain"):
		return relay.Mined
	case contains(words, "mempool-conflict", "spent in mempool", "rejecting replacement", "replacement transaction"):
		return relay.Conflict
	}
	return relay.Refused
}

// contains reports whether text has one of the parts, in letters of any case.
func contains(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(strings.ToLower(text), part) {
			return true
		}
	}
	return false
}
