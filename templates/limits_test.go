package templates_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/mempool"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

func TestLimitsAreBtcds(t *testing.T) {
	for _, row := range []struct {
		name       string
		ours, want int64
	}{
		{"MaxRedeem", templates.MaxRedeem, txscript.MaxScriptElementSize},
		{"MaxOpcodes", templates.MaxOpcodes, txscript.MaxOpsPerScript},
		{"MaxMultisigKeys", templates.MaxMultisigKeys, txscript.MaxPubKeysPerMultiSig},
		{"MaxOpReturn", templates.MaxOpReturn, txscript.MaxDataCarrierSize},
		{"MaxSatoshis", templates.MaxSatoshis, btcutil.MaxSatoshi},
		{"MaxLockHeight", templates.MaxLockHeight, 499_999_999},
	} {
		if row.ours != row.want {
			t.Errorf("%s = %d, btcd has %d", row.name, row.ours, row.want)
		}
	}
}

// p2pkh returns a standard output script.
func p2pkh() []byte { return templates.P2PKH(make([]byte, templates.HashSize)) }

func standard(tx *wire.MsgTx) error {
	return mempool.CheckTransactionStandard(btcutil.NewTx(tx), 100, time.Now(), mempool.DefaultMinRelayTxFee, 2)
}

// oneInput has an input script of the given size that only pushes.
func oneInput(scriptSig int) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{}, bytes.Repeat([]byte{txscript.OP_0}, scriptSig), nil))
	tx.AddTxOut(wire.NewTxOut(10_000, p2pkh()))
	return tx
}

func TestMaxScriptSigIsTheMempools(t *testing.T) {
	if err := standard(oneInput(templates.MaxScriptSig)); err != nil {
		t.Error(err)
	}
	err := standard(oneInput(templates.MaxScriptSig + 1))
	if err == nil || !strings.Contains(err.Error(), "signature script size") {
		t.Errorf("a byte more: %v", err)
	}
}

func TestMaxWeightIsTheMempools(t *testing.T) {
	tx := oneInput(0)
	for tx.SerializeSize()*4+4*(41+1600) < templates.MaxWeight {
		tx.AddTxIn(oneInput(1600 - 2).TxIn[0])
	}
	rest := templates.MaxWeight/4 - tx.SerializeSize() - 41
	tx.AddTxIn(oneInput(rest - 2).TxIn[0])
	if w := blockchain.GetTransactionWeight(btcutil.NewTx(tx)); w != templates.MaxWeight {
		t.Fatalf("the test's transaction weighs %d", w)
	}
	if err := standard(tx); err != nil {
		t.Error(err)
	}
	last := tx.TxIn[len(tx.TxIn)-1]
	last.SignatureScript = append(last.SignatureScript, txscript.OP_0)
	if err := standard(tx); err == nil || !strings.Contains(err.Error(), "weight") {
		t.Errorf("a byte more: %v", err)
	}
}

func TestDustIsTheMempools(t *testing.T) {
	for name, row := range map[string]struct {
		script []byte
		want   int64
	}{
		"P2PKH":  {p2pkh(), 546},
		"P2SH":   {append(append([]byte{0xa9, 0x14}, make([]byte, 20)...), 0x87), 540},
		"P2WPKH": {append([]byte{0x00, 0x14}, make([]byte, 20)...), 294},
		"P2WSH":  {append([]byte{0x00, 0x20}, make([]byte, 32)...), 330},
		"P2TR":   {append([]byte{0x51, 0x20}, make([]byte, 32)...), 330},
	} {
		btcds := mempool.GetDustThreshold(wire.NewTxOut(0, row.script))
		if got := templates.Dust(row.script); got != row.want || got != btcds {
			t.Errorf("%s: got %d, want %d, btcd has %d", name, got, row.want, btcds)
		}
	}
}

// TestMaxSigOpsIsTheMempools spends P2SH outputs of 15 and 16 signature
// operations, of which none runs.
func TestMaxSigOpsIsTheMempools(t *testing.T) {
	for ops, want := range map[int]bool{templates.MaxSigOps: true, templates.MaxSigOps + 1: false} {
		redeem := append([]byte{txscript.OP_0, txscript.OP_IF}, bytes.Repeat([]byte{txscript.OP_CHECKSIG}, ops)...)
		redeem = append(redeem, txscript.OP_ENDIF, txscript.OP_1)
		tmpl, err := templates.DecodeScript(redeem)
		if err != nil {
			t.Fatal(err)
		}
		if got := tmpl.SigOps(); got != ops {
			t.Errorf("got %d signature operations, want %d", got, ops)
		}
		pkScript := templates.PayToRedeem(redeem)
		funding := wire.NewMsgTx(2)
		funding.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: 1}, nil, nil))
		funding.AddTxOut(wire.NewTxOut(100_000, pkScript))
		hash := funding.TxHash()
		spend := wire.NewMsgTx(2)
		sigScript, err := txscript.NewScriptBuilder().AddData(redeem).Script()
		if err != nil {
			t.Fatal(err)
		}
		spend.AddTxIn(wire.NewTxIn(wire.NewOutPoint(&hash, 0), sigScript, nil))
		spend.AddTxOut(wire.NewTxOut(90_000, p2pkh()))
		_, _, err = pool(funding).MaybeAcceptTransaction(btcutil.NewTx(spend), true, false)
		if got := err == nil; got != want {
			t.Errorf("%d signature operations: %v", ops, err)
		}
	}
}

// pool is btcd's mempool over a chain that holds one transaction.
func pool(funding *wire.MsgTx) *mempool.TxPool {
	return mempool.New(&mempool.Config{
		Policy: mempool.Policy{
			MaxTxVersion: 2, MaxSigOpCostPerTx: blockchain.MaxBlockSigOpsCost / 4,
			MinRelayTxFee: mempool.DefaultMinRelayTxFee,
		},
		ChainParams: &chaincfg.RegressionNetParams,
		FetchUtxoView: func(*btcutil.Tx) (*blockchain.UtxoViewpoint, error) {
			view := blockchain.NewUtxoViewpoint()
			view.AddTxOuts(btcutil.NewTx(funding), 1)
			return view, nil
		},
		BestHeight:     func() int32 { return 200 },
		MedianTimePast: time.Now,
		CalcSequenceLock: func(*btcutil.Tx, *blockchain.UtxoViewpoint) (*blockchain.SequenceLock, error) {
			return &blockchain.SequenceLock{Seconds: -1, BlockHeight: -1}, nil
		},
		IsDeploymentActive: func(uint32) (bool, error) { return true, nil },
		SigCache:           txscript.NewSigCache(10),
		HashCache:          txscript.NewHashCache(10),
	})
}
