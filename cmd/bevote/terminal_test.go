package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestNoTerminal: a writer that is no terminal gets neither colours nor a
// progress bar. The null device is none, though a character device.
func TestNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	for name, w := range map[string]io.Writer{os.DevNull: null, "a file": file, "a pipe": writer, "a buffer": io.Discard} {
		if isTerminal(w) || newProgress(w).w != nil {
			t.Errorf("%s counts as a terminal", name)
		}
	}
}
