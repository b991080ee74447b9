package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bevote/internal/node"
	"bevote/internal/node/nodetest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// pauses is a Sleep that notes the durations and does not wait.
type pauses struct{ all []time.Duration }

func (p *pauses) sleep(ctx context.Context, d time.Duration) error {
	p.all = append(p.all, d)
	return ctx.Err()
}

// dialed connects to the server with a clock of its own.
func dialed(t *testing.T, b *nodetest.Bitcoind, sleep func(context.Context, time.Duration) error) (*node.Node, error) {
	t.Helper()
	u, err := node.ParseURL(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Dial(context.Background(), u, node.Options{Sleep: sleep})
	if err == nil {
		t.Cleanup(n.Close)
	}
	return n, err
}

// auditMethods are the methods that docs/audit.md says an audit needs.
var auditMethods = []string{"getblockcount", "getbestblockhash", "getblockhash", "getblockheader", "getblock"}

// TestMoods: what a node answers that is in trouble. The audit has the result all the same, or ends
// with one line that names the node and quotes it.
func TestMoods(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	for _, row := range []struct {
		name  string
		mood  nodetest.Mood
		error string // "" where the audit has a result
	}{
		{"calm", nil, ""},
		{"work queue full now and then", nodetest.WorkQueueFull(7), ""},
		{"work queue full", nodetest.WorkQueueFull(1), `getblockcount: the node is busy, status 503: "Work queue depth exceeded"`},
		{"rate limited now and then", nodetest.RateLimited(50), ""},
		{"rate limited", nodetest.RateLimited(1), `status 429: "{\"error\":\"rate limited\"}"`},
		{"just started", nodetest.Starting(3), ""},
		{"starts for ever", nodetest.Starting(1 << 20), `the node refuses with "Loading block index…" (-28)`},
		{"a login page", nodetest.LoginPage(), `status 200 and no JSON-RPC answer: "<html>log in</html>"`},
		{"pruned", nodetest.Pruned(), `getblock: the node refuses with "Block not available (pruned data)" (-1)`},
		{"a user with a whitelist", nodetest.Whitelist(auditMethods...), ""},
		{"a whitelist without getblock", nodetest.Whitelist(auditMethods[:4]...), "getblock: the node forbids this call to the user (status 403"},
		{"a method is gone", nodetest.Lacking("getblockheader"), `getblockheader: the node refuses with "Method not found" (-32601)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := nodetest.StartBitcoind(t, blocks)
			server.SetMood(row.mood)
			n, err := dialed(t, server, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
			var r *result.Report
			if err == nil {
				r, err = verifier.Audit(context.Background(), rec, n, verifier.Options{Now: time.Now(), Live: true})
			}
			if row.error == "" {
				if err != nil || r.Exit != result.ExitProven {
					t.Fatalf("got %v, %v, want a result", r, err)
				}
				return
			}
			var of *node.Error
			if !errors.As(err, &of) || !strings.Contains(err.Error(), row.error) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line of a node with %q", err, row.error)
			}
		})
	}
}

// TestPauses: a busy node is asked again, later each time, not for ever, and no sooner than it says.
func TestPauses(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	server := nodetest.StartBitcoind(t, blocks[:3])
	for _, row := range []struct {
		name    string
		mood    nodetest.Mood
		seconds []time.Duration
	}{
		{"503", nodetest.WorkQueueFull(1), []time.Duration{1, 2, 4, 8, 16}},
		{"429 with Retry-After", nodetest.RateLimited(1), []time.Duration{7, 7, 7, 8, 16}},
		{"two refusals", nodetest.Starting(2), []time.Duration{1, 2}},
		{"a refusal for ever", nodetest.Lacking("getblockcount"), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			server.SetMood(row.mood)
			var p pauses
			_, _ = dialed(t, server, p.sleep)
			if len(p.all) != len(row.seconds) {
				t.Fatalf("paused %v, want %d pauses", p.all, len(row.seconds))
			}
			for i, d := range p.all {
				if d != row.seconds[i]*time.Second {
					t.Errorf("pause %d is %v, want %d s", i+1, d, row.seconds[i])
				}
			}
		})
	}
	server.SetMood(nodetest.WorkQueueFull(1))
	if _, err := dialed(t, server, func(context.Context, time.Duration) error { return context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation of a pause", err)
	}
}

// TestBatchLimit: a server that takes short batches only is asked in short batches.
func TestBatchLimit(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	server := nodetest.StartBitcoind(t, blocks)
	server.LimitBatches(100)
	wantHeaders(t, server.Dial(), blocks)
}

// TestNoMempool: a node that does not show its mempool to this user is no failure of the audit (V96).
func TestNoMempool(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	for _, row := range []struct {
		name string
		mood nodetest.Mood
	}{
		{"old", nodetest.Lacking("gettxspendingprevout")},
		{"whitelist", nodetest.Whitelist(auditMethods...)},
		{"index unfinished", nodetest.IndexUnfinished()},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := nodetest.StartBitcoind(t, blocks)
			server.SetMood(row.mood)
			txs, err := server.Dial().Waiting(context.Background(), []wire.OutPoint{{Index: 1}})
			if len(txs) > 0 || !errors.Is(err, evidence.ErrNoMempool) {
				t.Errorf("got %v, %v, want no mempool", txs, err)
			}
		})
	}
}

// TestReadsOn: what was read before a node failed is in the state, and the next audit reads on from there.
func TestReadsOn(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	server := nodetest.StartBitcoind(t, blocks)
	n := server.Dial()
	var state verifier.State
	audit := func(fails int64) (r *result.Report, asked int64, err error) {
		var count atomic.Int64 // the node is asked for several blocks at once
		server.Hook(func(method string) bool { return method != "getblock" || count.Add(1) != fails })
		r, err = verifier.Audit(context.Background(), rec, n, verifier.Options{Now: time.Now(), Live: true, State: &state})
		return r, count.Load(), err
	}
	if _, _, err := audit(150); err == nil || state.IsZero() {
		t.Fatalf("got %v, want a failure, and a state", err)
	}
	text, err := state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.DecodeState(text); err != nil {
		t.Error(err)
	}
	r, asked, err := audit(0)
	if err != nil || r.Exit != result.ExitProven || check(r, "V99").Status != result.Pass {
		t.Fatalf("got %v, %v, want a result", r, err)
	}
	if most := int64(len(blocks) - 140); asked > most {
		t.Errorf("asked for %d blocks, want at most %d", asked, most)
	}
}

// TestSecondNodeFails: what two nodes have shown alike before the second failed is in the state.
func TestSecondNodeFails(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	first, second := nodetest.StartBitcoind(t, blocks), nodetest.StartBitcoind(t, blocks)
	one, two := first.Dial(), second.Dial()
	var state verifier.State
	audit := func(fails int64) (*result.Report, int64, error) {
		var count atomic.Int64
		second.Hook(func(method string) bool { return method != "getblock" || count.Add(1) != fails })
		r, err := verifier.Audit(context.Background(), rec, one,
			verifier.Options{Now: time.Now(), Live: true, State: &state, Also: []evidence.Source{two}})
		return r, count.Load(), err
	}
	if _, _, err := audit(150); err == nil || state.IsZero() {
		t.Fatalf("got %v, want a failure, and a state", err)
	}
	r, asked, err := audit(0)
	if err != nil || r.Exit != result.ExitProven || check(r, "V12").Status != result.Pass {
		t.Fatalf("got %v, %v, want a result", r, err)
	}
	if most := int64(len(blocks) - 140); asked > most {
		t.Errorf("asked for %d blocks, want at most %d", asked, most)
	}
}

// TestMethodsAreDocumented: docs/audit.md lists the methods that TestMoods shows to be enough.
func TestMethodsAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "audit.md"))
	if err != nil {
		t.Fatal(err)
	}
	if row := "| `" + strings.Join(auditMethods, "`, `") + "` |"; !strings.Contains(string(page), row) {
		t.Errorf("docs/audit.md has no row %s", row)
	}
}
