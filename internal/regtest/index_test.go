package regtest_test

import (
	"testing"
	"time"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/wire/v2"
)

// next adds a block of a time and returns it.
func (p *wallet) next(now time.Time) *wire.MsgBlock {
	p.t.Helper()
	b, err := p.Next(now, p.script)
	if err == nil {
		err = p.Add(b)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// Blocks have the time that is given, or the first one that the median of eleven before allows.
func TestNext(t *testing.T) {
	p := newWallet(t)
	now := time.Unix(1_750_000_000, 5)
	for i, row := range []struct {
		given time.Time
		want  int64
	}{{now, 1_750_000_000}, {now, 1_750_000_001}, {now.Add(time.Hour), 1_750_003_600}, {now, 1_750_000_002}, {now.Add(-time.Hour), 1_750_000_002}} {
		b := p.next(row.given)
		if got := b.Header.Timestamp.Unix(); got != row.want {
			t.Errorf("block %d is of %d, want %d", i+1, got, row.want)
		}
	}
}

func TestIndex(t *testing.T) {
	p := newWallet(t)
	now := time.Unix(1_750_000_000, 0)
	for range maturity + 2 {
		p.next(now)
	}
	first := p.pay(1, fee, p.script)
	spent, out := first.TxIn[0].PreviousOutPoint, wire.OutPoint{Hash: first.TxHash()}
	want := func(height uint32, waits int) {
		t.Helper()
		if tx, at := p.Find(first.TxHash()); tx == nil || tx.TxHash() != first.TxHash() || at != height {
			t.Errorf("found %v at %d, want it at %d", tx, at, height)
		}
		by, mined := p.Spender(spent)
		if by == nil || by.TxHash() != first.TxHash() || mined != (height > 0) {
			t.Errorf("%v (mined %t) spends the coin", by, mined)
		}
		if u := p.Unspent(out, true); u == nil || u.Height != height || u.Coinbase || u.Value != first.TxOut[0].Value {
			t.Errorf("unspent %v, want the output at %d", u, height)
		}
		if u := p.Unspent(spent, true); u != nil {
			t.Errorf("%v is spent", u)
		}
		if got := len(p.Waiting()); got != waits {
			t.Errorf("%d wait, want %d", got, waits)
		}
	}
	if u := p.Unspent(spent, true); u == nil || u.Height != 1 || !u.Coinbase {
		t.Errorf("coin %v, want the coinbase of block 1", u)
	}
	p.accept(first)
	want(0, 1)
	if p.Unspent(spent, false) == nil || p.Unspent(out, false) != nil {
		t.Error("the mempool shows where only the chain was asked")
	}
	b := p.next(now)
	tip, _ := p.Tip()
	want(tip, 0)
	child := p.spend(out, first.TxOut[0].Value, fee, p.script)
	p.accept(child)

	// Taken back, both wait again; the next block is another one and has them both.
	if err := p.Invalidate(b.BlockHash()); err != nil {
		t.Fatal(err)
	}
	p.want(child, relay.Known, nil)
	if got := p.Waiting(); len(got) != 2 || got[0].TxHash() != first.TxHash() {
		t.Errorf("%d wait, want parent and child", len(got))
	}
	again := p.next(now)
	if height, hash := p.Tip(); height != tip || hash == b.BlockHash() || len(again.Transactions) != 3 {
		t.Errorf("block %d with %d transactions, want another one at %d with 3", height, len(again.Transactions), tip)
	}
	p.want(first, relay.Mined, nil)
	if err := p.Invalidate(b.BlockHash()); err == nil {
		t.Error("a block that is not in the chain was taken back")
	}
}

// A block that was displaced is not made again: the next is of a second later.
func TestNextDiffers(t *testing.T) {
	p := newWallet(t)
	now := time.Unix(1_750_000_000, 0)
	p.next(now)
	for i := range 3 {
		b := p.next(now)
		if got := b.Header.Timestamp.Unix() - now.Unix(); got != int64(i)+1 {
			t.Errorf("time %d after the first, want %d", got, i+1)
		}
		if err := p.Invalidate(b.BlockHash()); err != nil {
			t.Fatal(err)
		}
	}
	deep := p.next(now)
	for range 3 {
		p.next(now)
	}
	if err := p.Invalidate(deep.BlockHash()); err != nil {
		t.Fatal(err)
	}
	if height, _ := p.Tip(); height != 1 {
		t.Errorf("tip %d, want 1", height)
	}
}
