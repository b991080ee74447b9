package record_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/verifier/record"
)

// small is a record's files, as many as there can be at once.
var small = map[string]string{
	record.Policy:   "election \"club\"\n",
	record.Contract: "{}\n",
	record.Board:    "",
	record.Headers:  strings.Repeat("h", 160),
	record.Blocks:   "bbb",
}

// put writes files below dir.
func put(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// entry is one entry of a zip, in order, so that liars can be made.
type entry struct {
	name, text string
	mode       fs.FileMode
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode | 0o644)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, e.text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func file(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.zip")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *record.Record {
	t.Helper()
	r, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// write makes a record of the files at path.
func write(t *testing.T, path string, files map[string]string) {
	t.Helper()
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for name, text := range files {
		if err := w.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

// TestRoundTrip: what is written as a directory and as a zip is read back, and
// has the same sum.
func TestRoundTrip(t *testing.T) {
	dir, zipped := filepath.Join(t.TempDir(), "r"), filepath.Join(t.TempDir(), "r.zip")
	sums := map[[32]byte]bool{}
	for _, path := range []string{dir, zipped} {
		write(t, path, small)
		r := open(t, path)
		if len(r.Names()) != len(small) || !slices.IsSorted(r.Names()) {
			t.Errorf("%s: names %v", path, r.Names())
		}
		for name, want := range small {
			got, err := r.ReadFile(name)
			if err != nil || string(got) != want {
				t.Errorf("%s: %s is %q, %v, want %q", path, name, got, err, want)
			}
		}
		sum, err := r.Sum()
		if err != nil {
			t.Fatal(err)
		}
		sums[sum] = true
	}
	if len(sums) != 1 {
		t.Error("the directory and its zip have different sums")
	}
}

// TestSum computes the sum as its definition says, with nothing of the package.
func TestSum(t *testing.T) {
	r := open(t, put(t, t.TempDir(), small))
	want := sha256.New()
	for _, name := range []string{"board.jsonl", "contract.json", "policy.bev"} {
		fmt.Fprintf(want, "%x %s\n", sha256.Sum256([]byte(small[name])), name)
	}
	got, err := r.Sum()
	if err != nil || !bytes.Equal(got[:], want.Sum(nil)) {
		t.Errorf("sum %x, %v, want %x", got, err, want.Sum(nil))
	}
}

func TestSameZipBytes(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a.zip"), filepath.Join(t.TempDir(), "b.zip")
	write(t, a, small) // map order differs
	write(t, b, small)
	first, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, again) {
		t.Error("two zips of the same files differ")
	}
}

// TestOpenRefuses: directories that are no records.
func TestOpenRefuses(t *testing.T) {
	outside := file(t, []byte("secret"))
	for _, c := range []struct {
		name, words string
		make        func(dir string) error
	}{
		{"an unknown file", `unknown file "notes.txt"`, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644)
		}},
		{"an unknown chain file", `unknown file "chain/x"`, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "chain/x"), nil, 0o644)
		}},
		{"an unknown directory", `unknown file "more"`, func(dir string) error {
			return os.Mkdir(filepath.Join(dir, "more"), 0o755)
		}},
		{"a link out of the record", "policy.bev: not a regular file", func(dir string) error {
			os.Remove(filepath.Join(dir, record.Policy))
			return os.Symlink(outside, filepath.Join(dir, record.Policy))
		}},
		{"a directory for a file", "policy.bev: not a regular file", func(dir string) error {
			os.Remove(filepath.Join(dir, record.Policy))
			return os.Mkdir(filepath.Join(dir, record.Policy), 0o755)
		}},
		{"a link for chain", "chain: not a directory", func(dir string) error {
			os.RemoveAll(filepath.Join(dir, "chain"))
			return os.Symlink(t.TempDir(), filepath.Join(dir, "chain"))
		}},
		{"a file for chain", "chain: not a directory", func(dir string) error {
			os.RemoveAll(filepath.Join(dir, "chain"))
			return os.WriteFile(filepath.Join(dir, "chain"), nil, 0o644)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := put(t, t.TempDir(), small)
			if err := c.make(dir); err != nil {
				t.Fatal(err)
			}
			_, err := record.Open(dir)
			wantFormat(t, err, c.words)
		})
	}
}

func wantFormat(t *testing.T, err error, words string) {
	t.Helper()
	var format *record.FormatError
	if !errors.As(err, &format) || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want a format error with %q", err, words)
	}
}

