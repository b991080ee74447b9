package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bevote/verifier/record"
)

// maxMemory is the most memory that an audit may take, in bytes, whatever the
// evidence. The limit of the heap is a quarter of it, so garbage hardly counts.
const maxMemory = 256 << 20

// measured is the command. It writes its peak of memory to the file $PEAK, in
// kilobytes, where /proc gives it.
func measured() {
	code := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	status, _ := os.ReadFile("/proc/self/status")
	if peak := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status); peak != nil {
		os.WriteFile(os.Getenv("PEAK"), peak[1], 0o600)
	}
	os.Exit(code)
}

// wantWithinMemory runs the command in a process of its own and wants the exit
// code, one line with the words if it is 65, and memory within [maxMemory].
func wantWithinMemory(t *testing.T, code int, words string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a hang
	defer cancel()
	peak := filepath.Join(t.TempDir(), "peak")
	cmd := exec.CommandContext(ctx, "measured", args...)
	cmd.Env = append(os.Environ(), "PEAK="+peak, fmt.Sprint("GOMEMLIMIT=", maxMemory/4))
	var talk bytes.Buffer
	cmd.Stderr = &talk
	err := cmd.Run()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	said := talk.String()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exits %d, want %d: %.300s", got, code, said)
	}
	if code == codeInput && (strings.Count(said, "\n") != 1 || len(said) > 500 || !strings.Contains(said, words)) {
		t.Errorf("says %.600q, want one line with %q", said, words)
	}
	if kb, err := os.ReadFile(peak); err == nil {
		if n, err := strconv.Atoi(string(kb)); err != nil || n<<10 > maxMemory {
			t.Errorf("took %s kB (%v), want at most %d", kb, err, maxMemory>>10)
		} else {
			t.Logf("took %d MB", n>>10)
		}
	}
}

// part is a text that is repeated.
type part struct {
	text  []byte
	times int
}

// files are what differs from the recorded election; nil leaves a file out.
type files map[string][]part

// whole is a text of one part.
func whole(text []byte) []part { return []part{{text, 1}} }

// original returns a file of the recorded election.
func original(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "records", "club_chair", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// recordOf writes a record that differs in some files.
func recordOf(t testing.TB, changed files) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "record")
	if err := os.MkdirAll(filepath.Join(dir, "chain"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks,
		record.Proofs} {
		parts, differs := changed[name]
		if !differs && name != record.Proofs {
			parts = whole(original(t, name))
		}
		if parts != nil {
			fileOf(t, filepath.Join(dir, filepath.FromSlash(name)), parts...)
		}
	}
	return dir
}

// fileOf writes a file of parts.
func fileOf(t testing.TB, path string, parts ...part) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	for _, p := range parts {
		for range p.times {
			out.Write(p.text)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// boardLine returns the last board line of a type, with another body if there
// is one.
func boardLine(t testing.TB, kind, body string) []byte {
	t.Helper()
	var last string
	for line := range strings.Lines(string(original(t, record.Board))) {
		if strings.Contains(line, `"type":"`+kind+`"`) {
			last = line
		}
	}
	if body != "" {
		head, tail := strings.Index(last, `"body":`)+len(`"body":`), strings.LastIndex(last, `,"sig"`)
		last = last[:head] + body + last[tail:]
	}
	return []byte(last)
}

// long repeats an element of a JSON list, 8 MiB in all.
func long(before, element, after string) string {
	room := 8<<20 - 4096
	return before + strings.Repeat(element+",", room/(len(element)+1)) + element + after
}

// blockOf is a record's block of the height at which the blocks begin.
func blockOf(t testing.TB, txs ...byte) []byte {
	blocks := original(t, record.Blocks)
	raw := append(bytes.Clone(blocks[8:88]), txs...)
	return append(binary.BigEndian.AppendUint32(bytes.Clone(blocks[:4]), uint32(len(raw))), raw...)
}

// zipWith zips the recorded election, with copies of a text behind what one of
// its files holds. The packed text is copied, not the text.
func zipWith(t *testing.T, name string, text []byte, copies int) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, file := range []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks} {
		if file == name || file == record.Blocks && name == record.Proofs {
			continue
		}
		w, err := z.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(original(t, file))
	}
	perCopy := max(1, 1<<20/max(1, len(text)))
	data := deflated(t, bytes.Repeat(text, perCopy))
	data = bytes.Repeat(data, (copies+perCopy-1)/perCopy)
	if name == record.Board {
		data = append(deflated(t, original(t, name)), data...)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(data)),
		UncompressedSize64: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, filepath.Join(t.TempDir(), "record.zip"), whole(out.Bytes())...)
}

// deflated deflates a text to a stream that can go on.
func deflated(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(text)
	w.Flush()
	return out.Bytes()
}
