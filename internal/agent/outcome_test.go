package agent_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"

	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/templates"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
)

// end is a height at which all is over.
func (w *world) end() uint32 { return w.Policy.Times.Reveal + 6*w.Policy.Depth() }

// outcome is what is the same however an election was disturbed.
type outcome struct {
	verdict string
	sats    map[string]int64 // by output script
}

// outcome audits what board and chain show.
func (w *world) outcome() outcome {
	w.t.Helper()
	path := rehearsaltest.Write(w.t, func(rec *record.Writer) error {
		var text []byte
		for _, l := range w.server.lines {
			text = append(append(text, l.Encode()...), '\n')
		}
		return errors.Join(rec.WriteFile(record.Policy, w.PolicyFile), rec.WriteFile(record.Contract, w.ContractFile),
			rec.WriteFile(record.Board, text), chainfile.Export(context.Background(), rec, w.chain, w.Policy.AnnouncedFrom()))
	})
	r := rehearsaltest.Audit(w.t, path)
	winner := ""
	if r.Winner != nil {
		winner = *r.Winner
	}
	return outcome{fmt.Sprintf("level %s, exit %d, winner %q, %d votes, counts %v: %s %s", r.Level, r.Exit, winner, r.Votes, r.Counts,
		r.Verdict, rehearsaltest.Failing(r)), w.balances()}
}

// balances returns the unspent satoshis by output script.
func (w *world) balances() map[string]int64 {
	unspent := make(map[wire.OutPoint]*wire.TxOut)
	tip, _ := w.chain.Tip()
	for height := uint32(1); height <= tip; height++ {
		b, err := w.chain.Block(height)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, tx := range b.Transactions {
			for _, in := range tx.TxIn {
				delete(unspent, in.PreviousOutPoint)
			}
			id := tx.TxHash()
			for i, out := range tx.TxOut {
				unspent[wire.OutPoint{Hash: id, Index: uint32(i)}] = out
			}
		}
	}
	sums := make(map[string]int64)
	for _, out := range unspent {
		if out.Value > 0 {
			sums[fmt.Sprintf("%x", out.PkScript)] += out.Value
		}
	}
	return sums
}

// sample returns the games that are played without -all.
func sample() map[string]game {
	some := games()
	if !*all {
		delete(some, "dealt")
	}
	return some
}

// calm is what comes of a game without any failure, and how many operations it takes.
type calm struct {
	outcome
	ops int
}

var played sync.Map // calm by name of the game

// undisturbed plays a game without any failure.
func undisturbed(t *testing.T, name string) calm {
	t.Helper()
	if c, ok := played.Load(name); ok {
		return c.(calm)
	}
	w := newWorld(t, games()[name])
	w.play(w.end())
	c := calm{w.outcome(), w.ops}
	w.same(c)
	played.Store(name, c)
	return c
}

// same fails where an outcome is another one.
func (w *world) same(want calm) {
	w.t.Helper()
	got := w.outcome()
	if got.verdict != want.verdict {
		w.t.Errorf("%s (failure %d at operation %d):\n got %s\nwant %s", w.failed, w.fails, w.failedAt, got.verdict, want.verdict)
	}
	if !maps.Equal(got.sats, want.sats) {
		w.t.Errorf("%s (failure %d at operation %d): other money:\n got %v\nwant %v", w.failed, w.fails, w.failedAt, got.sats, want.sats)
	}
	for _, h := range w.homes {
		if !h.status.Over {
			w.t.Errorf("%s (failure %d at operation %d): the %s is not over:\n%s", w.failed, w.fails, w.failedAt, h.name, h.status)
		}
	}
}

// noLess fails where a voter has less than in another outcome.
func (w *world) noLess(want calm) {
	w.t.Helper()
	others := map[string]bool{string(templates.PayToKey(w.Policy.Supervisor)): true}
	for _, c := range w.Policy.Candidates {
		others[string(c.Payout)] = true
	}
	got := w.balances()
	for script, sats := range want.sats {
		raw, err := hex.DecodeString(script)
		if err != nil {
			w.t.Fatal(err)
		}
		if got[script] < sats && !others[string(raw)] {
			w.t.Errorf("%s: %s has %d sat, want %d", w.failed, script, got[script], sats)
		}
	}
}
