package record_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/verifier/record"
)

// names lists what stands in a directory, hidden files included.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestNothingBeforeCommit: half a record is never seen, and leaves no crumbs.
func TestNothingBeforeCommit(t *testing.T) {
	for _, name := range []string{"r", "r.zip"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		w, err := record.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteFile(record.Policy, []byte("p")); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s stands before Commit", name)
		}
		w.Abort()
		if got := names(t, dir); got != nil {
			t.Errorf("after Abort %v is left", got)
		}
		if err := w.Commit(); err == nil {
			t.Error("Commit after Abort succeeded")
		}
		if _, err := w.Create(record.Board); err == nil {
			t.Error("Create after Abort succeeded")
		}
	}
}

func TestCommitLeavesOnlyTheRecord(t *testing.T) {
	for _, name := range []string{"r", "r.zip"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), small)
		if got := names(t, dir); len(got) != 1 || got[0] != name {
			t.Errorf("after Commit %v stands there, want %s", got, name)
		}
	}
}

// TestNoOverwriting: a record, a full directory and a file stay as they are.
func TestNoOverwriting(t *testing.T) {
	dir := t.TempDir()
	full, zipped := filepath.Join(dir, "full"), filepath.Join(dir, "r.zip")
	put(t, full, small)
	write(t, zipped, small)
	if err := os.Mkdir(filepath.Join(dir, "d.zip"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{full, zipped, filepath.Join(full, record.Policy), filepath.Join(dir, "d.zip")} {
		_, err := record.Create(path)
		if err == nil || !strings.Contains(err.Error(), path+": exists already") {
			t.Errorf("got %v, want that %s exists already", err, path)
		}
	}
	if _, err := record.Create(filepath.Join(dir, "none", "r")); err == nil {
		t.Error("a record was begun in a directory that does not exist")
	}
}

// TestEmptyDirectory: a record replaces an empty directory.
func TestEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, small)
	open(t, dir)
}

// TestFilledMeanwhile: the place was free at Create and is not at Commit.
func TestFilledMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "r")
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, map[string]string{"mine.txt": "mine"})
	if err := w.Commit(); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("got %v, want that the path exists already", err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("%v stands there, want r alone", got)
	}
}

func TestCreateRefuses(t *testing.T) {
	w, err := record.Create(filepath.Join(t.TempDir(), "r"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, name := range []string{"notes.txt", "../policy.bev", "chain", ""} {
		if _, err := w.Create(name); err == nil {
			t.Errorf("a file %q was begun", name)
		}
	}
	f, err := w.Create(record.Contract)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create(record.Contract); err == nil {
		t.Error("a file was begun twice")
	}
	if _, err := f.Write(make([]byte, maxContract+1)); err == nil {
		t.Error("more than the cap was written")
	}
	if err := w.Commit(); err == nil || !strings.Contains(err.Error(), "not closed") {
		t.Errorf("got %v, want that a file is not closed", err)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	for _, text := range []string{"first", "second"} {
		if err := record.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("got %q, %v, want %q", b, err, text)
		}
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("%v stands there, want report.json alone", got)
	}
	if info, _ := os.Stat(path); info.Mode().Perm()&^0o640 != 0 {
		t.Errorf("mode %v, want at most 0640", info.Mode())
	}
	for _, path := range []string{dir, os.DevNull, filepath.Join(dir, "none", "x"), filepath.Join(path, "x")} {
		if err := record.WriteFile(path, nil, 0o644); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}
