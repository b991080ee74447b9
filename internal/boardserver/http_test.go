package boardserver_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bevote/internal/boardserver"
	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// TestRefusals: each refusal has a status, a code, a remedy, and a signature that names the
// line.
func TestRefusals(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		if err := f.mustPost(entries[0]); err != nil {
			t.Fatal(err)
		}
		good := entries[1]
		with := func(change func(l *board.Line)) board.Line { l := good; change(&l); return l }
		for _, row := range []struct {
			name   string
			line   board.Line
			status int
			code   string
		}{
			{"signature", with(func(l *board.Line) { l.Sig[5] ^= 1 }), http.StatusForbidden, election.RefusedSignature},
			{"an old block", with(func(l *board.Line) { l.Seen.Height -= 2 }), http.StatusPreconditionFailed, election.RefusedSeen},
			{"another chain's block", with(func(l *board.Line) { l.Seen.Hash[0] ^= 1 }), http.StatusPreconditionFailed, election.RefusedSeen},
			{"a stranger", with(func(l *board.Line) { l.By = curve.BaseMul(curve.NewScalar(7)).Key() }), http.StatusForbidden, election.RefusedCoin},
			{"no such phase", with(func(l *board.Line) { l.Type, l.Body = board.TypeAck, ackBody() }), http.StatusLocked, election.RefusedPhase},
		} {
			p, err := f.post(row.line)
			if err != nil {
				t.Fatal(row.name, err)
			}
			r, err := board.DecodeRefused(append(p.problem.Refusal, '\n'))
			if p.status != row.status || p.problem.Code != row.code || p.problem.Do == "" || p.problem.Reason == "" || err != nil ||
				r.Code != row.code || r.Line != row.line.ID(f.EID) || r.EID != f.EID || !r.Verify(f.Server) {
				t.Errorf("%s: %d %s (%v)", row.name, p.status, p.body, err)
			}
		}
		for name, text := range map[string]string{"no line": "hello", "empty": "", "two lines": string(good.Encode()) + "\n" + string(good.Encode()),
			"another spelling": strings.Replace(string(good.Encode()), `"by":`, `"by": `, 1)} {
			p, err := f.postText([]byte(text))
			if err != nil || p.status != http.StatusBadRequest || p.problem.Code == "" {
				t.Errorf("%s: %v %d %s", name, err, p.status, p.body)
			}
		}
		if s := f.status(); s.Lines != 2 {
			t.Errorf("%d lines", s.Lines)
		}
	})
}

func ackBody() []byte { return []byte(`{"transcript":"` + strings.Repeat("0", 64) + `","share":true}`) }

