package boardclient_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/boardclient"
	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// TestExtend: the copy grows with the server's board, goes on after a restart, and is the
// server's file byte for byte.
func TestExtend(t *testing.T) {
	p, dir := play(t), t.TempDir()
	f := p.serve(t, nil)
	c := p.open(t, dir, f.url)
	must(t, c.Extend(context.Background()))
	for n := 1; n <= len(p.lines); n += 4 {
		f.show(p.lines[:n])
		must(t, c.Extend(context.Background()))
		if len(c.Lines()) != n || c.Head() != p.lines[n-1].Hash() {
			t.Fatalf("%d lines, want %d", len(c.Lines()), n)
		}
		must(t, c.Close())
		c = p.open(t, dir, f.url)
	}
	f.show(p.lines)
	must(t, c.Extend(context.Background()))
	text, err := os.ReadFile(filepath.Join(dir, record.Board))
	if err != nil || !bytes.Equal(text, encoded(p.lines)) {
		t.Errorf("the copy is not the board: %v", err)
	}
	if key, ok := c.Server(); !ok || key != p.Server {
		t.Error("another key for receipts")
	}
}

// TestForks: a board that is another than before, or shorter, is an error with a proof, and
// the copy stays. Where the server has signed for the other board, two receipts convict it.
func TestForks(t *testing.T) {
	p := play(t)
	for name, row := range map[string]struct {
		later  []board.Line
		signed bool
		what   string
	}{
		"another line of the same number": {p.swapped(3)[:6], true, "line 6, or one before it"},
		"another line, and more":          {p.swapped(3), true, "line 6 is another than before"},
		"only the last is another":        {p.swapped(5), true, "line 6 is another than before"},
		"shorter":                         {p.lines[:4], false, "it has 4 lines, and had 6"},
		"shorter and another":             {p.swapped(2)[:4], true, "it has 4 lines, and had 6"},
		"empty":                           {nil, false, "it has 0 lines"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := p.serve(t, p.lines[:6])
			c := p.open(t, dir, f.url)
			must(t, c.Extend(context.Background()))
			f.show(row.later)
			signed := row.signed && len(row.later) <= 6
			contradicts(t, c.Extend(context.Background()), signed, row.what)
			if c.Head() != p.lines[5].Hash() {
				t.Error("the copy was changed")
			}
			f.show(p.lines)
			must(t, c.Extend(context.Background())) // it goes on where the server comes to its senses
			if row.signed {
				p.convicts(t, dir)
			}
		})
	}
}

// convicts wants two receipts in a directory that contradict each other, or the board.
func (p *played) convicts(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "receipts", "*.json"))
	must(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(t, err)
		r, err := board.DecodeReceipt(text)
		must(t, err)
		if !r.Verify(p.Server) {
			t.Errorf("%s is not signed", name)
		}
		if p.lines[r.Number-1].Hash() != [32]byte(r.Head) {
			return
		}
	}
	t.Errorf("no receipt of %v contradicts the board", files)
}

// TestBadBoards: what is no board of this election is not taken.
func TestBadBoards(t *testing.T) {
	p := play(t)
	bad := append([]board.Line{}, p.lines...)
	bad[4].Sig[3] ^= 1
	for name, row := range map[string]struct {
		lines []board.Line
		what  string
	}{
		"a false signature": {p.chained(bad...), "line 5: the signature does not verify"},
		"a broken chain":    {append(append([]board.Line{}, p.lines[:4]...), p.lines[6:]...), "line 5 does not continue line 4"},
	} {
		t.Run(name, func(t *testing.T) {
			f := p.serve(t, row.lines)
			c := p.open(t, t.TempDir(), f.url)
			contradicts(t, c.Extend(context.Background()), false, row.what)
		})
	}
}

