package boardclient_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bevote/internal/boardclient"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
)

// played is the board of an election, with what its server knows.
type played struct {
	*rehearsal.Play
	lines []board.Line
	key   curve.Scalar // of receipts
}

func play(t *testing.T) *played {
	t.Helper()
	opt := rehearsal.Options{Source: rehearsaltest.Forms()["hardened"].Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return &played{p, p.Log.Lines(), p.Seed("server").Key("receipts")}
}

// chained sets the Prev of lines.
func (p *played) chained(lines ...board.Line) []board.Line {
	var out []board.Line
	head := [32]byte(p.EID)
	for _, l := range lines {
		l.Prev = head
		head = l.Hash()
		out = append(out, l)
	}
	return out
}

// swapped is the board with lines i and i + 1 in the other order.
func (p *played) swapped(i int) []board.Line {
	lines := append([]board.Line{}, p.lines...)
	lines[i], lines[i+1] = lines[i+1], lines[i]
	return p.chained(lines...)
}

func (p *played) receipt(lines []board.Line, n int) board.Receipt {
	r, err := board.Receipt{EID: p.EID, Line: lines[n-1].ID(p.EID), Number: uint32(n), Head: lines[n-1].Hash(), Tip: board.Seen{Height: 9}}.Sign(p.key)
	if err != nil {
		panic(err)
	}
	return r
}

// fake is a server that shows what it is told to.
type fake struct {
	*played
	lines  atomic.Pointer[[]board.Line]
	change func(path string, w http.ResponseWriter, r *http.Request) bool // answers in place of the server
	url    string
	tip    *boardclient.Tip // nil of a mirror
}

func (p *played) serve(t *testing.T, lines []board.Line) *fake {
	f := &fake{played: p}
	f.show(lines)
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func (f *fake) show(lines []board.Line) { f.lines.Store(&lines) }

func encoded(lines []board.Line) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		b.Write(append(l.Encode(), '\n'))
	}
	return b.Bytes()
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines := *f.lines.Load()
	if f.change != nil && f.change(r.URL.Path, w, r) {
		return
	}
	switch r.URL.Path {
	case "/policy.bev":
		w.Write(f.PolicyFile)
	case "/contract.json":
		w.Write(f.ContractFile)
	case "/status":
		s := boardclient.Status{EID: f.EID, Lines: len(lines), Head: f.EID, Tip: f.tip}
		if n := len(lines); n > 0 {
			s.Head, s.Receipt = lines[n-1].Hash(), f.receipt(lines, n).Encode()
		}
		json.NewEncoder(w).Encode(s)
	case "/board.jsonl":
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(encoded(lines)))
	}
}

func (p *played) open(t *testing.T, dir string, urls ...string) *boardclient.Client {
	t.Helper()
	c, err := boardclient.Open(p.Election, dir, urls, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// contradicts wants an error that keeps a proof.
func contradicts(t *testing.T, err error, signed bool, what string) {
	t.Helper()
	var c *boardclient.Contradiction
	if !errors.As(err, &c) || c.Signed != signed || !strings.Contains(c.What, what) {
		t.Fatalf("got %v, want a contradiction: %s", err, what)
	}
	if text, err := os.ReadFile(c.Proof); err != nil || !strings.Contains(string(text), c.URL) {
		t.Errorf("the proof: %v, %s", err, text)
	}
}