func TestOpenRefusesZip(t *testing.T) {
	policy := entry{name: record.Policy, text: "p"}
	whole := zipOf(t, policy)
	for _, c := range []struct {
		name, words string
		zip         []byte
	}{
		{"not a zip", "neither a directory nor a zip", []byte("election")},
		{"nothing", "neither a directory nor a zip", nil},
		{"half a zip", "neither a directory nor a zip", whole[:len(whole)-9]},
		{"an unknown file", `unknown file "x"`, zipOf(t, policy, entry{name: "x"})},
		{"a way out", `unknown file "../policy.bev"`, zipOf(t, entry{name: "../policy.bev"})},
		{"an absolute name", `unknown file "/policy.bev"`, zipOf(t, entry{name: "/policy.bev"})},
		{"another spelling", `unknown file "./policy.bev"`, zipOf(t, entry{name: "./policy.bev"})},
		{"another case", `unknown file "Policy.bev"`, zipOf(t, entry{name: "Policy.bev"})},
		{"the same twice", "policy.bev: twice", zipOf(t, policy, policy)},
		{"a link", "policy.bev: not a regular file", zipOf(t, entry{record.Policy, "/etc/passwd", fs.ModeSymlink})},
		{"a device", "policy.bev: not a regular file", zipOf(t, entry{record.Policy, "", fs.ModeDevice})},
		{"another directory", `unknown file "more/"`, zipOf(t, entry{name: "more/", mode: fs.ModeDir})},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := record.Open(file(t, c.zip))
			wantFormat(t, err, c.words)
		})
	}
	_, err := record.Open(os.DevNull)
	wantFormat(t, err, "neither a directory nor a zip")
	open(t, file(t, zipOf(t, policy, entry{name: "chain/", mode: fs.ModeDir})))
}

func TestOpenNothing(t *testing.T) {
	_, err := record.Open(filepath.Join(t.TempDir(), "none"))
	var format *record.FormatError
	if !errors.Is(err, fs.ErrNotExist) || errors.As(err, &format) {
		t.Errorf("got %v, want that the path does not exist", err)
	}
}

// maxContract is the cap of contract.json, in bytes.
const maxContract = 256 << 10

// TestZipBomb: the entry's own length is a lie, and the cap counts what comes out.
func TestZipBomb(t *testing.T) {
	bomb := zipOf(t, entry{name: record.Contract, text: strings.Repeat("0", 10<<20)})
	if len(bomb) > maxContract {
		t.Fatalf("the bomb weighs %d bytes", len(bomb))
	}
	r := open(t, file(t, bomb))
	b, err := r.ReadFile(record.Contract)
	wantFormat(t, err, "contract.json: longer than 262144 bytes")
	if len(b) > maxContract {
		t.Errorf("%d bytes were read", len(b))
	}
	if _, err := r.Sum(); err == nil {
		t.Error("the bomb has a sum")
	}
}

func TestCapIsInclusive(t *testing.T) {
	for length, ok := range map[int]bool{maxContract - 1: true, maxContract: true, maxContract + 1: false} {
		r := open(t, put(t, t.TempDir(), map[string]string{record.Contract: strings.Repeat("0", length)}))
		b, err := r.ReadFile(record.Contract)
		if (err == nil) != ok || ok && len(b) != length {
			t.Errorf("%d bytes: read %d, %v", length, len(b), err)
		}
	}
}

func TestBrokenCompression(t *testing.T) {
	b := zipOf(t, entry{name: record.Policy, text: strings.Repeat("election ", 100)})
	at := bytes.Index(b, []byte(record.Policy)) + len(record.Policy)
	b[at+4] ^= 0xff
	_, err := open(t, file(t, b)).ReadFile(record.Policy)
	wantFormat(t, err, "policy.bev: ")
}

func TestMissingFile(t *testing.T) {
	r := open(t, put(t, t.TempDir(), nil))
	_, err := r.ReadFile(record.Policy)
	wantFormat(t, err, "policy.bev: missing")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if _, err := r.ReadFile("passwd"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for a name that no record has", err)
	}
}

// FuzzOpen: any bytes offered as a zip are read within the caps or blamed.
func FuzzOpen(f *testing.F) {
	f.Add(zipOf(f, entry{name: record.Policy, text: "p"}, entry{name: record.Headers, text: "h"}))
	f.Add(zipOf(f, entry{name: "../policy.bev", text: "p"}))
	f.Add(zipOf(f, entry{record.Policy, "x", fs.ModeSymlink}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := record.Open(file(t, b))
		var format *record.FormatError
		if err != nil {
			if !errors.As(err, &format) {
				t.Fatalf("got %v, which does not blame the record", err)
			}
			return
		}
		defer r.Close()
		for _, name := range r.Names() {
			limit, known := record.Cap(name)
			if !known {
				t.Fatalf("a file %q", name)
			}
			in, err := r.Open(name)
			if err != nil {
				continue
			}
			n, err := io.Copy(io.Discard, in)
			in.Close()
			if n > limit {
				t.Fatalf("%s: %d bytes", name, n)
			}
			if err != nil && !errors.As(err, &format) {
				t.Fatalf("got %v, which does not blame the record", err)
			}
		}
	})
}

func TestInMemory(t *testing.T) {
	files := make(map[string][]byte)
	for name, text := range small {
		files[name] = []byte(text)
	}
	r, err := record.InMemory(files)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := record.Open(put(t, t.TempDir(), small))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	want, _ := kept.Sum()
	if got, err := r.Sum(); err != nil || got != want || !slices.Equal(r.Names(), kept.Names()) {
		t.Errorf("%v with sum %x, %v, want %v with %x", r.Names(), got, err, kept.Names(), want)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	var format *record.FormatError
	if _, err := record.InMemory(map[string][]byte{"notes": nil}); !errors.As(err, &format) {
		t.Errorf("a file that no record has: got %v, want a format error", err)
	}
}
