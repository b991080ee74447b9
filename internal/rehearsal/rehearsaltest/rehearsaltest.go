// Package rehearsaltest makes records for tests and audits them: records of
// rehearsals, of rehearsals with tampering, or of files that a test writes.
//
// It promises that a record is gone when its test is over, and that what cannot
// be written or read ends the test.
package rehearsaltest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// Write returns the path of the record that write writes.
func Write(t testing.TB, write func(*record.Writer) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record")
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := write(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Record returns the path of the record of a rehearsal.
func Record(t testing.TB, opt rehearsal.Options) string {
	t.Helper()
	_, path := Run(t, opt, rehearsal.Run)
	return path
}

// Run plays an election, by [rehearsal.Run] or another function of its kind, and
// returns what was played and the path of its record.
func Run(t testing.TB, opt rehearsal.Options,
	run func(context.Context, rehearsal.Options, *record.Writer) (*rehearsal.Summary, error)) (s *rehearsal.Summary, path string) {
	t.Helper()
	path = Write(t, func(w *record.Writer) (err error) {
		s, err = run(context.Background(), opt, w)
		return err
	})
	return s, path
}

// Dir returns the path of a record of files, which are given by their names in
// it as [Files] gives them. They need not be what a record must have.
func Dir(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Open opens a record until the test is over.
func Open(t testing.TB, path string) *record.Record {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rec.Close() })
	return rec
}

// Files returns the files of a record by their names in it, such as
// [record.Board].
func Files(t testing.TB, path string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[name], err = os.ReadFile(filepath.Join(path, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Audit audits a record with its own chain.
func Audit(t testing.TB, path string) *result.Report {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
