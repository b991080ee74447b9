package tower_test

import (
	"errors"
	"strings"
	"testing"

	"bevote/internal/regtest"
	"bevote/internal/relay"
	"bevote/internal/tower"
	"bevote/templates"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Coins of these tests need no key: they pay to the hash of the script TRUE.
var (
	freeScript = templates.PayToRedeem([]byte{txscript.OP_TRUE})
	freeInput  = []byte{txscript.OP_DATA_1, txscript.OP_TRUE}
)

// embedded is an embedded chain as a tower's node shows it.
type embedded struct {
	*regtest.Chain
	t testing.TB
	// refuses is asked before a transaction is submitted.
	refuses func(tx *wire.MsgTx) error
	sent    int
}

func (c *embedded) Confirmations(op wire.OutPoint) (uint32, error) {
	out := c.Unspent(op, false)
	if out == nil {
		return 0, nil
	}
	tip, _ := c.Tip()
	return tip + 1 - out.Height, nil
}

func (c *embedded) Submit(tx *wire.MsgTx) error {
	c.sent++
	if c.refuses != nil {
		if err := c.refuses(tx); err != nil {
			return err
		}
	}
	return c.Chain.Submit(tx)
}

func (c *embedded) mine(n int) {
	c.t.Helper()
	if err := c.Mine(n); err != nil {
		c.t.Fatal(err)
	}
}

// newChain returns a chain of 104 blocks, and the coin of the first.
func newChain(t testing.TB) (*embedded, wire.OutPoint, int64) {
	t.Helper()
	chain, err := regtest.New(t.TempDir(), &chaincfg.RegressionNetParams, freeScript)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chain.Close() })
	c := &embedded{Chain: chain, t: t}
	c.mine(104)
	b, err := c.Block(1)
	if err != nil {
		t.Fatal(err)
	}
	tx := b.Transactions[0]
	return c, wire.OutPoint{Hash: tx.TxHash()}, tx.TxOut[0].Value
}

// refunds spend a coin from a height on with these fees.
func refunds(op wire.OutPoint, value int64, lock uint32, fees ...int64) (txs []*wire.MsgTx) {
	for _, fee := range fees {
		tx := wire.NewMsgTx(2)
		tx.LockTime = lock
		tx.AddTxIn(wire.NewTxIn(&op, freeInput, nil))
		tx.TxIn[0].Sequence = wire.MaxTxInSequenceNum - 2
		tx.AddTxOut(wire.NewTxOut(value-fee, templates.PayToKey([33]byte{2, 1})))
		txs = append(txs, tx)
	}
	return txs
}

