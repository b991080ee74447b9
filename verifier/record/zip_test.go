package record_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"bevote/verifier/record"
)

// copies deflates a text that is repeated: the stream is repeated too.
func copies(t testing.TB, text string, times int) []byte {
	t.Helper()
	var one bytes.Buffer
	w, err := flate.NewWriter(&one, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Flush()
	return append(bytes.Repeat(one.Bytes(), times), 1, 0, 0, 0xff, 0xff) // an empty last block
}

// packed is an entry of a zip with its bytes as they stand there, and headers
// that may say something else.
type packed struct {
	zip.FileHeader
	data []byte
}

func zipOfPacked(t testing.TB, entries ...packed) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		w, err := z.CreateRaw(&e.FileHeader)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(e.data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// deflated is a honest entry but for its lengths and its sum.
func deflated(name string, data []byte, length uint64) packed {
	return packed{zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(data)), UncompressedSize64: length}, data}
}

// read reads a file of a record to its end, and returns how long it is.
func read(r *record.Record, name string) (int64, error) {
	f, err := r.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(io.Discard, f)
}

// TestInflation: a million copies of one line are refused while they come out,
// whatever lengths the zip gives, and one entry under six names no later.
func TestInflation(t *testing.T) {
	line := strings.Repeat("a line of five hundred bytes ", 18) + "\n"
	data := copies(t, strings.Repeat(line, 1000), 1000)
	for length, words := range map[uint64]string{
		uint64(1e6 * len(line)): "longer than 20 times what it takes in the zip", 1 << 62: "longer than 20 times what it takes in the zip",
		0: "not a valid zip file", 100: "not a valid zip file",
	} {
		bomb := zipOfPacked(t, deflated(record.Board, data, length))
		n, err := read(open(t, file(t, bomb)), record.Board)
		wantFormat(t, err, words)
		if most := int64(1<<20 + 20*len(bomb)); n > most {
			t.Errorf("%d bytes were read of a zip of %d", n, len(bomb))
		}
	}
	var six []packed
	for _, name := range []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks, record.Proofs} {
		six = append(six, deflated(name, nil, uint64(len(data))))
	}
	six[0].data = data
	whole := zipOfPacked(t, six...)
	r := open(t, file(t, overlapped(whole, len(data))))
	for _, e := range six {
		n, err := read(r, e.Name)
		if err == nil || n > 1<<20+20*int64(len(data)) {
			t.Errorf("%s: %d bytes were read, %v", e.Name, n, err)
		}
	}
}

// overlapped lets all entries of a zip begin where the first does, with its
// packed length.
func overlapped(whole []byte, length int) []byte {
	out := bytes.Clone(whole)
	for at := 0; ; at++ {
		next := bytes.Index(out[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return out
		}
		at += next
		binary.LittleEndian.PutUint32(out[at+20:], uint32(length))
		binary.LittleEndian.PutUint32(out[at+42:], 0)
	}
}

// TestDensest: what honest files hold is far from the bound, also where it
// packs much better than they do.
func TestDensest(t *testing.T) {
	var text strings.Builder
	for i := range 200_000 { // 12 bytes of each line are new
		fmt.Fprintf(&text, "%s%012d\n", strings.Repeat("x", 60), i*7919)
	}
	r := open(t, file(t, zipOf(t, entry{name: record.Board, text: text.String()})))
	if n, err := read(r, record.Board); err != nil || n != int64(text.Len()) {
		t.Errorf("read %d of %d, %v", n, text.Len(), err)
	}
}

// TestLyingHeaders: what an entry's headers say and what is there are two
// things; the difference is the record's fault.
func TestLyingHeaders(t *testing.T) {
	text := []byte("election \"club\"\n")
	stored := func(change func(*packed)) []byte {
		e := packed{zip.FileHeader{Name: record.Policy, Method: zip.Store, CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)), CRC32: 0x1}, text}
		change(&e)
		return zipOfPacked(t, e)
	}
	for name, b := range map[string][]byte{
		"a false sum":          stored(func(*packed) {}),
		"longer than it is":    stored(func(e *packed) { e.UncompressedSize64 += 5 }),
		"shorter than it is":   stored(func(e *packed) { e.UncompressedSize64 -= 5 }),
		"packed in 4 GiB":      stored(func(e *packed) { e.CompressedSize64 = 1<<32 - 2 }),
		"packed in 2^63":       stored(func(e *packed) { e.CompressedSize64 = 1 << 63 }),
		"an unknown method":    stored(func(e *packed) { e.Method = 99 }),
		"deflated, it says":    stored(func(e *packed) { e.Method = zip.Deflate }),
		"begins in the middle": func() []byte { b := stored(func(*packed) {}); b[bytes.Index(b, []byte("PK\x01\x02"))+42] = 7; return b }(),
		"begins nowhere": func() []byte {
			b := stored(func(*packed) {})
			b[bytes.Index(b, []byte("PK\x01\x02"))+45] = 0x7f
			return b
		}(),
	} {
		n, err := read(open(t, file(t, b)), record.Policy)
		var format *record.FormatError
		if !errors.As(err, &format) || n > int64(len(b)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: read %d bytes, got %v, want a format error", name, n, err)
		}
	}
}

// directory is a zip that is nothing but a list of entries, of which it says
// that there are so many.
func directory(entries, says int, name string) []byte {
	header := binary.LittleEndian.AppendUint32(nil, 0x02014b50)
	header = append(header, make([]byte, 42)...)
	binary.LittleEndian.PutUint16(header[28:], uint16(len(name)))
	out := bytes.Repeat(append(header, name...), entries)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], uint16(says))
	binary.LittleEndian.PutUint16(end[10:], uint16(says))
	binary.LittleEndian.PutUint32(end[12:], uint32(len(out)))
	return append(out, end...)
}

// TestLongDirectory: a list of a million entries is not held in memory to be
// refused.
func TestLongDirectory(t *testing.T) {
	const entries = 1_000_000
	for name, b := range map[string][]byte{
		"a million":             directory(entries, entries%65536, ""),
		"it says none":          directory(entries, 0, ""),
		"long names":            directory(entries/100, entries/100, strings.Repeat("n", 5000)),
		"it says many":          directory(1, 65535, record.Policy),
		"it says less":          directory(3, 1, record.Policy),
		"the same twice":        directory(2, 2, record.Policy),
		"many of the same":      directory(10_000, 10_000, record.Policy),
		"one name of 64 KB":     directory(1, 1, strings.Repeat("\x1b\n", 30_000)),
		"nested names":          directory(1, 1, strings.Repeat("chain/", 10_000)+"blocks"),
		"a zip within":          directory(1, 1, "record.zip"),
		"a way out, a long one": directory(1, 1, strings.Repeat("../", 20_000)+record.Policy),
	} {
		path := file(t, b)
		clear(b) // the test's own memory
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := record.Open(path)
		runtime.ReadMemStats(&after)
		var format *record.FormatError
		if !errors.As(err, &format) || len(err.Error()) > 500+len(path) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%s: got %.300v, want a format error in one line", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
			t.Errorf("%s: took %d bytes of memory", name, took)
		}
	}
}
