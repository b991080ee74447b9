package devnet

import (
	"bytes"
	"fmt"

	"bevote/internal/regtest"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// The faucet's outputs need no key:
//
//	output  P2SH of the redeem script  TRUE
//	input   <TRUE>
var (
	faucetRedeem = []byte{txscript.OP_TRUE}
	faucetScript = templates.PayToRedeem(faucetRedeem)
	faucetInput  = []byte{txscript.OP_DATA_1, txscript.OP_TRUE}
)

// feeRate is the fee of the faucet's transactions in satoshis a byte.
const feeRate = 2

// coins are outputs of the faucet's script, spent or not, in the order in which they came.
type coins struct {
	order []wire.OutPoint
	known map[wire.OutPoint]bool
}

// add takes in the outputs of a transaction.
func (c *coins) add(tx *wire.MsgTx) {
	for i, out := range tx.TxOut {
		op := wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
		if bytes.Equal(out.PkScript, faucetScript) && !c.known[op] {
			c.known[op] = true
			c.order = append(c.order, op)
		}
	}
}

// Pay makes outputs out of the faucet's money and sends the transaction, which waits for a block:
//
//	in   outputs of the faucet, the oldest first, those of waiting transactions last
//	out  outs
//	     change to the faucet
func (d *Devnet) Pay(outs ...*wire.TxOut) (*wire.MsgTx, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pay(outs...)
}

func (d *Devnet) pay(outs ...*wire.TxOut) (*wire.MsgTx, error) {
	tx := wire.NewMsgTx(2)
	change := wire.NewTxOut(0, faucetScript)
	for _, out := range outs {
		change.Value -= out.Value
	}
	tx.TxOut = append(append(tx.TxOut, outs...), change)
	short := func() int64 {
		return feeRate*int64(tx.SerializeSize()) + templates.Dust(faucetScript) - change.Value
	}
	for _, pending := range []bool{false, true} {
		for _, op := range d.faucet.order {
			if len(tx.TxIn) > 0 && short() <= 0 {
				break
			}
			if out := d.chain.Unspent(op, true); out != nil && (out.Height == 0) == pending && d.mature(out) {
				tx.AddTxIn(wire.NewTxIn(&op, faucetInput, nil))
				change.Value += out.Value
			}
		}
	}
	if short() > 0 {
		return nil, fmt.Errorf("the faucet lacks %d sat that can be spent now; mine more blocks", short())
	}
	change.Value -= feeRate * int64(tx.SerializeSize())
	return tx, d.submit(tx)
}

// mature reports whether the next block can spend an output.
func (d *Devnet) mature(out *regtest.Output) bool {
	tip, _ := d.chain.Tip()
	return !out.Coinbase || tip+1 >= out.Height+uint32(network.CoinbaseMaturity)
}