func newTower(t testing.TB, txs ...*wire.MsgTx) *tower.Tower {
	t.Helper()
	w, err := tower.New(txs, 3)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// turn makes a turn and checks what is said of the one coin.
func turn(t testing.TB, w *tower.Tower, c tower.Chain, words string, done bool) {
	t.Helper()
	all, err := w.Turn(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || !strings.Contains(all[0].Text, words) || all[0].Done != done {
		t.Fatalf("%+v, want %q, done %t", all, words, done)
	}
}

func TestTakesBack(t *testing.T) {
	c, coin, value := newChain(t)
	txs := refunds(coin, value, 107, 8000, 500, 2000) // in any order
	cheapest := txs[1].TxHash().String()
	w := newTower(t, txs...)
	turn(t, w, c, "locked until block 107, in 3 blocks", false)
	c.mine(2)
	turn(t, w, c, "in 1 blocks", false)
	if c.sent > 0 {
		t.Error("sent before it was final")
	}
	c.mine(1)
	turn(t, w, c, cheapest+" waits", false)
	turn(t, w, c, cheapest+" waits", false)
	c.mine(1)
	turn(t, w, c, "taken back by "+cheapest+", 1 blocks deep", false)
	_, block := c.Tip()
	if err := c.Invalidate(block); err != nil { // a reorganisation
		t.Fatal(err)
	}
	turn(t, w, c, cheapest+" waits", false)
	c.mine(1)
	w = newTower(t, txs...) // a restart
	turn(t, w, c, "1 blocks deep", false)
	c.mine(2)
	turn(t, w, c, "3 blocks deep", true)
	sent := c.sent
	turn(t, w, c, "3 blocks deep", true)
	if c.sent != sent {
		t.Error("sent what is done")
	}
}

// What relays refuse is followed by what pays more; what waits is replaced after some blocks; and a tower
// that starts again goes on with what waits.
func TestPaysMore(t *testing.T) {
	c, coin, value := newChain(t)
	txs := refunds(coin, value, 104, 500, 2000, 8000)
	ids := []string{txs[0].TxHash().String(), txs[1].TxHash().String(), txs[2].TxHash().String()}
	floor := int64(1000)
	c.refuses = func(tx *wire.MsgTx) error {
		if value-tx.TxOut[0].Value < floor {
			return &relay.Error{Outcome: relay.Refused, ID: tx.TxHash(), Reason: errors.New("mempool min fee not met")}
		}
		return nil
	}
	w := newTower(t, txs...)
	turn(t, w, c, ids[1]+" waits", false)
	tip, _ := c.Tip()
	later := stuck{c, &tip}
	for range 5 {
		tip++
		turn(t, w, later, ids[1]+" waits", false)
	}
	tip++
	turn(t, w, later, ids[2]+" waits", false)
	w = newTower(t, txs...)
	turn(t, w, later, ids[2]+" waits", false)

	c, coin, value = newChain(t)
	c.refuses = func(tx *wire.MsgTx) error {
		return &relay.Error{Outcome: relay.Refused, ID: tx.TxHash(), Reason: errors.New("min relay fee")}
	}
	w = newTower(t, refunds(coin, value, 104, 500, 2000)...)
	turn(t, w, c, "not taken: ", false)
	c.refuses = nil
	turn(t, w, c, "waits", false)
}

// stuck is a chain whose blocks do not take what waits.
type stuck struct {
	*embedded
	tip *uint32
}

func (s stuck) Tip() (uint32, chainhash.Hash) { return *s.tip, chainhash.Hash{} }

// A coin that another transaction takes is given up when that is deep.
func TestTaken(t *testing.T) {
	c, coin, value := newChain(t)
	claim := refunds(coin, value, 0, 100_000)[0]
	w := newTower(t, refunds(coin, value, 106, 500)...)
	turn(t, w, c, "locked", false)
	if err := c.Submit(claim); err != nil {
		t.Fatal(err)
	}
	c.mine(1)
	turn(t, w, c, "spent by another transaction", false)
	_, block := c.Tip()
	if err := c.Invalidate(block); err != nil {
		t.Fatal(err)
	}
	turn(t, w, c, "locked", false)
	c.mine(3)
	turn(t, w, c, "spent by another transaction", false)
	c.mine(2)
	turn(t, w, c, "since block 107", true)
}

// A node that does not answer ends the turn, and the next one does what is due.
func TestUnreachable(t *testing.T) {
	c, coin, value := newChain(t)
	w := newTower(t, refunds(coin, value, 104, 500)...)
	c.refuses = func(tx *wire.MsgTx) error { return &relay.Error{Outcome: relay.Unreachable, ID: tx.TxHash()} }
	if _, err := w.Turn(c); err == nil {
		t.Error("no error of a node that does not answer")
	}
	c.refuses = nil
	turn(t, w, c, "waits", false)
}

func TestNew(t *testing.T) {
	_, coin, value := newChain(t)
	two := refunds(coin, value, 104, 500)[0]
	two.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: 1}, nil, nil))
	for name, txs := range map[string][]*wire.MsgTx{
		"nothing": nil, "two inputs": {two}, "a time": refunds(coin, value, 1_750_000_000, 500),
	} {
		if _, err := tower.New(txs, 3); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
