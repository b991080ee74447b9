package agent_test

import (
	"context"
	"errors"
	"iter"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bevote/internal/agent"
	"bevote/internal/boardclient"
	"bevote/internal/boardserver"
	"bevote/internal/home"
	"bevote/internal/regtest"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// liveNode is the embedded chain as the node of agents and of the board's server.
type liveNode struct {
	*regtest.Chain
	mu    sync.Mutex
	shown chainhash.Hash
}

func (n *liveNode) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, n.shown = n.Tip()
	return n.Chain.Headers(ctx)
}

func (n *liveNode) Changed(context.Context) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, tip := n.Tip()
	return tip != n.shown, nil
}

func (n *liveNode) Snapshot(context.Context) (agent.Chain, error) { return n.Chain, nil }

func (n *liveNode) Wait(ctx context.Context, c agent.Chain) error {
	_, before := n.Tip()
	for ctx.Err() == nil {
		if _, tip := n.Tip(); tip != before {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// TestRun: agents run side by side, in homes on the disk, with a board server over HTTP, until each is over.
// A block comes when all of them have seen the last one and the whole board, and have no problem.
func TestRun(t *testing.T) {
	want := undisturbed(t, "custodial")
	w := newWorld(t, games()["custodial"])
	w.mine(int(w.Times.Announce) - 3)
	node := &liveNode{Chain: w.chain}
	url := w.serve(node)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	turns := make(chan func())
	for _, h := range w.homes {
		a := h.live(node, url)
		go a.Run(ctx, func(s *agent.Status, err error) {
			turns <- func() {
				if h.status = s; err != nil {
					t.Errorf("%s: %v", h.name, err)
				}
			}
		})
	}
	board, err := boardclient.Open(w.Election, t.TempDir(), []string{url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer board.Close()
	for tip := uint32(0); tip < w.end(); tip, _ = w.chain.Tip() {
		select {
		case turn := <-turns:
			turn()
		case <-ctx.Done():
			t.Fatal("it takes too long")
		case <-time.After(5 * time.Millisecond): // the server has the block later
		}
		if s, err := board.Status(ctx); err == nil && w.settled(s) {
			w.mine(1)
		}
	}
	if err := board.Extend(ctx); err != nil {
		t.Fatal(err)
	}
	w.server.lines = board.Lines()
	w.same(want)
}

// settled reports whether all agents that are not over have seen the newest block and the whole board, and
// had no problem.
func (w *world) settled(s boardclient.Status) bool {
	tip, _ := w.chain.Tip()
	for _, h := range w.homes {
		if h.status == nil || !h.status.Over && (h.status.Height != tip || h.status.Lines != s.Lines || len(h.status.Problems) > 0) {
			return false
		}
	}
	return s.Tip.Height == tip
}

// serve runs the board's server and returns its address.
func (w *world) serve(node *liveNode) string {
	w.t.Helper()
	dir := w.t.TempDir()
	for name, text := range map[string][]byte{record.Policy: w.PolicyFile, record.Contract: w.ContractFile} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	s, err := boardserver.Open(context.Background(), boardserver.Options{Dir: dir, Key: w.server.key, Chain: node, Poll: 2 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	http := httptest.NewServer(s.Handler())
	w.t.Cleanup(func() {
		http.CloseClientConnections()
		cancel()
		http.Close()
		<-done
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return http.URL
}

// live returns the agent of a home on the disk.
func (h *party) live(node *liveNode, url string) *agent.Agent {
	h.t.Helper()
	dir, err := home.Create(filepath.Join(h.t.TempDir(), "home"))
	if err != nil {
		h.t.Fatal(err)
	}
	client, err := boardclient.Open(h.Election, dir.Path(""), []string{url}, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := errors.Join(client.Close(), dir.Close()); err != nil {
			h.t.Error(err)
		}
	})
	role, err := h.make()
	if err != nil {
		h.t.Fatal(err)
	}
	a, err := agent.New(agent.Options{Election: h.Election, Role: role, Board: client, Node: node, Disk: agent.NewDisk(dir),
		From: 1, Scripts: h.scripts, Poll: 10 * time.Millisecond})
	if err == nil && h.choice != nil {
		err = a.Choose(*h.choice)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}