// TestUnreachable: what is no answer to the question is to be asked again, and what came of
// the board is kept.
func TestUnreachable(t *testing.T) {
	p := play(t)
	f := p.serve(t, p.lines)
	dir := t.TempDir()
	c := p.open(t, dir, f.url)
	away := func(name string, change func(path string, w http.ResponseWriter, r *http.Request) bool) {
		t.Helper()
		f.change = change
		defer func() { f.change = nil }()
		var u *boardclient.Unreachable
		if err := c.Extend(context.Background()); !errors.As(err, &u) {
			t.Errorf("%s: %v", name, err)
		}
	}
	answer := func(path string, status int, text string) func(string, http.ResponseWriter, *http.Request) bool {
		return func(got string, w http.ResponseWriter, _ *http.Request) bool {
			if got != path {
				return false
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			w.Write([]byte(text))
			return true
		}
	}
	away("an error", answer("/status", 500, ""))
	away("a login page", answer("/status", 302, ""))
	away("no JSON", answer("/status", 200, "<html>"))
	away("a long answer", answer("/status", 200, strings.Repeat(" ", 1<<20)))
	away("another election", answer("/status", 200, `{"eid":"`+strings.Repeat("0", 64)+`"}`))
	away("no board", answer("/board.jsonl", 404, ""))
	whole := encoded(p.lines)
	away("a board that is cut off", answer("/board.jsonl", 200, string(whole[:len(whole)/2])))
	if n := len(c.Lines()); n == 0 || n == len(p.lines) {
		t.Errorf("%d lines are kept", n)
	}
	must(t, c.Extend(context.Background()))
	if len(c.Lines()) != len(p.lines) {
		t.Errorf("%d lines", len(c.Lines()))
	}
	c = p.open(t, t.TempDir(), "http://127.0.0.1:1")
	var u *boardclient.Unreachable
	if err := c.Extend(context.Background()); !errors.As(err, &u) {
		t.Errorf("no server: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Extend(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestMirrors: a mirror that is behind is no contradiction, one that differs is; and where the
// server does not answer a mirror does.
func TestMirrors(t *testing.T) {
	p := play(t)
	server, behind := p.serve(t, p.lines[:8]), p.serve(t, p.lines[:5])
	c := p.open(t, t.TempDir(), server.url, behind.url)
	must(t, c.Extend(context.Background()))
	other := p.serve(t, p.swapped(2)[:5])
	c = p.open(t, t.TempDir(), server.url, behind.url, other.url)
	contradicts(t, c.Extend(context.Background()), true, "line 5, or one before it")
	if len(c.Lines()) != 8 {
		t.Errorf("%d lines", len(c.Lines()))
	}
	c = p.open(t, t.TempDir(), "http://127.0.0.1:1", behind.url)
	must(t, c.Extend(context.Background()))
	if len(c.Lines()) != 5 {
		t.Errorf("%d lines of a mirror", len(c.Lines()))
	}
}

// TestSubmit: each answer to a line has its type; a receipt is kept, and held against the
// board when it comes.
func TestSubmit(t *testing.T) {
	p, dir := play(t), t.TempDir()
	f := p.serve(t, p.lines[:4])
	c := p.open(t, dir, f.url)
	must(t, c.Extend(context.Background()))
	line := p.lines[4]
	send := func(status int, text []byte) (boardclient.Accepted, error) {
		f.change = func(path string, w http.ResponseWriter, _ *http.Request) bool {
			if path != "/line" {
				return false
			}
			w.WriteHeader(status)
			w.Write(text)
			return true
		}
		return c.Submit(context.Background(), line)
	}
	good := p.receipt(p.lines, 5)
	if a, err := send(200, good.Encode()); err != nil || a.Other || a.Receipt != good {
		t.Errorf("%+v, %v", a, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "receipts", "5-"+good.Head.String()[:8]+".json")); err != nil || !bytes.Equal(text, good.Encode()) {
		t.Errorf("the receipt is not kept: %v", err)
	}
	refused, err := board.Refused{EID: p.EID, Line: line.ID(p.EID), Code: election.RefusedSeen}.Sign(p.key)
	must(t, err)
	problem := func(r board.Refused) []byte {
		text, err := json.Marshal(boardclient.Problem{Code: r.Code, Reason: "why", Do: "what", Refusal: r.Encode()})
		must(t, err)
		return text
	}
	var no *boardclient.Refused
	if _, err := send(412, problem(refused)); !errors.As(err, &no) || no.Code != election.RefusedSeen || no.Do != "what" || no.Status != 412 {
		t.Errorf("refused: %v", err)
	}
	forged := refused
	forged.Code = election.RefusedPhase
	stranger, err := board.Receipt{EID: p.EID, Line: line.ID(p.EID), Number: 5, Head: good.Head}.Sign(curve.NewScalar(3))
	must(t, err)
	for name, row := range map[string]struct {
		status int
		text   []byte
	}{
		"busy":                   {503, []byte(`{"code":"unavailable","reason":"x"}`)},
		"a proxy":                {502, []byte("<html>")},
		"a login page":           {200, []byte("<html>")},
		"a forged refusal":       {423, problem(forged)},
		"another key's receipt":  {200, stranger.Encode()},
		"another line's refusal": {423, problem(board.Refused{EID: p.EID, Code: "phase"})},
	} {
		var u *boardclient.Unreachable
		if _, err := send(row.status, row.text); !errors.As(err, &u) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// Another line comes where the receipt was for this one, also after a restart.
	f.change = nil
	must(t, c.Close())
	c = p.open(t, dir, f.url)
	f.show(p.swapped(4)[:7])
	contradicts(t, c.Extend(context.Background()), true, "line 5 is another than its receipt says")
	p.convicts(t, dir)

	// A receipt for a line that is another on the board already.
	_, err = send(200, p.receipt(p.lines, 6).Encode())
	contradicts(t, err, true, "it has signed for another line 6")
}

// TestPutAside: where an anchor commits to another board, the client begins anew, and its
// receipts convict.
func TestPutAside(t *testing.T) {
	p, dir := play(t), t.TempDir()
	f := p.serve(t, p.swapped(4)[:8])
	c := p.open(t, dir, f.url)
	must(t, c.Extend(context.Background()))
	f.show(p.lines)
	contradicts(t, c.Extend(context.Background()), false, "line 8 is another than before")
	must(t, c.PutAside())
	contradicts(t, c.Extend(context.Background()), true, "line 8 is another than its receipt says")
	if len(c.Lines()) != len(p.lines) {
		t.Errorf("%d lines", len(c.Lines()))
	}
	must(t, c.Extend(context.Background()))
	p.convicts(t, dir)
	if kept, _ := filepath.Glob(filepath.Join(dir, "proofs", "board-*.jsonl")); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}

// TestDroppedLine: a server that has given a receipt for a line, and says later that it has
// fewer, contradicts itself. A mirror is only behind.
func TestDroppedLine(t *testing.T) {
	p := play(t)
	f := p.serve(t, p.lines[:4])
	c := p.open(t, t.TempDir(), f.url)
	must(t, c.Extend(context.Background()))
	f.change = func(path string, w http.ResponseWriter, _ *http.Request) bool {
		if path == "/line" {
			w.Write(p.receipt(p.lines, 5).Encode())
		}
		return path == "/line"
	}
	_, err := c.Submit(context.Background(), p.lines[4])
	must(t, err)
	must(t, c.Extend(context.Background())) // without a tip it is a mirror
	f.tip = &boardclient.Tip{Height: 9}
	contradicts(t, c.Extend(context.Background()), false, "it has 4 lines, and has signed for line 5")
	f.show(p.lines[:5])
	must(t, c.Extend(context.Background()))
}

// TestFetch: the policy is that of the link, or nothing is taken.
func TestFetch(t *testing.T) {
	p := play(t)
	f := p.serve(t, nil)
	link := f.url + "/#" + p.Policy.ID()
	url, id, err := boardclient.ParseLink(link)
	must(t, err)
	e, policy, contract, err := boardclient.Fetch(context.Background(), nil, url, id)
	if err != nil || e.EID != p.EID || !bytes.Equal(policy, p.PolicyFile) || !bytes.Equal(contract, p.ContractFile) {
		t.Errorf("%v", err)
	}
	if _, _, _, err := boardclient.Fetch(context.Background(), nil, url, "bvp1other"); !errors.Is(err, boardclient.ErrOtherPolicy) {
		t.Errorf("another policy: %v", err)
	}
	for _, wrong := range []string{"", "http://x", "ftp://x#bvp1x", "x#bvp1x", "https://x#abc"} {
		if _, _, err := boardclient.ParseLink(wrong); err == nil {
			t.Errorf("%q is a link", wrong)
		}
	}
}
