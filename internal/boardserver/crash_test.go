package boardserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bevote/internal/boardserver"
	"bevote/internal/durable"
	"bevote/verifier/board"
	"bevote/verifier/record"
)

// atEntries plays an election up to its entries, and calls check with the server as it was
// before the first of them, and the entries.
func atEntries(t *testing.T, check func(f *fixture, entries []board.Line)) {
	t.Helper()
	var entries []board.Line
	f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
		if l.Type == board.TypeOpen {
			return f.mustPost(l)
		}
		entries = append(entries, l)
		if len(entries) < f.Policy.Voters {
			return nil
		}
		f.settle()
		check(f, entries)
		return errDone
	})
	f.mustStart()
	if err := f.Run(); !errors.Is(err, errDone) {
		t.Fatal(err)
	}
}

var errDone = errors.New("done")

// copied returns a fixture of the same election over a copy of the files.
func (f *fixture) copied(t testing.TB) *fixture {
	t.Helper()
	g := &fixture{TB: t, Play: f.Play, node: &node{Chain: f.Chain}, dir: t.TempDir()}
	g.open = f.open
	g.open.Dir, g.open.Chain = g.dir, g.node
	g.open.Message = func(format string, args ...any) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.said = append(g.said, fmt.Sprintf(format, args...))
	}
	for _, name := range []string{record.Policy, record.Contract, record.Board, "tips"} {
		text, err := os.ReadFile(filepath.Join(f.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(g.dir, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// disk is a disk whose power goes at a call, or that fails once there.
type disk struct {
	mu    sync.Mutex
	left  int    // calls until then
	how   string // one of before, after, once
	dead  bool
	files []*diskFile
}

// diskFile is a file of a disk. What was not synced is lost but for a half when the power
// goes.
type diskFile struct {
	durable.File
	d            *disk
	size, synced int64
}

func (d *disk) open(path string) (durable.File, error) {
	f, err := durable.OpenFile(path, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	file := &diskFile{f, d, info.Size(), info.Size()}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files = append(d.files, file)
	return file, err
}

var errPower = errors.New("input/output error")

// call makes one call, or fails.
func (d *disk) call(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errPower
	}
	d.left--
	if d.left != 0 {
		return do()
	}
	if d.how == "once" {
		return errPower
	}
	if d.how == "after" {
		do()
	}
	d.dead = true
	for _, f := range d.files {
		if f.size > f.synced {
			f.File.Truncate(f.synced + (f.size-f.synced)/2)
		}
	}
	return errPower
}

func (f *diskFile) Write(p []byte) (n int, err error) {
	err = f.d.call(func() (err error) {
		n, err = f.File.Write(p)
		f.size += int64(n)
		return err
	})
	return n, err
}

func (f *diskFile) Sync() error {
	return f.d.call(func() error {
		f.synced = f.size
		return f.File.Sync()
	})
}

func (f *diskFile) Truncate(n int64) error {
	return f.d.call(func() error {
		f.size = n
		return f.File.Truncate(n)
	})
}

// TestDiskDiesAtEachCall: at whichever call the power goes or the disk fails, the server
// goes on when it is started again and the lines are sent again. The board extends what it
// was; every line with a receipt stands where the receipt says; and a receipt that was given
// is given again.
func TestDiskDiesAtEachCall(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		calls := 0
		for _, how := range []string{"before", "after", "once"} {
			for at := 1; ; at++ {
				d := &disk{left: at, how: how}
				g := f.copied(t)
				before := g.file()
				g.open.OpenFile = d.open
				receipts := dying(g, entries, d)
				if d.left > 0 {
					calls = at - 1
					break // no call was left to fail
				}
				g.stop()
				g.checkReceipts(receipts, before)
			}
		}
		t.Logf("%d calls of the disk", calls)
		if calls < 10 {
			t.Errorf("only %d calls of the disk", calls)
		}
	})
}

// dying sends entries to a server until all have a receipt, and starts it again when its disk
// has died. It returns the receipts that clients have, with those that were given twice.
func dying(g *fixture, entries []board.Line, d *disk) (receipts []board.Receipt) {
	g.Helper()
	for g.start() != nil {
		d.dead = false // it is started again with power
	}
	for i := 0; i < len(entries); {
		p, err := g.post(entries[i])
		if err == nil && p.status == http.StatusOK {
			receipts = append(receipts, p.receipt)
			i++
			continue
		}
		if err != nil || p.status != http.StatusServiceUnavailable {
			g.Fatal(err, p.status, string(p.body))
		}
		g.stop()
		d.mu.Lock()
		d.dead, d.files = false, nil
		d.mu.Unlock()
		g.mustStart()
		for _, l := range entries[:i] {
			if p, err := g.post(l); err != nil || !bytes.Equal(p.body, receipts[g.index(receipts, l)].Encode()) {
				g.Fatalf("another answer to the same line: %v %s", err, p.body)
			}
		}
	}
	return receipts
}

func (f *fixture) index(receipts []board.Receipt, l board.Line) int {
	return slices.IndexFunc(receipts, func(r board.Receipt) bool { return r.Line == l.ID(f.EID) })
}

// checkReceipts holds a file to receipts, and to what it was.
func (f *fixture) checkReceipts(receipts []board.Receipt, before []byte) {
	f.Helper()
	text := f.file()
	if !bytes.HasPrefix(text, before) {
		f.Fatal("the board does not extend what it was")
	}
	var lines []board.Line
	head := board.Hash(f.EID)
	err := board.Read(bytes.NewReader(text), func(_ int, l board.Line) error {
		if l.Prev != head {
			return errors.New("the chain is broken")
		}
		head = l.Hash()
		lines = append(lines, l)
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, r := range receipts {
		n := int(r.Number)
		if n > len(lines) || lines[n-1].ID(f.EID) != r.Line || lines[n-1].Hash() != r.Head {
			f.Fatalf("line %d is not the one of its receipt", n)
		}
	}
	if len(lines) != 1+len(receipts) {
		f.Fatalf("%d lines for %d receipts", len(lines), len(receipts))
	}
}

// TestDiskFull: lines are answered 503 and nothing of them is written; with room again the
// same lines are taken, without a restart.
func TestDiskFull(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		g := f.copied(t)
		full := &fullDisk{}
		g.open.OpenFile = full.open
		g.mustStart()
		before := g.file()
		full.set(true)
		for range 3 {
			p, err := g.post(entries[0])
			if err != nil || p.status != http.StatusServiceUnavailable || p.problem.Do == "" || !bytes.Equal(g.file(), before) {
				t.Fatalf("%v: %d %s", err, p.status, p.body)
			}
		}
		full.set(false)
		time.Sleep(1100 * time.Millisecond) // it does not try for a second
		for _, l := range entries {
			if err := g.mustPost(l); err != nil {
				t.Fatal(err)
			}
		}
		g.stop()
		if !slices.ContainsFunc(g.said, func(s string) bool { return strings.Contains(s, "no space") }) {
			t.Errorf("the operator is told %q", g.said)
		}
	})
}

// fullDisk writes a part and fails while it is full.
type fullDisk struct {
	mu   sync.Mutex
	full bool
}

func (d *fullDisk) set(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *fullDisk) open(path string) (durable.File, error) {
	f, err := durable.OpenFile(path, 0o644)
	return &fullFile{f, d}, err
}

type fullFile struct {
	durable.File
	d *fullDisk
}

func (f *fullFile) Write(p []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.full {
		n, _ := f.File.Write(p[:len(p)/3])
		return n, errors.New("no space left on device")
	}
	return f.File.Write(p)
}

// TestTornLineAndLostTail: a torn last line is cut off and said; a board without lines that
// had receipts is not served; nor one with a changed line.
func TestTornLineAndLostTail(t *testing.T) {
	atEntries(t, func(f *fixture, entries []board.Line) {
		g := f.copied(t)
		g.mustStart()
		for _, l := range entries[:2] {
			if err := g.mustPost(l); err != nil {
				t.Fatal(err)
			}
		}
		g.stop()
		whole := g.file()
		path := filepath.Join(g.dir, record.Board)

		os.WriteFile(path, append(bytes.Clone(whole), `{"prev":"00`...), 0o644)
		g.said = nil
		g.mustStart()
		if !slices.ContainsFunc(g.said, func(s string) bool { return strings.HasPrefix(s, "board.jsonl: cut off 11 bytes") }) {
			t.Errorf("said %q", g.said)
		}
		if s := g.status(); s.Lines != 3 {
			t.Errorf("%d lines", s.Lines)
		}
		g.stop()
		if !bytes.Equal(g.file(), whole) {
			t.Error("the file is not what it was")
		}

		os.WriteFile(path, nil, 0o644)
		if err := g.start(); !errors.Is(err, boardserver.ErrLostTail) {
			t.Errorf("an empty file: %v", err)
		}
		changed := bytes.Replace(whole, []byte(`"type":"entry"`), []byte(`"type":"entrx"`), 1)
		os.WriteFile(path, changed, 0o644)
		if err := g.start(); err == nil {
			t.Error("a changed line is served")
		}
		changed = bytes.Clone(whole)
		changed[len(changed)-10] ^= 1
		os.WriteFile(path, changed, 0o644)
		if err := g.start(); err == nil || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("a changed signature of the last line: %v", err)
		}
	})
}

// TestOpenOnce: one process serves a directory.
func TestOpenOnce(t *testing.T) {
	f := newFixture(t, "hardened", nil)
	f.mustStart()
	if _, err := boardserver.Open(context.Background(), f.open); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v", err)
	}
}
