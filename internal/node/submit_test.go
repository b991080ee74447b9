package node_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/internal/devnet"
	"bevote/internal/node"
	"bevote/internal/node/nodetest"
	"bevote/internal/regtest"
	"bevote/internal/relay"
	"bevote/templates"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Coins of these tests need no key: they pay to the hash of the script TRUE.
var (
	freeScript = templates.PayToRedeem([]byte{txscript.OP_TRUE})
	freeInput  = []byte{txscript.OP_DATA_1, txscript.OP_TRUE}
)

// coinbases are blocks of an embedded chain that pay to freeScript.
func coinbases(t testing.TB, n int) *regtest.Chain {
	t.Helper()
	c, err := regtest.New(t.TempDir(), &chaincfg.RegressionNetParams, freeScript)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Mine(n); err != nil {
		t.Fatal(err)
	}
	return c
}

// spend spends outputs of freeScript to one, with a fee.
func spend(fee int64, from ...*wire.TxOut) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	tx.AddTxOut(wire.NewTxOut(-fee, freeScript))
	tx.AddTxOut(wire.NewTxOut(0, append([]byte{txscript.OP_RETURN, 20}, make([]byte, 20)...)))
	for _, out := range from {
		tx.TxOut[0].Value += out.Value
	}
	return tx
}

// subject is a node with a chain that grows by what was submitted to it.
type subject struct {
	url  string
	mine func() // a block with all that waits
	kill func()
	// sent is what the node accepted.
	sent func(tx *wire.MsgTx)
}

