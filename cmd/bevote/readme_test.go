package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheDemo: what README.md says that the demo prints is what it
// prints, line by line and in order; "…" stands for lines left out.
func TestReadmeShowsTheDemo(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```text\n")
	want, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("README.md shows no output")
	}
	var printed bytes.Buffer
	if code := run([]string{"demo"}, nil, &printed, &printed); code != 0 {
		t.Fatalf("the demo exits %d:\n%s", code, &printed)
	}
	left := printed.String()
	for line := range strings.Lines(want) {
		if strings.TrimSpace(line) == "…" || line == "\n" {
			continue
		}
		_, after, found := strings.Cut(left, line)
		if !found {
			t.Fatalf("README.md shows a line that the demo does not print there: %s", line)
		}
		left = after
	}
}
