package node_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bevote/internal/node"
	"bevote/internal/node/nodetest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

func TestNodeURL(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"btcd://u:p@127.0.0.1:18334?cert=rpc.cert", "btcd://127.0.0.1:18334"},
		{"btcd://u:p@[::1]:18334", "btcd://[::1]:18334"},
		{"bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie", "bitcoind://127.0.0.1:8332"},
		{"bitcoind://u:p%40%2F@node.example:8332/", "bitcoind://node.example:8332"},
	} {
		u, err := node.ParseURL(row.text)
		if err != nil || u.String() != row.want {
			t.Errorf("%s: got %s, %v, want %s", row.text, u, err, row.want)
		}
	}
	const secret = "hunter2"
	for _, text := range []string{
		"", "127.0.0.1:8332", "http://u:hunter2@127.0.0.1:8332",
		"btcd://u:hunter2@127.0.0.1", "btcd://u:hunter2@:18334",
		"btcd://127.0.0.1:18334", "btcd://u@127.0.0.1:18334",
		"btcd://u:hunter2@127.0.0.1:18334/path", "btcd://u:hunter2@h:1#x",
		"btcd://u:hunter2@h:1?cookie=f", "bitcoind://u:hunter2@h:1?cookie=f",
		"bitcoind://h:1", "bitcoind://h:1?cookie=", "bitcoind://h:1?cookie=a&cookie=b", "bitcoind://h:1?cert=f",
		"btcd://u:hunter2/@h:1", "btcd://u:hunter2%zz@h:1", "btcd://u:hunter2@h:1?%zz",
	} {
		if u, err := node.ParseURL(text); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: got %s, %v, want an error without the password", text, u, err)
		}
	}
}

// FuzzNodeURL: what is accepted names a host and hides the rest.
func FuzzNodeURL(f *testing.F) {
	f.Add("btcd://u:hunter2@127.0.0.1:18334?cert=rpc.cert")
	f.Add("bitcoind://127.0.0.1:8332?cookie=.cookie")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := node.ParseURL(text)
		if err != nil {
			return
		}
		again, err := node.ParseURL(strings.Replace(u.String(), "://", "://u:hunter2@", 1))
		if err != nil || again.String() != u.String() {
			t.Errorf("%q prints as %q, which reads as %q, %v", text, u, again, err)
		}
	})
}

// TestNodeRefuses: what can go wrong on the way to a node is one line that
// names the node and no secret.
func TestNodeRefuses(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	btcd, bitcoind := nodetest.StartBtcd(t), nodetest.StartBitcoind(t, blocks)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	bad := filepath.Join(t.TempDir(), "cookie")
	if err := os.WriteFile(bad, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, url, words string }{
		{"nobody listens, websocket", "btcd://u:hunter2@" + nobody, "connection refused"},
		{"nobody listens, HTTP", "bitcoind://u:hunter2@" + nobody, "connection refused"},
		{"wrong password, websocket", strings.Replace(btcd.URL(), "not%2F", "hunter2", 1), "refuses user and password"},
		{"wrong password, HTTP", bitcoind.UserURL("hunter2"), "refuses user and password"},
		{"no certificate", strings.Replace(btcd.URL(), "rpc.cert", "none.cert", 1), "certificate: "},
		{"a certificate of nobody", strings.Split(btcd.URL(), "?")[0], "certificate"},
		{"no cookie", bitcoind.URL() + "x", "cookie: "},
		{"a cookie that is none", strings.Split(bitcoind.URL(), "?")[0] + "?cookie=" + bad, "want user:password"},
		{"a node of another kind", "bitcoind" + strings.Split(strings.TrimPrefix(btcd.URL(), "btcd"), "?")[0], ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			u, err := node.ParseURL(row.url)
			if err != nil {
				t.Fatal(err)
			}
			_, err = node.Dial(context.Background(), u, node.Options{})
			var node *node.Error
			if !errors.As(err, &node) || !strings.HasPrefix(err.Error(), u.String()+": ") ||
				!strings.Contains(err.Error(), row.words) {
				t.Errorf("got %v, want an error of %s with %q", err, u, row.words)
			}
			for _, secret := range []string{"hunter2", nodetest.Password, "not%2F", "\n"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows %q: %v", secret, err)
				}
			}
		})
	}
}

// TestNodeIsLost: a node that goes away in the middle of an audit ends it with
// an error that says so, at once.
func TestNodeIsLost(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	btcd, bitcoind := nodetest.StartBtcd(t), nodetest.StartBitcoind(t, blocks)
	btcd.Feed(blocks[1:]...)
	for _, row := range []struct {
		name string
		node *node.Node
		kill func()
	}{
		{"btcd", btcd.Dial(), btcd.Kill},
		{"bitcoind", bitcoind.Dial(), func() {
			bitcoind.Hook(func(method string) bool { return method != "getblock" })
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			killed := false
			_, err := verifier.Audit(context.Background(), rec, row.node, verifier.Options{
				Progress: func(stage string, done, _ int) {
					if stage == "following the chain" && done == 1 && !killed {
						killed = true
						row.kill()
					}
				}})
			var node *node.Error
			if !killed || !errors.As(err, &node) {
				t.Fatalf("got %v, want a node's error", err)
			}
			t.Log(err)
		})
	}
}

