package regtest_test

import (
	"testing"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// want submits a transaction and checks the outcome; other is the conflicting transaction.
func (p *wallet) want(tx *wire.MsgTx, outcome relay.Outcome, other *wire.MsgTx) {
	p.t.Helper()
	err := p.Submit(tx)
	if got := relay.OutcomeOf(err); got != outcome {
		p.t.Fatalf("outcome %s (%v), want %s", got, err, outcome)
	}
	got := relay.ConflictOf(err)
	if (got == nil) != (other == nil) || got != nil && got.TxHash() != other.TxHash() {
		p.t.Fatalf("%v, want a conflict with %v", err, other)
	}
}

// replaceable pays like pay, and signals that it may be replaced.
func (p *wallet) replaceable(height uint32, fee int64) *wire.MsgTx {
	p.t.Helper()
	tx := p.pay(height, fee, p.script)
	tx.TxIn[0].Sequence = wire.MaxTxInSequenceNum - 2
	sig, err := txscript.SignatureScript(tx, 0, p.script, txscript.SigHashAll, p.key, true)
	if err != nil {
		p.t.Fatal(err)
	}
	tx.TxIn[0].SignatureScript = sig
	return tx
}

func TestOutcomes(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)
	first := p.pay(1, fee, p.script)
	p.want(first, relay.Accepted, nil)
	p.want(first, relay.Known, nil)
	other := p.pay(1, 2*fee, p.script)
	p.want(other, relay.Conflict, first)
	p.mine(1)
	p.want(first, relay.Mined, nil)
	p.want(other, relay.Conflict, first)
	child := p.spend(wire.OutPoint{Hash: first.TxHash()}, first.TxOut[0].Value, fee, p.script)
	p.want(child, relay.Accepted, nil)
	p.want(first, relay.Mined, nil) // also when all that it pays is spent
	p.mine(1)
	p.want(first, relay.Mined, nil)
	p.want(p.pay(2, 0, p.script), relay.Refused, nil)
	nothing := p.pay(2, fee, p.script)
	nothing.TxIn[0].PreviousOutPoint.Index = 9
	p.want(nothing, relay.Refused, nil)
}

// A transaction that signals it is replaced by one that pays more for its bytes, and by no other. A
// block has the replacement alone.
func TestReplacement(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)
	first, cheaper, dearer := p.replaceable(1, 2*fee), p.replaceable(1, fee), p.replaceable(1, 4*fee)
	p.want(first, relay.Accepted, nil)
	p.want(cheaper, relay.Conflict, first)
	p.want(dearer, relay.Accepted, nil)
	p.want(first, relay.Conflict, dearer)
	if p.Pending() != 1 {
		t.Errorf("%d transactions wait, want 1", p.Pending())
	}
	p.mine(1)
	tip, _ := p.Tip()
	if b, _ := p.Block(tip); len(b.Transactions) != 2 || b.Transactions[1].TxHash() != dearer.TxHash() {
		t.Errorf("block %d does not hold the replacement alone", tip)
	}
}

// A chain without its database does not answer.
func TestUnreachable(t *testing.T) {
	p := newWallet(t)
	p.mine(maturity + 5)
	tx := p.pay(1, fee, p.script)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.want(tx, relay.Unreachable, nil)
}
