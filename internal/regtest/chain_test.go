package regtest_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"bevote/internal/regtest"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

const (
	maturity = 100 // blocks that a coinbase waits, on regtest as everywhere
	fee      = 2000
)

// wallet is a chain and the key that its blocks pay to.
type wallet struct {
	*regtest.Chain
	t      testing.TB
	key    *btcec.PrivateKey
	script []byte
}

func newWallet(t testing.TB) *wallet {
	t.Helper()
	key, pub := btcec.PrivKeyFromBytes(bytes.Repeat([]byte{7}, 32))
	script, err := txscript.NewScriptBuilder().AddOp(txscript.OP_DUP).AddOp(txscript.OP_HASH160).
		AddData(address.Hash160(pub.SerializeCompressed())).
		AddOp(txscript.OP_EQUALVERIFY).AddOp(txscript.OP_CHECKSIG).Script()
	if err != nil {
		t.Fatal(err)
	}
	c, err := regtest.New(t.TempDir(), &chaincfg.RegressionNetParams, script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &wallet{c, t, key, script}
}

// mine adds n blocks.
func (p *wallet) mine(n int) {
	p.t.Helper()
	if err := p.Mine(n); err != nil {
		p.t.Fatal(err)
	}
}

// coinbase returns the output of the block at height and its value.
func (p *wallet) coinbase(height uint32) (wire.OutPoint, int64) {
	p.t.Helper()
	b, err := p.Block(height)
	if err != nil {
		p.t.Fatal(err)
	}
	tx := b.Transactions[0]
	return wire.OutPoint{Hash: tx.TxHash()}, tx.TxOut[0].Value
}

// pay spends the coinbase at height to outputs of these scripts in equal parts.
func (p *wallet) pay(height uint32, fee int64, scripts ...[]byte) *wire.MsgTx {
	p.t.Helper()
	from, value := p.coinbase(height)
	return p.spend(from, value, fee, scripts...)
}

// spend spends one output of the key.
func (p *wallet) spend(from wire.OutPoint, value, fee int64, scripts ...[]byte) *wire.MsgTx {
	p.t.Helper()
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&from, nil, nil))
	for _, s := range scripts {
		tx.AddTxOut(wire.NewTxOut((value-fee)/int64(len(scripts)), s))
	}
	sig, err := txscript.SignatureScript(tx, 0, p.script, txscript.SigHashAll, p.key, true)
	if err != nil {
		p.t.Fatal(err)
	}
	tx.TxIn[0].SignatureScript = sig
	return tx
}

func (p *wallet) accept(tx *wire.MsgTx) {
	p.t.Helper()
	if err := p.Submit(tx); err != nil {
		p.t.Fatal(err)
	}
}

// refuse checks that a transaction is refused for the reason.
func (p *wallet) refuse(tx *wire.MsgTx, reason string) {
	p.t.Helper()
	err := p.Submit(tx)
	if err == nil || !strings.Contains(err.Error(), reason) {
		p.t.Fatalf("got %v, want a refusal with %q", err, reason)
	}
}

func p2sh(t *testing.T, redeem []byte) []byte {
	t.Helper()
	s, err := txscript.NewScriptBuilder().
		AddOp(txscript.OP_HASH160).AddData(address.Hash160(redeem)).AddOp(txscript.OP_EQUAL).Script()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCoinbaseMatures(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity - 1)
	tx := p.pay(1, fee, p.script)
	p.refuse(tx, "before required maturity") // it would be in block 100
	p.mine(1)
	p.accept(tx)
	p.mine(1)
	if b, _ := p.Block(maturity + 1); len(b.Transactions) != 2 || b.Transactions[1].TxHash() != tx.TxHash() {
		t.Errorf("block %d does not hold the transaction", maturity+1)
	}
	if p.Pending() != 0 {
		t.Errorf("%d transactions wait, want none", p.Pending())
	}
}

// TestRefundHeight: a lock at T is refused while the tip is below T and mined
// in block T+1.
func TestRefundHeight(t *testing.T) {
	const lock = 110
	p := newWallet(t)
	p.mine(maturity)
	redeem, err := txscript.NewScriptBuilder().AddInt64(lock).AddOp(txscript.OP_CHECKLOCKTIMEVERIFY).Script()
	if err != nil {
		t.Fatal(err)
	}
	stake := p.pay(1, fee, p2sh(t, redeem))
	p.accept(stake)
	p.mine(lock - 1 - maturity) // the tip is T−1

	refund := wire.NewMsgTx(2)
	op := wire.OutPoint{Hash: stake.TxHash()}
	push, err := txscript.NewScriptBuilder().AddData(redeem).Script()
	if err != nil {
		t.Fatal(err)
	}
	refund.AddTxIn(wire.NewTxIn(&op, push, nil))
	refund.TxIn[0].Sequence = wire.MaxTxInSequenceNum - 1
	refund.AddTxOut(wire.NewTxOut(stake.TxOut[0].Value-fee, p.script))
	refund.LockTime = lock

	p.refuse(refund, "not finalized")
	final := refund.Copy()
	final.TxIn[0].Sequence = wire.MaxTxInSequenceNum
	p.refuse(final, "finalized")
	p.mine(1) // the tip is T
	early := refund.Copy()
	early.LockTime = lock - 1
	p.refuse(early, "locktime requirement not satisfied")
	p.accept(refund)
	p.mine(1)
	if b, _ := p.Block(lock + 1); len(b.Transactions) != 2 {
		t.Errorf("the refund is not in block %d", lock+1)
	}
}