func devnetSubject(t *testing.T) subject {
	t.Helper()
	dir := t.TempDir()
	d, err := devnet.Open(dir, devnet.Options{Random: rand.Reader, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	mine := func(n int) {
		if _, err := d.Mine(n); err != nil {
			t.Fatal(err)
		}
	}
	mine(9)
	web := httptest.NewServer(d)
	t.Cleanup(web.Close)
	return subject{
		url:  "bitcoind://" + strings.TrimPrefix(web.URL, "http://") + "?cookie=" + filepath.Join(dir, ".cookie"),
		mine: func() { mine(1) }, kill: func() { web.CloseClientConnections(); web.Close() }, sent: func(*wire.MsgTx) {},
	}
}

func btcdSubject(t *testing.T) subject {
	t.Helper()
	b, twin := nodetest.StartBtcd(t), coinbases(t, 0)
	mine := func(n int) { // of now: a btcd whose newest block is a day old forgets nothing of its mempool
		for range n {
			block, err := twin.Next(time.Now(), freeScript)
			if err == nil {
				err = twin.Add(block)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	at := 0
	feed := func() {
		for tip, _ := twin.Tip(); at < int(tip); at++ {
			block, err := twin.Block(uint32(at + 1))
			if err != nil {
				t.Fatal(err)
			}
			b.Feed(block)
		}
	}
	mine(110)
	feed()
	return subject{
		url: b.URL(), kill: b.Kill,
		mine: func() { mine(1); feed() },
		sent: func(tx *wire.MsgTx) {
			if err := twin.Submit(tx); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func live(t *testing.T, url string, from uint32) *node.Live {
	t.Helper()
	u, err := node.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	l := node.NewLive(u, &chaincfg.RegressionNetParams, from, node.Options{
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	t.Cleanup(l.Close)
	return l
}

func snapshot(t *testing.T, l *node.Live) *node.Snapshot {
	t.Helper()
	s, err := l.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestOutcomes: what becomes of a transaction has a type, at each kind of node.
func TestOutcomes(t *testing.T) {
	t.Run("devnet", func(t *testing.T) { outcomes(t, devnetSubject(t)) })
	t.Run("btcd", func(t *testing.T) { outcomes(t, btcdSubject(t)) })
}

func outcomes(t *testing.T, n subject) {
	l := live(t, n.url, 1)
	s := snapshot(t, l)
	var coins []wire.OutPoint
	var values []int64
	for step, err := range s.Since(node.Point{}) {
		if err != nil {
			t.Fatal(err)
		}
		tx := step.Block.Transactions[0]
		coins, values = append(coins, wire.OutPoint{Hash: tx.TxHash()}), append(values, tx.TxOut[0].Value)
	}
	// pay spends the coinbase at a height.
	pay := func(height int, fee int64) *wire.MsgTx {
		tx := spend(fee, wire.NewTxOut(values[height-1], nil))
		tx.AddTxIn(wire.NewTxIn(&coins[height-1], freeInput, nil))
		return tx
	}
	want := func(what string, tx *wire.MsgTx, outcome relay.Outcome, other *wire.MsgTx) {
		t.Helper()
		err := s.Submit(tx)
		got := relay.OutcomeOf(err)
		if got == relay.Accepted && outcome == relay.Known && strings.HasPrefix(n.url, "bitcoind") {
			got = relay.Known // Bitcoin Core relays it again
		}
		conflict := relay.ConflictOf(err)
		if got != outcome || (conflict == nil) != (other == nil) || conflict != nil && conflict.TxHash() != other.TxHash() {
			t.Errorf("%s: %s, %v; want %s", what, got, err, outcome)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %v", what, err)
		}
		if err == nil && outcome == relay.Accepted {
			n.sent(tx)
		}
	}
	const fee = 2000
	first, other := pay(1, fee), pay(1, 2*fee)
	want("new", first, relay.Accepted, nil)
	want("again", first, relay.Known, nil)
	want("a second spend, first waiting", other, relay.Conflict, first)
	child := spend(fee, first.TxOut[0])
	child.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: first.TxHash()}, freeInput, nil))
	want("its child", child, relay.Accepted, nil)

	signals := func(tx *wire.MsgTx) *wire.MsgTx { tx.TxIn[0].Sequence = wire.MaxTxInSequenceNum - 2; return tx }
	low, lower, high := signals(pay(2, 2*fee)), signals(pay(2, fee)), signals(pay(2, 4*fee))
	want("replaceable", low, relay.Accepted, nil)
	want("a replacement that pays less", lower, relay.Conflict, low)
	want("a replacement that pays more", high, relay.Accepted, nil)
	want("what was replaced", low, relay.Conflict, high)

	want("without a fee", pay(3, 0), relay.Refused, nil)
	dust := pay(3, fee)
	dust.TxOut[0].Value, dust.TxOut[1] = dust.TxOut[0].Value-100, wire.NewTxOut(100, freeScript)
	want("dust", dust, relay.Refused, nil)
	early := signals(pay(3, fee))
	early.LockTime = 500
	want("not final", early, relay.Refused, nil)
	forged := pay(3, fee)
	forged.TxIn[0].SignatureScript = []byte{txscript.OP_DATA_1, txscript.OP_FALSE}
	want("a wrong script", forged, relay.Refused, nil)
	orphan := pay(3, fee)
	orphan.TxIn[0].PreviousOutPoint.Index = 7
	want("an unknown coin", orphan, relay.Refused, nil)
	young := pay(105, fee)
	want("an immature coin", young, relay.Refused, nil)

	n.mine()
	s = snapshot(t, l)
	want("mined and spent", first, relay.Mined, nil)
	want("mined", child, relay.Mined, nil)
	want("a second spend, first mined", other, relay.Conflict, first)
	want("a second spend, asked again", other, relay.Conflict, first)
	want("a replacement after the block", low, relay.Conflict, high)
	want("an unknown coin again", orphan, relay.Refused, nil)

	n.kill()
	want("without a node", pay(4, fee), relay.Unreachable, nil)
}

// TestCoreAnswers: the codes and words of Bitcoin Core, of several versions.
func TestCoreAnswers(t *testing.T) {
	var blocks []*wire.MsgBlock
	for b, err := range coinbases(t, 3).Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	tx := spend(2000, blocks[1].Transactions[0].TxOut[0])
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: blocks[1].Transactions[0].TxHash()}, freeInput, nil))
	other := tx.Copy()
	other.TxOut[0].Value--
	for _, row := range []struct {
		code    int
		words   string
		pool    []*wire.MsgTx // nil: a node that does not say what waits
		outcome relay.Outcome
		other   bool
	}{
		{-26, "txn-mempool-conflict", nil, relay.Conflict, false},
		{-26, "txn-mempool-conflict", []*wire.MsgTx{other}, relay.Conflict, true},
		{-26, "insufficient fee, rejecting replacement 00, less fees than conflicting txs; 0.1 < 0.2", nil, relay.Conflict, false},
		{-26, "insufficient fee, rejecting replacement 00", []*wire.MsgTx{other}, relay.Conflict, true},
		{-26, "txn-already-in-mempool", nil, relay.Known, false},
		{-26, "txn-same-nonwitness-data-in-mempool", nil, relay.Known, false},
		{-26, "whatever", []*wire.MsgTx{tx}, relay.Known, false},
		{-26, "txn-already-known", nil, relay.Mined, false},
		{-27, "Transaction already in block chain", nil, relay.Mined, false},
		{-27, "Transaction outputs already in utxo set", nil, relay.Mined, false},
		{-26, "min relay fee not met, 0 < 141", []*wire.MsgTx{}, relay.Refused, false},
		{-26, "dust, tx with dust output must be 0-fee", []*wire.MsgTx{}, relay.Refused, false},
		{-26, "non-final", nil, relay.Refused, false},
		{-26, "mempool-script-verify-flag-failed (Script evaluated without error but finished with a false/empty top stack element)", nil, relay.Refused, false},
		{-25, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)", nil, relay.Refused, false},
		{-25, "bad-txns-inputs-missingorspent", []*wire.MsgTx{}, relay.Refused, false},
		{-25, "Missing inputs", nil, relay.Refused, false},
		{-22, "TX decode failed. Make sure the tx has at least one input.", nil, relay.Refused, false},
		{-28, "Loading block index…", nil, relay.Unreachable, false},
		{-32601, "Method not found", nil, relay.Unreachable, false},
		{-1, "something else", nil, relay.Unreachable, false},
	} {
		core := nodetest.StartBitcoind(t, blocks)
		core.SetMempool(row.pool)
		s := snapshot(t, live(t, core.URL(), 0))
		core.SetMood(nodetest.Refusing("sendrawtransaction", row.code, row.words))
		err := s.Submit(tx)
		if got := relay.OutcomeOf(err); got != row.outcome || (relay.ConflictOf(err) != nil) != row.other {
			t.Errorf("%d %s: %s, %v; want %s", row.code, row.words, got, err, row.outcome)
		}
		if err == nil || !strings.Contains(err.Error(), "bitcoind://127.0.0.1") {
			t.Errorf("%d: %v does not name the node", row.code, err)
		}
	}
	core := nodetest.StartBitcoind(t, blocks)
	s := snapshot(t, live(t, core.URL(), 0))
	core.SetMood(nodetest.Whitelist("getblockcount"))
	if got := relay.OutcomeOf(s.Submit(tx)); got != relay.Unreachable {
		t.Errorf("a call that is forbidden: %s, want unreachable", got)
	}
}

// TestAnswersThatLie: a node that answers nonsense is one that does not answer.
func TestAnswersThatLie(t *testing.T) {
	var blocks []*wire.MsgBlock
	for b, err := range coinbases(t, 3).Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	core := nodetest.StartBitcoind(t, blocks)
	lies := make(map[string]string) // results, by method
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var call struct{ Method string }
		if json.Unmarshal(body, &call) == nil && lies[call.Method] != "" {
			fmt.Fprintf(w, `{"result":%s,"error":null,"id":0}`, lies[call.Method])
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		core.ServeHTTP(w, r)
	}))
	defer web.Close()
	_, cookie, _ := strings.Cut(core.URL(), "?")
	url := "bitcoind://" + strings.TrimPrefix(web.URL, "http://") + "?" + cookie
	tx := spend(2000, blocks[1].Transactions[0].TxOut[0])
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: blocks[1].Transactions[0].TxHash()}, freeInput, nil))
	s := snapshot(t, live(t, url, 1))
	for _, answer := range []string{`"` + strings.Repeat("0", 64) + `"`, `7`, `"zz"`, `{}`} {
		lies["sendrawtransaction"] = answer
		if got := relay.OutcomeOf(s.Submit(tx)); got != relay.Unreachable {
			t.Errorf("sendrawtransaction %s: %s, want unreachable", answer, got)
		}
	}
	for _, answer := range []string{`7`, `"zz"`, `{"confirmations":-1}`, `[]`} {
		lies["gettxout"] = answer
		if n, err := s.Confirmations(wire.OutPoint{}); err == nil {
			t.Errorf("gettxout %s: %d confirmations", answer, n)
		}
	}
	for _, answer := range []string{`7`, `"zz"`, `[]`} {
		lies["getblockchaininfo"] = answer
		if _, err := live(t, url, 1).Snapshot(context.Background()); err == nil {
			t.Errorf("getblockchaininfo %s: a snapshot", answer)
		}
	}
	var err error
	lies["getblockheader"] = `"` + strings.Repeat("00", 80) + `"`
	for _, err = range s.Since(node.Point{Height: 3, Hash: blocks[2].BlockHash()}) {
	}
	wantLine(t, err, "another header")
}
