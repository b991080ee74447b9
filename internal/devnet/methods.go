package devnet

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"bevote/templates"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// method is what a call does. changes says that it changes chain or mempool.
type method struct {
	do      func(*Devnet, params) (any, error)
	changes bool
}

var methods = map[string]method{
	"getblockchaininfo":    {(*Devnet).getBlockchainInfo, false},
	"getblockcount":        {(*Devnet).getBlockCount, false},
	"getbestblockhash":     {(*Devnet).getBestBlockHash, false},
	"getblockhash":         {(*Devnet).getBlockHash, false},
	"getblockheader":       {(*Devnet).getBlockHeader, false},
	"getblock":             {(*Devnet).getBlock, false},
	"getrawmempool":        {(*Devnet).getRawMempool, false},
	"getrawtransaction":    {(*Devnet).getRawTransaction, false},
	"gettxout":             {(*Devnet).getTxOut, false},
	"gettxspendingprevout": {(*Devnet).getTxSpendingPrevOut, false},
	"sendrawtransaction":   {(*Devnet).sendRawTransaction, true},
	"sendtoaddress":        {(*Devnet).sendToAddress, true},
	"generatetoaddress":    {(*Devnet).generateToAddress, true},
	"invalidateblock":      {(*Devnet).invalidateBlock, true},
	"submitblock":          {(*Devnet).submitBlock, true},
}

// params are the parameters of a call, by position.
type params struct{ all []json.RawMessage }

// decode reads parameter i into v, and leaves v where it is left out or null.
func (p params) decode(i int, name string, v any) error {
	if i >= len(p.all) || string(p.all[i]) == "null" {
		return nil
	}
	if json.Unmarshal(p.all[i], v) != nil {
		return rpcError(btcjson.ErrRPCType, fmt.Sprintf("JSON value of %s is not of the expected type", name))
	}
	return nil
}

// hash reads parameter i, which must be there.
func (p params) hash(i int, name string) (chainhash.Hash, error) {
	var text string
	if err := p.decode(i, name, &text); err != nil {
		return chainhash.Hash{}, err
	}
	h, err := chainhash.NewHashFromStr(text)
	if err != nil || len(text) != chainhash.MaxHashStringSize {
		return chainhash.Hash{}, rpcError(btcjson.ErrRPCInvalidParameter, name+" must be a hexadecimal string of length 64")
	}
	return *h, nil
}

// raw reads parameter i, bytes in hex that decode takes in whole, and reports whether it does.
func (p params) raw(i int, decode func(io.Reader) error) (bool, error) {
	var text string
	if err := p.decode(i, "hexstring", &text); err != nil {
		return false, err
	}
	bin, err := hex.DecodeString(text)
	if err != nil {
		return false, nil
	}
	in := bytes.NewReader(bin)
	return decode(in) == nil && in.Len() == 0, nil
}

// script reads an address or pub:KEY in parameter i and returns its output script, which for a key is
// that of its hash (P2PKH).
func (p params) script(i int) ([]byte, error) {
	var text string
	if err := p.decode(i, "address", &text); err != nil {
		return nil, err
	}
	if key, ok := strings.CutPrefix(text, "pub:"); ok {
		raw, err := hex.DecodeString(key)
		if _, wrong := btcec.ParsePubKey(raw); err != nil || wrong != nil || len(raw) != templates.KeySize {
			return nil, rpcError(btcjson.ErrRPCInvalidAddressOrKey, "Invalid key")
		}
		return templates.PayToKey([templates.KeySize]byte(raw)), nil
	}
	a, err := address.DecodeAddress(text, network)
	if err == nil && !a.IsForNet(network) {
		err = fmt.Errorf("of another network")
	}
	if err != nil {
		return nil, rpcError(btcjson.ErrRPCInvalidAddressOrKey, "Invalid address")
	}
	return txscript.PayToAddrScript(a)
}

func (d *Devnet) getBlockCount(params) (any, error) {
	height, _ := d.chain.Tip()
	return height, nil
}

func (d *Devnet) getBestBlockHash(params) (any, error) {
	_, hash := d.chain.Tip()
	return hash.String(), nil
}

func (d *Devnet) getBlockHash(p params) (any, error) {
	height := int64(-1)
	if err := p.decode(0, "height", &height); err != nil {
		return nil, err
	}
	if tip, _ := d.chain.Tip(); height < 0 || height > int64(tip) {
		return nil, rpcError(btcjson.ErrRPCInvalidParameter, "Block height out of range")
	}
	hash, err := d.chain.HashAt(uint32(height))
	return hash.String(), err
}

