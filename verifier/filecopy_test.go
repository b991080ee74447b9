package verifier_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// TestChangedCopies: a file that copying has changed exits 65 with the cause. It refutes nothing.
func TestChangedCopies(t *testing.T) {
	crlf := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }
	mark := func(text []byte) []byte { return append([]byte("\xef\xbb\xbf"), text...) }
	for _, row := range []struct {
		name, file string
		change     func([]byte) []byte
		words      string
	}{
		{"policy with CR LF", record.Policy, crlf, "other line ends"},
		{"policy with a mark", record.Policy, mark, "byte order mark"},
		{"policy with both", record.Policy, func(b []byte) []byte { return mark(crlf(b)) }, "other line ends"},
		{"contract with CR LF", record.Contract, crlf, "other line ends"},
		{"contract with a mark", record.Contract, mark, "byte order mark"},
		{"board with CR LF", record.Board, crlf, "other line ends"},
		{"board with a mark", record.Board, mark, "byte order mark"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "records", "club_chair"))); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, row.file)
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, row.change(text), 0o600); err != nil {
				t.Fatal(err)
			}
			rec, err := record.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer rec.Close()
			r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{Now: time.Now()})
			var input *verifier.InputError
			if !errors.As(err, &input) || !strings.Contains(err.Error(), row.file) || !strings.Contains(err.Error(), row.words) {
				t.Errorf("got %v, %v, want an error about %s with %q", r, err, row.file, row.words)
			}
		})
	}
}