// lying is a chain with other blocks at some heights.
type lying struct {
	evidence.Source
	instead map[uint32]*wire.MsgBlock
}

func (l lying) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		height := from
		for b, err := range l.Source.Blocks(ctx, from) {
			if other := l.instead[height]; other != nil {
				b = other
			}
			if !yield(b, err) {
				return
			}
			height++
		}
	}
}

// TestSourcesDisagree: with two sources the first difference is named, and the
// exit code says that neither can be relied on.
func TestSourcesDisagree(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	last := len(blocks) - 1
	honest := nodetest.StartBitcoind(t, blocks)
	fork := append(append([]*wire.MsgBlock{}, blocks[:last-2]...), nodetest.Fork(t, blocks, last-3, 2)...)
	hidden := withoutLastTx(blocks[121])
	for _, row := range []struct {
		name  string
		other evidence.Source
		exit  int
		words string
	}{
		{"the same twice", nodetest.StartBitcoind(t, blocks).Dial(), 0, ""},
		{"a fork", nodetest.StartBitcoind(t, fork).Dial(), 40, "height " + strconv.Itoa(last-2)},
		{"a vote left out", lying{honest.Dial(), map[uint32]*wire.MsgBlock{121: hidden}}, 40, "height 121"},
		{"one block behind", nodetest.StartBitcoind(t, blocks[:last]).Dial(), 40,
			"height " + strconv.Itoa(last-1)}, // confirmations 1
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, swapped := range []bool{false, true} {
				first, second := evidence.Source(honest.Dial()), row.other
				if swapped {
					first, second = second, first
				}
				r, err := verifier.Audit(context.Background(), rec, first, verifier.Options{
					Now: time.Now(), Live: true, Also: []evidence.Source{second},
				})
				if err != nil {
					t.Fatal(err)
				}
				v12 := check(r, "V12")
				if r.Exit != row.exit || (row.exit == 40) != (v12.Status == result.Fail) || v12.Examined == 0 {
					t.Fatalf("exit %d, V12 %v, want exit %d", r.Exit, v12, row.exit)
				}
				if row.exit == 40 &&
					(r.Level != result.LevelNone || len(v12.Items) != 1 || v12.Items[0].Where != row.words) {
					t.Errorf("level %s, items %v, want one at %s", r.Level, v12.Items, row.words)
				}
			}
		})
	}
}

func withoutLastTx(b *wire.MsgBlock) *wire.MsgBlock {
	out := *b
	out.Transactions = b.Transactions[:len(b.Transactions)-1]
	return &out
}

func check(r *result.Report, id string) result.Check {
	for _, c := range r.Checks {
		if c.ID == id {
			return c
		}
	}
	return result.Check{}
}

// TestNodeFollowsReorg: headers read again are those of the new best chain, and
// blocks are those of the headers last read, whatever the node does meanwhile.
func TestNodeFollowsReorg(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	last := len(blocks) - 1
	fork := append(append([]*wire.MsgBlock{}, blocks[:last-4]...), nodetest.Fork(t, blocks, last-5, 7)...)
	btcd, bitcoind := nodetest.StartBtcd(t), nodetest.StartBitcoind(t, blocks)
	btcd.Feed(blocks[1:]...)
	for _, row := range []struct {
		name  string
		node  *node.Node
		reorg func()
	}{
		{"btcd", btcd.Dial(), func() { btcd.Feed(fork[last-4:]...) }},
		{"bitcoind", bitcoind.Dial(), func() { bitcoind.Follow(fork) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			wantChanged(t, row.node, true) // nothing was seen yet
			wantHeaders(t, row.node, blocks)
			wantChanged(t, row.node, false)
			row.reorg()
			wantChanged(t, row.node, true)
			wantBlocks(t, row.node, blocks, last-10)
			wantHeaders(t, row.node, fork)
			wantBlocks(t, row.node, fork, last-10)
		})
	}
}

func wantChanged(t *testing.T, n *node.Node, want bool) {
	t.Helper()
	if got, err := n.Changed(context.Background()); err != nil || got != want {
		t.Errorf("changed %t, %v, want %t", got, err, want)
	}
}

// TestReorgWhileReading: the headers that come out are of one chain.
func TestReorgWhileReading(t *testing.T) {
	_, blocks := recordedElection(t, "club_chair")
	last := len(blocks) - 1
	fork := append(append([]*wire.MsgBlock{}, blocks[:last-4]...), nodetest.Fork(t, blocks, last-5, 7)...)
	node := nodetest.StartBitcoind(t, blocks[:last-2])
	src := node.Dial()
	wantHeaders(t, src, blocks[:last-2])
	node.Follow(blocks)
	asked := 0
	node.Hook(func(method string) bool {
		if method == "getblockhash" { // first for the last header known, then for what follows
			if asked++; asked == 2 {
				node.Follow(fork)
			}
		}
		return true
	})
	wantHeaders(t, src, fork)
}
