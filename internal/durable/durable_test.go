package durable_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/durable"

	"pgregory.net/rapid"
)

func openLog(t testing.TB, path string) (*durable.Log, int64) {
	t.Helper()
	f, err := durable.OpenFile(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	l, torn, err := durable.NewLog(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, torn
}

func TestTornLineIsCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for _, row := range []struct {
		text, want string
		torn       int64
	}{{"", "", 0}, {"a\n", "a\n", 0}, {"a\nbc", "a\n", 2}, {"bc", "", 2}, {strings.Repeat("x", 1<<17) + "\ny", strings.Repeat("x", 1<<17) + "\n", 1}} {
		if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, torn := openLog(t, path)
		if err := l.Append([]byte("next\n")); err != nil {
			t.Fatal(err)
		}
		got, _ := os.ReadFile(path)
		if torn != row.torn || string(got) != row.want+"next\n" {
			t.Errorf("%.9q: torn %d, then %d bytes", row.text, torn, len(got))
		}
	}
}

// failing is a file whose calls fail from the left-th on; a write that fails has written
// a half.
type failing struct {
	durable.File
	left   *int
	always bool // later calls fail too
}

var errDisk = errors.New("no space left")

func (f failing) fails() bool {
	*f.left--
	return *f.left == 0 || f.always && *f.left < 0
}

func (f failing) Write(p []byte) (int, error) {
	if f.fails() {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, errDisk
	}
	return f.File.Write(p)
}

func (f failing) Sync() error {
	if f.fails() {
		return errDisk
	}
	return f.File.Sync()
}

func (f failing) Truncate(n int64) error {
	if f.fails() {
		return errDisk
	}
	return f.File.Truncate(n)
}

// TestAppendIsWholeOrNot: whichever call fails, the file that the next process finds has
// every append that was reported, in order, and no part of another.
func TestAppendIsWholeOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "durable")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "log")
		f, err := durable.OpenFile(path, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		left := 1000
		l, _, err := durable.NewLog(failing{f, &left, rapid.Bool().Draw(t, "always")})
		if err != nil {
			t.Fatal(err)
		}
		left = rapid.IntRange(0, 20).Draw(t, "fails at")
		want := ""
		for range 6 {
			text := strings.Repeat(rapid.StringMatching(`[a-z]{1,9}`).Draw(t, "line")+"\n", rapid.IntRange(1, 3).Draw(t, "lines"))
			if l.Append([]byte(text)) == nil {
				want += text
			}
		}
		l.Close()
		f, err = durable.OpenFile(path, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := durable.NewLog(f)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		got, err := io.ReadAll(again.Reader())
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Fatalf("%v: got %q, want %q and at most unreported lines behind", err, got, want)
		}
	})
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"one", "two"} {
		if err := durable.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, _ := os.Stat(path)
		if err != nil || string(got) != text || info.Mode().Perm() != 0o600 {
			t.Errorf("%q, mode %v, %v", got, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
	if err := durable.WriteFile(filepath.Join(dir, "no", "f"), nil, 0o600); err == nil {
		t.Error("written into no directory")
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	f, err := durable.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := durable.Lock(dir); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("locked twice: %v", err)
	}
	f.Close()
	if f, err = durable.Lock(dir); err != nil {
		t.Fatal(err)
	}
	f.Close()
}
