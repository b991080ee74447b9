package node_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/internal/corpus"
	"bevote/internal/node"
	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/lang"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// race is an election without a winner, up to the block before the refunds. In another run of it a
// candidate claims nevertheless, with shares that others gave it, so that there are a claim and a
// refund of one stake.
type race struct {
	rec           *record.Record
	blocks        []*wire.MsgBlock // of the whole election with refunds
	at            int              // the height before the refunds
	refund, claim *wire.MsgTx      // take the same stake
}

func newRace(t *testing.T) race {
	t.Helper()
	rec, blocks := lieRecord(t, "honest-nobody")
	_, others := lieRecord(t, "nobody-won-but-claimed")
	policy, err := rec.ReadFile(record.Policy)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lang.Load(policy)
	r := race{rec: rec, blocks: blocks, at: int(p.Times.Timeout)}
	claimed := make(map[wire.OutPoint]*wire.MsgTx)
	for _, b := range others[p.Times.VoteTo+1:] {
		for _, tx := range b.Transactions[1:] {
			for _, in := range tx.TxIn {
				claimed[in.PreviousOutPoint] = tx
			}
		}
	}
	for _, b := range blocks[r.at+1:] {
		for _, tx := range b.Transactions[1:] {
			if claim := claimed[tx.TxIn[0].PreviousOutPoint]; claim != nil && r.claim == nil {
				r.refund, r.claim = tx, claim
			}
		}
	}
	if r.claim == nil {
		t.Fatal("no stake is claimed in one election and refunded in the other")
	}
	r.rec = boardAt(t, rec, r.at)
	return r
}