// TestSameLine: the same line at once, later, and after a restart has one answer, and stands
// once. The same body signed again has the receipt of the line that stands.
func TestSameLine(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		var wait sync.WaitGroup
		answers := make([]posted, 24)
		for i := range answers {
			wait.Go(func() {
				var err error
				if answers[i], err = f.post(entries[i%2]); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for i, a := range answers {
			if a.status != http.StatusOK || !bytes.Equal(a.body, answers[i%2].body) {
				t.Errorf("%d %s, want %s", a.status, a.body, answers[i%2].body)
			}
		}
		f.stop()
		f.mustStart()
		f.settle()
		for i := range 2 {
			if p, err := f.post(entries[i]); err != nil || !bytes.Equal(p.body, answers[i].body) {
				t.Errorf("after a restart %s (%v), want %s", p.body, err, answers[i].body)
			}
		}
		if s := f.status(); s.Lines != 3 {
			t.Errorf("%d lines, want 3", s.Lines)
		}
		seen := entries[0].Seen
		seen.Height--
		hash, err := f.Chain.HashAt(seen.Height)
		if err != nil {
			t.Fatal(err)
		}
		seen.Hash = hash
		body, err := board.DecodeAs(&entries[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range f.Voters {
			if v.Key() != entries[0].By {
				continue
			}
			again, err := board.Sign(f.EID, v.Secret, seen, body)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := f.post(again); err != nil || !bytes.Equal(p.body, answers[0].body) {
				t.Errorf("signed again: %s (%v), want %s", p.body, err, answers[0].body)
			}
		}
	})
}

// TestStatic: the files have tags and ranges, and the board's tag is its head.
func TestStatic(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		get := func(path string, header ...string) (*http.Response, []byte) {
			r, err := http.NewRequest("GET", f.http.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(header); i += 2 {
				r.Header.Set(header[i], header[i+1])
			}
			answer, err := f.http.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answer, text
		}
		if _, text := get("/policy.bev"); !bytes.Equal(text, f.PolicyFile) {
			t.Error("another policy")
		}
		r, text := get("/contract.json")
		if !bytes.Equal(text, f.ContractFile) {
			t.Error("another contract")
		}
		if r, _ := get("/contract.json", "If-None-Match", r.Header.Get("ETag")); r.StatusCode != http.StatusNotModified {
			t.Errorf("unchanged: %d", r.StatusCode)
		}
		r, text = get("/board.jsonl")
		if want := `"` + f.status().Head.String() + `"`; !bytes.Equal(text, f.file()) || r.Header.Get("ETag") != want {
			t.Errorf("tag %s, want %s", r.Header.Get("ETag"), want)
		}
		size := len(text)
		if r, _ := get("/board.jsonl", "Range", fmt.Sprintf("bytes=%d-", size)); r.StatusCode != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("behind the end: %d", r.StatusCode)
		}
		if err := f.mustPost(entries[0]); err != nil {
			t.Fatal(err)
		}
		if r, text := get("/board.jsonl", "Range", fmt.Sprintf("bytes=%d-", size)); r.StatusCode != http.StatusPartialContent || !bytes.Equal(text, f.file()[size:]) {
			t.Errorf("the new line: %d, %d bytes", r.StatusCode, len(text))
		}
		for _, path := range []string{"/", "/tips", "/lock", "/mail", "/../tips"} {
			if r, _ := get(path); r.StatusCode == http.StatusOK {
				t.Errorf("%s is served", path)
			}
		}
		s := f.status()
		last, err := board.DecodeReceipt(append(s.Receipt, '\n'))
		if err != nil || !last.Verify(f.Server) || last.Number != 2 || last.Head != s.Head || s.Phase != "roll" || s.Closes != f.Policy.Times.Roll {
			t.Errorf("status %+v: %v", s, err)
		}
	})
}

// TestWait: a client that waits is answered when a line comes, and at once where one has
// come already.
func TestWait(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		var s boardserver.Status
		f.getJSON("/wait?lines=0", &s)
		if s.Lines != 1 {
			t.Fatalf("%d lines", s.Lines)
		}
		got := make(chan boardserver.Status)
		go func() {
			var s boardserver.Status
			f.getJSON("/wait?lines=1", &s)
			got <- s
		}()
		select {
		case s := <-got:
			t.Fatalf("answered %d lines", s.Lines)
		case <-time.After(50 * time.Millisecond):
		}
		if err := f.mustPost(entries[0]); err != nil {
			t.Fatal(err)
		}
		if s := <-got; s.Lines != 2 {
			t.Errorf("%d lines", s.Lines)
		}
		if r, err := f.http.Client().Get(f.http.URL + "/wait?lines=x"); err != nil || r.StatusCode != http.StatusBadRequest {
			t.Errorf("no number: %v", err)
		}
	})
}

// TestNodeAway: while the node does not answer no line is taken, and what is on the board is
// served.
func TestNodeAway(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		f.node.silence(errors.New("connection refused"))
		for f.status().Down == "" {
			time.Sleep(time.Millisecond)
		}
		p, err := f.post(entries[0])
		if err != nil || p.status != http.StatusServiceUnavailable || p.problem.Do == "" {
			t.Errorf("%v: %d %s", err, p.status, p.body)
		}
		f.node.silence(nil)
		if err := f.mustPost(entries[0]); err != nil {
			t.Error(err)
		}
	})
}

// TestReorganisation: lines name blocks of the chain as it is. A displaced block's line is
// refused, and the anchors are those of the new chain.
func TestReorganisation(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		if err := f.Chain.Reorganise(); err != nil {
			t.Fatal(err)
		}
		f.settle()
		p, err := f.post(entries[0])
		if err != nil || p.problem.Code != election.RefusedSeen {
			t.Errorf("%v: %d %s", err, p.status, p.body)
		}
		if s := f.status(); s.Phase != "roll" {
			t.Errorf("phase %q", s.Phase)
		}
	})
}

