package templates_test

import (
	"bytes"
	"testing"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

// TestOutputsAreBtcds compares the output scripts with those that btcd makes of
// addresses.
func TestOutputsAreBtcds(t *testing.T) {
	key := [templates.KeySize]byte{2, 1: 0x5a, 32: 0xa5}
	redeem := []byte{txscript.OP_1, txscript.OP_DROP, txscript.OP_1}
	toKey, err := btcaddr.NewAddressPubKeyHash(btcaddr.Hash160(key[:]), &chaincfg.RegressionNetParams)
	if err != nil {
		t.Fatal(err)
	}
	toScript, err := btcaddr.NewAddressScriptHash(redeem, &chaincfg.RegressionNetParams)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		got  []byte
		want btcaddr.Address
		size int
	}{
		{"P2PKH", templates.PayToKey(key), toKey, templates.PayoutP2PKH},
		{"P2SH", templates.PayToRedeem(redeem), toScript, templates.PayoutP2SH},
	} {
		want, err := txscript.PayToAddrScript(row.want)
		if err != nil || !bytes.Equal(row.got, want) || len(row.got) != row.size {
			t.Errorf("%s: got %x, want %x of %d bytes (%v)", row.name, row.got, want, row.size, err)
		}
	}
}

// TestP2PKHPartsAreWires measures a transaction with many inputs and outputs.
func TestP2PKHPartsAreWires(t *testing.T) {
	tx := wire.NewMsgTx(2)
	const n = 300 // counts of three bytes
	script, err := txscript.NewScriptBuilder().AddData(make([]byte, templates.MaxSignature)).
		AddData(bytes.Repeat([]byte{2}, templates.KeySize)).Script()
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{}, script, nil))
		tx.AddTxOut(wire.NewTxOut(1, templates.PayToKey([templates.KeySize]byte{2})))
	}
	want := templates.TxFrame + n*templates.P2PKHInput + n*templates.P2PKHOutput
	if got := tx.SerializeSize(); got != want || templates.P2PKHInput != 148 || templates.P2PKHOutput != 34 {
		t.Errorf("%d bytes, reckoned %d: inputs of %d, outputs of %d", got, want, templates.P2PKHInput, templates.P2PKHOutput)
	}
}