// boardAt returns the record, without a chain, as it was when the tip was at a height.
func boardAt(t *testing.T, rec *record.Record, height int) *record.Record {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{record.Policy, record.Contract, record.Board} {
		text, err := rec.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == record.Board {
			end := 0
			if err := board.Read(bytes.NewReader(text), func(_ int, l board.Line) error {
				if int(l.Seen.Height) <= height {
					end += len(l.Encode()) + 1
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			text = text[:end]
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return rehearsaltest.Open(t, dir)
}

// lieRecord plays a lie and returns its record, and its blocks from genesis.
func lieRecord(t *testing.T, name string) (*record.Record, []*wire.MsgBlock) {
	t.Helper()
	l, ok := corpus.LieNamed(name)
	if !ok {
		t.Fatalf("no lie %s", name)
	}
	_, path := rehearsaltest.Run(t, rehearsal.Options{Seed: 1}, l.Run)
	rec := rehearsaltest.Open(t, path)
	return rec, nodetest.Blocks(t, rec)
}

// look audits with live nodes and returns V96.
func (r race) look(t *testing.T, state *verifier.State, nodes ...*node.Node) result.Check {
	t.Helper()
	opt := verifier.Options{Now: time.Now(), Live: true, State: state}
	for _, n := range nodes[1:] {
		opt.Also = append(opt.Also, n)
	}
	report, err := verifier.Audit(context.Background(), r.rec, nodes[0], opt)
	if err != nil {
		t.Fatal(err)
	}
	return check(report, "V96")
}

func wantRace(t *testing.T, c result.Check, status result.Status, words ...string) {
	t.Helper()
	if c.Status != status || c.Examined != c.Expected || (status == result.Skipped) != (c.Examined == 0) {
		t.Fatalf("V96 is %s %d/%d %s %v, want %s", c.Status, c.Examined, c.Expected, c.Reason, c.Items, status)
	}
	text := c.Reason
	for _, item := range c.Items {
		text += item.Where + ": " + item.Message + "\n"
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("V96 says %q, want %q", text, w)
		}
	}
}

// TestRefundRaceInTwoPools: a claim waits at one node and a refund of the same
// stake at another.
func TestRefundRaceInTwoPools(t *testing.T) {
	r := newRace(t)
	btcd, bitcoind := nodetest.StartBtcd(t), nodetest.StartBitcoind(t, r.blocks[:r.at+1])
	btcd.Feed(r.blocks[1 : r.at+1]...)
	one, two := btcd.Dial(), bitcoind.Dial()
	wantRace(t, r.look(t, nil, one, two), result.Skipped, "no pool shows a spend of a stake")
	btcd.Submit(r.claim)
	claim, refund := "claim by tx "+r.claim.TxHash().String(), "refund by tx "+r.refund.TxHash().String()
	wantRace(t, r.look(t, nil, one, two), result.Pass, claim, "waits at btcd://127.0.0.1:")
	bitcoind.SetMempool([]*wire.MsgTx{r.claim})
	wantRace(t, r.look(t, nil, one, two), result.Pass, claim)
	bitcoind.SetMempool([]*wire.MsgTx{r.refund})
	wantRace(t, r.look(t, nil, one, two), result.Fail, claim, refund, "btcd://127.0.0.1:", "bitcoind://127.0.0.1:")
	wantRace(t, r.look(t, nil, two), result.Pass, refund)
}

// TestRefundRaceSeenLater: a node shows a claim first and has the refund in a block later. The state
// of the first audit tells the second.
func TestRefundRaceSeenLater(t *testing.T) {
	r := newRace(t)
	btcd := nodetest.StartBtcd(t)
	btcd.Feed(r.blocks[1 : r.at+1]...)
	node, state := btcd.Dial(), new(verifier.State)
	btcd.Submit(r.claim)
	wantRace(t, r.look(t, state, node), result.Pass, "claim by tx")
	text, err := state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if state, err = verifier.DecodeState(text); err != nil {
		t.Fatal(err)
	}
	btcd.Feed(r.blocks[r.at+1:]...)
	wantRace(t, r.look(t, state, node), result.Fail,
		"claim by tx "+r.claim.TxHash().String()+" input ", "seen waiting before",
		"refund by tx "+r.refund.TxHash().String()+" input 0, in block ")
	wantRace(t, r.look(t, nil, node), result.Skipped, "no pool shows a spend of a stake")
}

// TestPoolsThatLie: what a node invents is no attempt to spend, or an error of the node.
func TestPoolsThatLie(t *testing.T) {
	r := newRace(t)
	bitcoind := nodetest.StartBitcoind(t, r.blocks[:r.at+1])
	live := bitcoind.Dial()
	forged := r.claim.Copy()
	forged.TxOut[0].Value--
	bitcoind.SetMempool([]*wire.MsgTx{forged})
	wantRace(t, r.look(t, nil, live), result.Skipped, "no pool shows a spend of a stake")

	bitcoind.SetMempool(nil) // too old to tell
	wantRace(t, r.look(t, nil, live), result.Skipped,
		"bitcoind://127.0.0.1:", "does not show its pool of unconfirmed transactions")

	bitcoind.SetMempool([]*wire.MsgTx{r.claim})
	bitcoind.Hook(func(method string) bool { return method != "getrawtransaction" })
	_, err := verifier.Audit(context.Background(), r.rec, live, verifier.Options{Now: time.Now(), Live: true})
	var lost *node.Error
	if !errors.As(err, &lost) {
		t.Errorf("a node lost while its pool is read: got %v", err)
	}
}

// TestTransactionLeavesPool: what was mined or dropped between two calls does not wait.
func TestTransactionLeavesPool(t *testing.T) {
	r := newRace(t)
	bitcoind := nodetest.StartBitcoind(t, r.blocks[:r.at+1])
	bitcoind.SetMempool([]*wire.MsgTx{r.refund})
	node := bitcoind.Dial()
	bitcoind.Hook(func(method string) bool {
		if method == "getrawtransaction" {
			bitcoind.SetMempool([]*wire.MsgTx{})
		}
		return true
	})
	txs, err := node.Waiting(context.Background(), []wire.OutPoint{r.refund.TxIn[0].PreviousOutPoint})
	if err != nil || len(txs) != 0 {
		t.Errorf("got %d transactions, %v, want none", len(txs), err)
	}
}
