package templates_test

import (
	"bytes"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

func TestSizeIsTheFilledScripts(t *testing.T) {
	for _, text := range []string{
		twoCandidates, "0 16 17 <voter> 0xabcdef DUP", "0x" + zeros(76), "0x" + zeros(256) + " <ballot>",
	} {
		tmpl := parse(t, text)
		for _, salted := range []bool{false, true} {
			values := filled(tmpl)
			if salted && values["ballot"] != nil {
				values["ballot"] = append([]byte{templates.SaltedPrefix}, make([]byte, templates.SaltedBallot-1)...)
			}
			script, err := tmpl.Fill(values)
			if err != nil {
				t.Fatal(err)
			}
			if got := tmpl.Size(salted && values["ballot"] != nil); got != len(script) {
				t.Errorf("%.40s: got %d, want %d", tmpl, got, len(script))
			}
		}
	}
	if got := parse(t, twoCandidates).Size(false); got != 175 {
		t.Errorf("two candidates: %d bytes, want 175", got)
	}
}

func TestSigOpsAreBtcds(t *testing.T) {
	for text, want := range map[string]int{
		twoCandidates:            3,
		"CHECKSIG CHECKSIG":      2,
		"CHECKSIGVERIFY":         1,
		"CHECKMULTISIG":          20,
		"0 CHECKMULTISIG":        20,
		"1 CHECKMULTISIG":        1,
		"16 CHECKMULTISIGVERIFY": 16,
		"17 CHECKMULTISIG":       20,
		"3 DUP CHECKMULTISIG":    20,
		"0 IF CHECKSIG ENDIF 1":  1,
		"DUP <voter> 2 1 3 DROP": 0,
	} {
		tmpl := parse(t, text)
		script, err := tmpl.Fill(filled(tmpl))
		if err != nil {
			t.Fatal(err)
		}
		p2sh := templates.PayToRedeem(script)
		sigScript, err := txscript.NewScriptBuilder().AddData(script).Script()
		if err != nil {
			t.Fatal(err)
		}
		btcds := txscript.GetPreciseSigOpCount(sigScript, p2sh, true)
		if got := tmpl.SigOps(); got != want || got != btcds {
			t.Errorf("%s: got %d, want %d, btcd counts %d", tmpl, got, want, btcds)
		}
	}
}

// TestSpendSizeIsTheTransactions builds each shape with the longest
// signatures and lets wire measure it.
func TestSpendSizeIsTheTransactions(t *testing.T) {
	for _, witness := range [][]string{
		{"0", "sig:joint+alice", "redeem"},
		{"sig:joint", "redeem"},
		{"0", "sig:joint", "1", "redeem"},
		{"sig:voter", "pubkey:voter", "0", "0", "redeem"},
	} {
		for _, redeem := range []int{75, 76, 174, 175, 255, 256, 515, 520} {
			for _, payout := range []int{22, 25, 34} {
				tx := spendOf(t, witness, redeem, payout)
				if got, want := templates.SpendSize(witness, redeem, payout), tx.SerializeSize(); got != want {
					t.Errorf("%v redeem %d payout %d: got %d, want %d", witness, redeem, payout, got, want)
				}
				if got, want := templates.InputSize(witness, redeem), tx.TxIn[0].SerializeSize(); got != want {
					t.Errorf("%v redeem %d: input of %d, want %d", witness, redeem, got, want)
				}
			}
		}
	}
}

func spendOf(t *testing.T, witness []string, redeem, payout int) *wire.MsgTx {
	b := txscript.NewScriptBuilder()
	for _, item := range witness {
		switch item[0] {
		case '0', '1':
			b.AddInt64(int64(item[0] - '0'))
		case 's':
			b.AddData(bytes.Repeat([]byte{0x30}, templates.MaxSignature))
		case 'p':
			b.AddData(bytes.Repeat([]byte{2}, templates.KeySize))
		default:
			b.AddData(bytes.Repeat([]byte{0x51}, redeem))
		}
	}
	script, err := b.Script()
	if err != nil {
		t.Fatal(err)
	}
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{}, script, nil))
	tx.AddTxOut(wire.NewTxOut(1, make([]byte, payout)))
	return tx
}

// TestSweepsFill fills transactions with as many stakes as one may spend, and
// with one more.
func TestSweepsFill(t *testing.T) {
	witness := []string{"0", "sig:joint+alice", "redeem"}
	for _, row := range []struct{ redeem, sigOps, want int }{
		{175, 3, 342},  // by weight
		{515, 13, 157}, // by weight
		{175, 15, 166}, // by signature operations
		{175, 0, 342},
	} {
		n := templates.SweepInputs(witness, row.redeem, templates.PayoutP2PKH, row.sigOps)
		if n != row.want {
			t.Errorf("redeem %d, %d sigops: %d stakes, want %d", row.redeem, row.sigOps, n, row.want)
		}
		for _, more := range []int{0, 1} {
			tx := spendOf(t, witness, row.redeem, templates.PayoutP2PKH)
			for len(tx.TxIn) < n+more {
				tx.AddTxIn(tx.TxIn[0])
			}
			size := templates.SweepSize(n+more, witness, row.redeem, templates.PayoutP2PKH)
			if got := tx.SerializeSize(); got > size || got < size-4 {
				t.Errorf("%d stakes: reckoned with %d bytes, it has %d", n+more, size, got)
			}
			fits := 4*size <= templates.MaxWeight && (n+more)*row.sigOps+1 <= templates.MaxLegacySigOps
			if fits != (more == 0) {
				t.Errorf("redeem %d, %d sigops: %d stakes fit: %v", row.redeem, row.sigOps, n+more, fits)
			}
		}
	}
}