func (d *Devnet) getRawMempool(params) (any, error) {
	ids := []string{}
	for _, tx := range d.chain.Waiting() {
		ids = append(ids, tx.TxHash().String())
	}
	return ids, nil
}

// spentOutpoint is a parameter of gettxspendingprevout, and its answer.
type spentOutpoint struct {
	TxID     string `json:"txid"`
	Vout     uint32 `json:"vout"`
	Spending string `json:"spendingtxid,omitempty"`
}

func (d *Devnet) getTxSpendingPrevOut(p params) (any, error) {
	ops := []spentOutpoint{}
	if err := p.decode(0, "outputs", &ops); err != nil {
		return nil, err
	}
	for i := range ops {
		hash, err := chainhash.NewHashFromStr(ops[i].TxID)
		if err != nil {
			return nil, rpcError(btcjson.ErrRPCInvalidParameter, "txid must be a hexadecimal string of length 64")
		}
		if tx, mined := d.chain.Spender(wire.OutPoint{Hash: *hash, Index: ops[i].Vout}); tx != nil && !mined {
			ops[i].Spending = tx.TxHash().String()
		}
	}
	return ops, nil
}

// sendToAddress pays out of the faucet. The amount is in bitcoins, as in Bitcoin Core.
func (d *Devnet) sendToAddress(p params) (any, error) {
	script, err := p.script(0)
	if err != nil {
		return nil, err
	}
	var amount json.Number
	if err := p.decode(1, "amount", &amount); err != nil {
		return nil, err
	}
	coins, err := amount.Float64()
	sats := int64(math.Round(coins * 1e8))
	if err != nil || sats <= 0 || coins > 21e6 {
		return nil, rpcError(btcjson.ErrRPCType, "Invalid amount")
	}
	tx, err := d.pay(wire.NewTxOut(sats, script))
	if err != nil {
		return nil, rpcError(btcjson.ErrRPCWalletInsufficientFunds, err.Error())
	}
	return tx.TxHash().String(), nil
}

// maxGenerated is the most blocks of one call.
const maxGenerated = 10_000

// generateToAddress mines to an address; without one, other than Bitcoin Core, to the faucet.
func (d *Devnet) generateToAddress(p params) (any, error) {
	n := -1
	if err := p.decode(0, "nblocks", &n); err != nil {
		return nil, err
	}
	script, err := faucetScript, error(nil)
	if len(p.all) > 1 {
		script, err = p.script(1)
	}
	if err != nil {
		return nil, err
	}
	if n < 0 || n > maxGenerated {
		return nil, rpcError(btcjson.ErrRPCInvalidParameter, fmt.Sprintf("nblocks must be 0 … %d", maxGenerated))
	}
	hashes, err := d.mine(n, script)
	texts := []string{}
	for _, h := range hashes {
		texts = append(texts, h.String())
	}
	return texts, err
}

func (d *Devnet) invalidateBlock(p params) (any, error) {
	hash, err := p.hash(0, "blockhash")
	if err != nil {
		return nil, err
	}
	if err := d.invalidate(hash); err != nil {
		return nil, rpcError(btcjson.ErrRPCBlockNotFound, "Block not found")
	}
	return nil, nil
}

// submitBlock takes a block that follows the newest one.
func (d *Devnet) submitBlock(p params) (any, error) {
	block := new(wire.MsgBlock)
	if ok, err := p.raw(0, block.Deserialize); !ok || err != nil {
		return nil, cmp.Or(err, error(rpcError(btcjson.ErrRPCDeserialization, "Block decode failed")))
	}
	if _, tip := d.chain.Tip(); block.Header.PrevBlock != tip {
		return "inconclusive", nil
	}
	if err := d.chain.Check(block); err != nil {
		return "rejected: " + err.Error(), nil
	}
	return nil, d.keep(block)
}

func (d *Devnet) sendRawTransaction(p params) (any, error) {
	tx := new(wire.MsgTx)
	if ok, err := p.raw(0, tx.Deserialize); !ok || err != nil {
		return nil, cmp.Or(err, error(rpcError(btcjson.ErrRPCDeserialization, "TX decode failed. Make sure the tx has at least one input.")))
	}
	if err := d.refusal(tx, d.submit(tx)); err != nil {
		return nil, err
	}
	return tx.TxHash().String(), nil
}