// TestOtherServer: a line 1 that names another key or other files is not taken.
func TestOtherServer(t *testing.T) {
	f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
		p, err := f.post(l)
		if err != nil || p.status != http.StatusConflict || p.problem.Code != "setup" || p.problem.Do == "" {
			t.Errorf("%v: %d %s", err, p.status, p.body)
		}
		return errDone
	})
	f.open.Key = curve.NewScalar(5)
	f.mustStart()
	if err := f.Run(); !errors.Is(err, errDone) {
		t.Fatal(err)
	}
}

// TestMail: sealed messages are kept once each, in files of the server's owner alone.
func TestMail(t *testing.T) {
	f := newFixture(t, "hardened", nil)
	f.open.Mail = []byte(`{"mail":"age1…"}`)
	f.mustStart()
	send := func(text string) int {
		r, err := f.http.Client().Post(f.http.URL+"/mail", "application/octet-stream", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	sealed := "age-encryption.org/v1\n-> X25519 …"
	for range 2 {
		if code := send(sealed); code != http.StatusOK {
			t.Errorf("sealed mail: %d", code)
		}
	}
	for text, want := range map[string]int{"open mail": 422, "": 422, sealed + strings.Repeat("x", 20_000): 413} {
		if code := send(text); code != want {
			t.Errorf("%.10q: %d, want %d", text, code, want)
		}
	}
	files, err := os.ReadDir(filepath.Join(f.dir, "mail"))
	if err != nil || len(files) != 1 {
		t.Fatal(err, files)
	}
	if info, _ := files[0].Info(); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

// TestSlowClients: connections that send nothing, or one byte after the other, keep no place
// for ever, and an honest line is taken beside them.
func TestSlowClients(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		address := f.http.Listener.Addr().String()
		for i := range 60 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			switch i % 3 {
			case 0: // nothing
			case 1:
				io.WriteString(c, "POST /line HTTP/1.1\r\nHost: x\r\nX-Slow: ")
			case 2:
				io.WriteString(c, "POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{")
			}
		}
		start := time.Now()
		if err := f.mustPost(entries[0]); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("an honest line takes %v", took)
		}
		// Beyond its places an address is not served.
		closed := 0
		for range 20 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
			if _, err := c.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				closed++
			}
		}
		if closed == 0 {
			t.Error("an address has as many connections as it likes")
		}
	})
}

// TestHostileRequests: what is too long or has no length is refused before it is read.
func TestHostileRequests(t *testing.T) {
	f := newFixture(t, "hardened", nil)
	f.mustStart()
	for name, row := range map[string]struct {
		request string
		want    int
	}{
		"a body too long": {"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n", 413},
		"no length":       {"POST /line HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
		"long headers":    {"GET /status HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 20_000) + "\r\n\r\n", 431},
		"another method":  {"PUT /line HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
	} {
		c, err := net.Dial("tcp", f.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(c, row.request)
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || r.StatusCode != row.want {
			t.Errorf("%s: %v, %v, want %d", name, err, r, row.want)
		}
		c.Close()
	}
}

// TestNamesOfAnswers: what clients read keeps its names.
func TestNamesOfAnswers(t *testing.T) {
	text, err := json.Marshal([]any{boardserver.Status{Tip: &boardserver.Tip{}, Phase: "roll", Closes: 1, Down: "x", Receipt: json.RawMessage("{}")},
		boardserver.Problem{Code: "c", Reason: "r", Do: "d", Line: 1, Refusal: json.RawMessage("{}")}})
	zero := strings.Repeat("0", 64)
	want := `[{"policy":"","eid":"` + zero + `","lines":0,"bytes":0,"head":"` + zero + `","tip":{"height":0,"hash":""},"phase":"roll","closes":1,"down":"x","receipt":{}},` +
		`{"code":"c","reason":"r","do":"d","line":1,"refusal":{}}]`
	if err != nil || string(text) != want || record.Board != "board.jsonl" {
		t.Errorf("%v: %s", err, text)
	}
}
