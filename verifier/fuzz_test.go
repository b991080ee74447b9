package verifier_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/verifier/record"
	"bevote/verifier/result"
)

var recordFiles = []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks}

// recorded returns the files of a record in the repository.
func recorded(t testing.TB, name string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for _, file := range recordFiles {
		text, err := os.ReadFile(filepath.Join("..", "examples", "records", name, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		files[file] = text
	}
	return files
}

// changed returns the record with one byte changed.
func changed(files map[string][]byte, file string, at int, mask byte) map[string][]byte {
	out := make(map[string][]byte, len(files))
	for name, text := range files {
		out[name] = text
	}
	out[file] = slices.Clone(files[file])
	out[file][at] ^= mask
	return out
}

// FuzzOneByte changes one byte of one file: whatever it is, the audit says so.
func FuzzOneByte(f *testing.F) {
	files := recorded(f, "club_chair")
	for i := range recordFiles {
		f.Add(uint8(i), uint32(1000), uint8(1))
	}
	f.Fuzz(func(t *testing.T, file uint8, at uint32, mask uint8) {
		name := recordFiles[int(file)%len(recordFiles)]
		refuted(t, files, name, int(at)%len(files[name]), max(mask, 1))
	})
}

// TestEveryByteCounts is FuzzOneByte over a fixed sample.
func TestEveryByteCounts(t *testing.T) {
	files := recorded(t, "club_chair")
	draw := rand.New(rand.NewPCG(1, 2))
	for _, name := range recordFiles {
		for range 12 {
			refuted(t, files, name, draw.IntN(len(files[name])), 1<<draw.IntN(8))
		}
	}
}

// listed reports whether a line is listed as against the table of lines. The last line is
// under no anchor: as a line of another author or type it is one that any key may add.
func listed(r *result.Report) bool {
	for _, c := range r.Checks {
		for _, i := range c.Items {
			if (c.ID == "V02" || c.ID == "V69") && strings.HasPrefix(i.Message, "does not count: ") {
				return true
			}
		}
	}
	return false
}

// refuted audits a record with one byte changed. It is refused as no record, or
// refuted, or the line is listed; no byte is without a meaning.
func refuted(t *testing.T, files map[string][]byte, name string, at int, mask byte) {
	t.Helper()
	r, err := audited(t, changed(files, name, at, mask))
	if err == nil && (r.Exit == 0 || r.Level != "none") && !listed(r) {
		t.Errorf("byte %d of %s xor %#02x: exit %d, level %s", at, name, mask, r.Exit, r.Level)
	}
}

// FuzzRecord replaces a piece of one file: whatever the record then is, it is
// not the election that was recounted.
func FuzzRecord(f *testing.F) {
	files := recorded(f, "club_chair")
	for i := range recordFiles {
		f.Add(uint8(i), uint32(100), uint16(0), []byte("\n"))
		f.Add(uint8(i), uint32(1000), uint16(300), []byte{})
		f.Add(uint8(i), uint32(1<<20), uint16(1), []byte("0"))
	}
	f.Fuzz(func(t *testing.T, file uint8, at uint32, cut uint16, put []byte) {
		name := recordFiles[int(file)%len(recordFiles)]
		text := files[name]
		from := min(int(at), len(text))
		to := min(from+int(cut), len(text))
		torn := changed(files, name, 0, 0)
		torn[name] = slices.Concat(text[:from], put, text[to:])
		r, err := audited(t, torn)
		if err == nil && r.Exit == 0 && !bytes.Equal(torn[name], text) && !listed(r) {
			t.Errorf("bytes %d to %d of %s as %q: exit 0", from, to, name, put)
		}
	})
}
