package boardserver_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bevote/internal/boardclient"
	"bevote/internal/boardserver"
	"bevote/verifier/board"
	"bevote/verifier/record"
)

// switched is a server that can be replaced by another one at its address.
type switched struct {
	mu sync.Mutex
	h  http.Handler
}

func (s *switched) set(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.h = h
}

func (s *switched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	h := s.h
	s.mu.Unlock()
	h.ServeHTTP(w, r)
}

// TestMirror: a mirror serves the same file, forwards lines to the server and passes its
// answers back; and it serves what it had where the server comes back with another board.
func TestMirror(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		upstream := &switched{h: f.server.Handler()}
		up := httptest.NewServer(upstream)
		defer up.Close()
		dir := t.TempDir()
		for name, text := range map[string][]byte{record.Policy: f.PolicyFile, record.Contract: f.ContractFile} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var said []string
		m, err := boardserver.OpenMirror(dir, up.URL, 0, func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, args[0].(string))
		})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { m.Run(ctx) })
		defer running.Wait()
		defer cancel()
		mirror := httptest.NewServer(m.Handler())
		defer mirror.Close()

		c, err := boardclient.Open(f.Election, t.TempDir(), []string{mirror.URL}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		until := func(what string, done func() bool) {
			t.Helper()
			for range 400 {
				if done() {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Fatalf("%s does not happen; %d lines, said %q", what, len(c.Lines()), said)
		}
		extended := func(n int) func() bool {
			return func() bool { return c.Extend(ctx) == nil && len(c.Lines()) == n }
		}
		until("line 1", extended(1))
		for i, l := range entries[:3] {
			a, err := c.Submit(ctx, l)
			if err != nil || a.Other || int(a.Receipt.Number) != i+2 {
				t.Fatalf("%+v, %v", a, err)
			}
		}
		bad := entries[3]
		bad.Sig[0] ^= 1
		var no *boardclient.Refused
		if _, err := c.Submit(ctx, bad); !errors.As(err, &no) || no.Code != "signature" {
			t.Errorf("a bad line: %v", err)
		}
		until("lines 2 to 4", extended(4))
		held, err := os.ReadFile(filepath.Join(dir, record.Board))
		if err != nil || !bytes.Equal(held, f.file()) {
			t.Errorf("the mirror has another file: %v", err)
		}

		// The server comes back with another board.
		g := f.copied(t)
		os.WriteFile(filepath.Join(g.dir, record.Board), bytes.Join(bytes.SplitAfter(f.file(), []byte("\n"))[:1], nil), 0o644)
		os.WriteFile(filepath.Join(g.dir, "tips"), nil, 0o644)
		g.mustStart()
		for _, l := range []board.Line{entries[1], entries[0], entries[4], entries[3], entries[2]} {
			if err := g.mustPost(l); err != nil {
				t.Fatal(err)
			}
		}
		upstream.set(g.server.Handler())
		up.CloseClientConnections()
		direct, err := boardclient.Open(f.Election, dir, []string{up.URL}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer direct.Close()
		var fork *boardclient.Contradiction
		if err := direct.Extend(ctx); !errors.As(err, &fork) {
			t.Fatalf("a forked server: %v", err)
		}
		if receipts, _ := filepath.Glob(filepath.Join(dir, "receipts", "*.json")); !slices.ContainsFunc(receipts, func(name string) bool {
			text, _ := os.ReadFile(name)
			r, err := board.DecodeReceipt(text)
			return err == nil && int(r.Number) == 6 && r.Verify(f.Server)
		}) {
			t.Errorf("the fork's receipt is not kept: %v", receipts)
		}
		if text, _ := os.ReadFile(filepath.Join(dir, record.Board)); !bytes.Equal(text, held) || !strings.HasPrefix(string(text), `{"prev":"`) {
			t.Error("the copy was changed")
		}
	})
}
