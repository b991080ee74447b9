package devnet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"

	"bevote/internal/regtest"
	"bevote/internal/relay"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/wire/v2"
)

// refusal gives the error of a submission the code and the words of Bitcoin Core. It is none where the
// transaction waits already.
func (d *Devnet) refusal(tx *wire.MsgTx, err error) error {
	var e *relay.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Outcome {
	case relay.Known:
		return nil
	case relay.Mined:
		for i := range tx.TxOut {
			if d.chain.Unspent(wire.OutPoint{Hash: e.ID, Index: uint32(i)}, false) != nil {
				return rpcError(btcjson.ErrRPCTxAlreadyInChain, "Transaction outputs already in utxo set")
			}
		}
		return rpcError(btcjson.ErrRPCTxError, missing)
	case relay.Conflict:
		if _, height := d.chain.Find(e.Other.TxHash()); height > 0 {
			return rpcError(btcjson.ErrRPCTxError, missing)
		}
		if strings.Contains(e.Reason.Error(), "insufficient") {
			return rpcError(btcjson.ErrRPCTxRejected, "insufficient fee, rejecting replacement "+e.ID.String())
		}
		return rpcError(btcjson.ErrRPCTxRejected, "txn-mempool-conflict")
	case relay.Refused:
		return refusedByRule(e.Reason.Error())
	}
	return err
}

// missing is what Bitcoin Core says of inputs that are spent in the chain or were never there.
const missing = "bad-txns-inputs-missingorspent"

// refusedByRule gives a refusal of btcd's mempool the reason that Bitcoin Core has for it.
func refusedByRule(reason string) error {
	if strings.Contains(reason, "orphan transaction") {
		return rpcError(btcjson.ErrRPCTxError, missing)
	}
	for _, w := range []struct{ btcd, core string }{
		{"low fees", "min relay fee not met"},
		{"under the required amount", "min relay fee not met"},
		{"not finalized", "non-final"},
		{"sequence lock", "non-BIP68-final"},
		{"dust", "dust"},
		{"required maturity", "bad-txns-premature-spend-of-coinbase"},
		{"failed to validate input", "mempool-script-verify-flag-failed"},
		{"transaction version", "version"},
		{"legacy signature operations", "bad-txns-too-many-sigops"},
	} {
		if strings.Contains(reason, w.btcd) {
			return rpcError(btcjson.ErrRPCTxRejected, w.core+", "+reason)
		}
	}
	return rpcError(btcjson.ErrRPCTxRejected, reason)
}

func (d *Devnet) getBlockchainInfo(params) (any, error) {
	height, hash := d.chain.Tip()
	block, err := d.chain.Block(height)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"chain": "regtest", "blocks": height, "headers": height, "bestblockhash": hash.String(),
		"time": block.Header.Timestamp.Unix(), "initialblockdownload": false, "pruned": false, "warnings": []string{},
	}, nil
}

// blockOf returns the block of the best chain whose hash is parameter 0, and its height.
func (d *Devnet) blockOf(p params) (*wire.MsgBlock, uint32, error) {
	hash, err := p.hash(0, "blockhash")
	if err != nil {
		return nil, 0, err
	}
	block, height, err := d.chain.BlockByHash(hash)
	if err != nil {
		return nil, 0, rpcError(btcjson.ErrRPCBlockNotFound, "Block not found")
	}
	return block, height, nil
}

func (d *Devnet) getBlockHeader(p params) (any, error) {
	block, height, err := d.blockOf(p)
	verbose := true
	if err == nil {
		err = p.decode(1, "verbose", &verbose)
	}
	if err != nil {
		return nil, err
	}
	if verbose {
		return d.showHeader(block, height), nil
	}
	var raw bytes.Buffer
	err = block.Header.Serialize(&raw)
	return hex.EncodeToString(raw.Bytes()), err
}

// getBlock shows a block as hex (verbosity 0) or with the ids of its transactions (1).
func (d *Devnet) getBlock(p params) (any, error) {
	block, height, err := d.blockOf(p)
	verbosity := 1
	if err == nil {
		err = p.decode(1, "verbosity", &verbosity)
	}
	if err != nil {
		return nil, err
	}
	if verbosity == 0 {
		var raw bytes.Buffer
		err = block.Serialize(&raw)
		return hex.EncodeToString(raw.Bytes()), err
	}
	shown, ids := d.showHeader(block, height), []string{}
	for _, tx := range block.Transactions {
		ids = append(ids, tx.TxHash().String())
	}
	shown["tx"] = ids
	return shown, nil
}

// showHeader shows a header. A block that was taken back has −1 confirmations.
func (d *Devnet) showHeader(block *wire.MsgBlock, height uint32) map[string]any {
	confirmations, tip := int64(-1), uint32(0)
	if tip, _ = d.chain.Tip(); height <= tip {
		if at, err := d.chain.HashAt(height); err == nil && at == block.BlockHash() {
			confirmations = int64(tip-height) + 1
		}
	}
	return map[string]any{
		"hash": block.BlockHash().String(), "confirmations": confirmations, "height": height,
		"merkleroot": block.Header.MerkleRoot.String(), "time": block.Header.Timestamp.Unix(),
		"previousblockhash": block.Header.PrevBlock.String(), "nTx": len(block.Transactions),
	}
}

// getRawTransaction shows a transaction of the mempool or the chain as hex.
func (d *Devnet) getRawTransaction(p params) (any, error) {
	id, err := p.hash(0, "txid")
	if err != nil {
		return nil, err
	}
	tx, _ := d.chain.Find(id)
	if tx == nil {
		return nil, rpcError(btcjson.ErrRPCNoTxInfo, "No such mempool or blockchain transaction.")
	}
	var raw bytes.Buffer
	err = tx.Serialize(&raw)
	return hex.EncodeToString(raw.Bytes()), err
}

func (d *Devnet) getTxOut(p params) (any, error) {
	id, err := p.hash(0, "txid")
	op, pending := wire.OutPoint{Hash: id}, true
	if err == nil {
		err = p.decode(1, "n", &op.Index)
	}
	if err == nil {
		err = p.decode(2, "include_mempool", &pending)
	}
	if err != nil {
		return nil, err
	}
	if out := d.chain.Unspent(op, pending); out != nil {
		return d.showOutput(out), nil
	}
	return nil, nil
}

func (d *Devnet) showOutput(out *regtest.Output) map[string]any {
	tip, hash := d.chain.Tip()
	confirmations := uint32(0)
	if out.Height > 0 {
		confirmations = tip + 1 - out.Height
	}
	return map[string]any{
		"bestblock": hash.String(), "confirmations": confirmations, "value": float64(out.Value) / 1e8,
		"scriptPubKey": map[string]any{"hex": hex.EncodeToString(out.PkScript)}, "coinbase": out.Coinbase,
	}
}