func TestRelayRules(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)

	odd := []byte{txscript.OP_1}
	p.refuse(p.pay(1, fee, odd), "not standard")
	plain := p.pay(1, fee, p.script)
	p.refuse(p.pay(1, int64(plain.SerializeSize())-2, p.script), "low fees") // signatures differ by a byte
	dust := p.pay(1, fee, p.script, p.script)
	dust.TxOut[1].Value = 500
	p.refuse(dust, "dust")
	version := p.pay(1, fee, p.script)
	version.Version = 3
	p.refuse(version, "version")
	bad := p.pay(1, fee, p.script)
	bad.TxOut[0].Value--
	p.refuse(bad, "failed to validate input")
	none := p.pay(1, fee, p.script)
	none.TxIn[0].PreviousOutPoint.Index = 9
	p.refuse(none, "orphan")
	if p.Pending() != 0 {
		t.Errorf("%d transactions wait, want none", p.Pending())
	}

	// A refused transaction leaves no trace: the coin is still good.
	p.accept(p.pay(1, fee, p.script))
}

// TestDoubleSpend also offers a replacement that signals itself as one.
func TestDoubleSpend(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 1)
	first := p.pay(1, fee, p.script)
	p.accept(first)
	p.refuse(first, "already")
	second := p.pay(1, 2*fee, p.script)
	p.refuse(second, "already spent")
	p.mine(1)
	p.refuse(second, "orphan")
	p.refuse(first, "already exists")
}

// TestLegacySigOps spends outputs whose redeem scripts count 15 operations
// each: 166 of them stay within the 2,500 of Bitcoin Core 30, 167 do not. btcd
// alone accepts both.
func TestLegacySigOps(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 1)
	// 15 CHECKSIGs in a branch that is not taken.
	b := txscript.NewScriptBuilder().AddOp(txscript.OP_1).AddOp(txscript.OP_NOTIF)
	for range 15 {
		b.AddOp(txscript.OP_CHECKSIG)
	}
	redeem, err := b.AddOp(txscript.OP_ENDIF).AddOp(txscript.OP_1).Script()
	if err != nil {
		t.Fatal(err)
	}
	push, err := txscript.NewScriptBuilder().AddData(redeem).Script()
	if err != nil {
		t.Fatal(err)
	}
	const most = 2500 / 15
	outs := slices.Repeat([][]byte{p2sh(t, redeem)}, most+1)
	parent := p.pay(1, 20*fee, outs...)
	p.accept(parent)

	sweep := wire.NewMsgTx(2)
	sum := int64(0)
	for i, out := range parent.TxOut {
		sweep.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: parent.TxHash(), Index: uint32(i)}, push, nil))
		sum += out.Value
	}
	sweep.AddTxOut(wire.NewTxOut(sum-20*fee, p.script))
	p.refuse(sweep, "2505 legacy signature operations, more than 2500") // spends an output that waits
	p.mine(1)
	p.refuse(sweep, "2505 legacy signature operations, more than 2500") // and one that is mined

	sweep.TxIn = sweep.TxIn[:most]
	sweep.TxOut[0].Value -= parent.TxOut[0].Value
	p.accept(sweep)
}

// TestOrderOfArrival: a child may come right after its parent, and a
// transaction that pays more does not overtake.
func TestOrderOfArrival(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 20)
	var want []*wire.MsgTx
	for height := uint32(20); height > 0; height-- {
		tx := p.pay(height, fee*int64(21-height), p.script)
		p.accept(tx)
		want = append(want, tx)
		child := p.spend(wire.OutPoint{Hash: tx.TxHash()}, tx.TxOut[0].Value, fee, p.script)
		p.accept(child)
		want = append(want, child)
	}
	p.mine(1)
	b, err := p.Block(maturity + 21)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Transactions) != len(want)+1 {
		t.Fatalf("%d transactions in the block, want %d", len(b.Transactions)-1, len(want))
	}
	for i, tx := range want {
		if b.Transactions[i+1].TxHash() != tx.TxHash() {
			t.Errorf("transaction %d of the block is not the one that arrived as %d", i+1, i+1)
		}
	}
}

// TestSameBytes plays the same chain twice.
func TestSameBytes(t *testing.T) {
	play := func() []byte {
		p := newWallet(t)
		p.mine(maturity + 10)
		for height := uint32(10); height > 0; height-- {
			p.accept(p.pay(height, fee, p.script))
		}
		p.mine(2)
		return raw(t, p)
	}
	if !bytes.Equal(play(), play()) {
		t.Error("two chains of the same calls differ")
	}
}

// raw returns all headers and blocks of a source.
func raw(t *testing.T, src evidence.Source) []byte {
	t.Helper()
	var out bytes.Buffer
	first, err := src.First(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for h, err := range src.Headers(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		h.Serialize(&out)
	}
	for b, err := range src.Blocks(context.Background(), first) {
		if err != nil {
			t.Fatal(err)
		}
		b.Serialize(&out)
	}
	return out.Bytes()
}

func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	script := []byte{txscript.OP_TRUE}
	if _, err := regtest.New(dir, &chaincfg.MainNetParams, script); err == nil {
		t.Error("a chain of mainnet was made")
	}
	if _, err := regtest.New(dir, &chaincfg.RegressionNetParams, nil); err == nil {
		t.Error("a chain without a script to mine to was made")
	}
	c, err := regtest.New(dir, &chaincfg.RegressionNetParams, script)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := regtest.New(dir, &chaincfg.RegressionNetParams, script); err == nil {
		t.Error("a second chain was made in the same place")
	}
	if _, err := c.HashAt(1); err == nil {
		t.Error("there is a hash of a block to come")
	}
}
