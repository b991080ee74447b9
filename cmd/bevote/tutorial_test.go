package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestTutorial does what docs/tutorial.md says, block by block, in a folder of
// its own: `bev FILE` blocks are files, `diff FILE` blocks are edits, `sh`
// blocks are commands, and `text` blocks what the commands before them answer.
func TestTutorial(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "tutorial.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := blocksOf(string(page))
	t.Chdir(t.TempDir())
	said, commands := "", 0
	for _, b := range blocks {
		where := fmt.Sprintf("docs/tutorial.md:%d", b.line)
		switch kind, file, _ := strings.Cut(b.info, " "); {
		case kind == "sh":
			said = ""
			for _, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
				said += command(t, where, line)
				commands++
			}
		case kind == "text":
			excerpt(t, where, b.text, said)
		case kind == "bev" && file == "":
			contains(t, where, b.text, "chair.bev")
		case kind == "bev":
			if err := os.WriteFile(file, []byte(b.text), 0o644); err != nil {
				t.Fatal(err)
			}
		case kind == "diff":
			edit(t, where, b.text, file)
		default:
			t.Errorf("%s: a block of %q is not run", where, b.info)
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
}

// block is a fenced block of a page.
type block struct {
	info, text string
	line       int
}

func blocksOf(page string) []block {
	var blocks []block
	var open *block
	for n, line := range strings.Split(page, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{info: info, line: n + 1}
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return blocks
}

// command runs one line in this process and returns standard output and then
// standard error. A comment gives an exit code other than 0.
func command(t *testing.T, where, line string) string {
	t.Helper()
	line, comment, _ := strings.Cut(line, "#")
	want := 0
	if code, ok := strings.CutPrefix(strings.TrimSpace(comment), "exits "); ok {
		var err error
		if want, err = strconv.Atoi(code); err != nil {
			t.Fatalf("%s: %v", where, err)
		}
	}
	words := strings.Fields(line)
	switch {
	case words[0] == "cp" && len(words) == 3:
		b, err := os.ReadFile(words[1])
		if err == nil {
			err = os.WriteFile(words[2], b, 0o644)
		}
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		return ""
	case words[0] != "bevote":
		t.Fatalf("%s: %s is not a command of ours", where, words[0])
	}
	var out, talk bytes.Buffer
	if code := run(words[1:], strings.NewReader(""), &out, &talk); code != want {
		t.Fatalf("%s: %s exits %d, want %d\n%s%s", where, strings.TrimSpace(line), code, want, &out, &talk)
	}
	return talk.String() + out.String()
}

// excerpt wants each line of the block in the output, in order, each the
// beginning of a line. Between lines without … none is left out.
func excerpt(t *testing.T, where, text, said string) {
	t.Helper()
	have, gap := strings.Split(said, "\n"), true
	for _, want := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if want == "…" {
			gap = true
			continue
		}
		at := 0
		for at < len(have) && !begins(have[at], want) {
			at++
		}
		if at == len(have) || !gap && at > 0 {
			t.Errorf("%s: nothing says %q next:\n%s", where, want, said)
			return
		}
		have, gap = have[at+1:], false
	}
}

// begins reports whether a line begins as wanted. An empty line must be empty.
func begins(line, want string) bool {
	return strings.HasPrefix(line, want) && (want != "" || line == "")
}

// contains wants the block's paragraphs in a file.
func contains(t *testing.T, where, text, file string) {
	t.Helper()
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, paragraph := range strings.Split(text, "\n\n") {
		for _, line := range strings.Split(strings.TrimSuffix(paragraph, "\n"), "\n") {
			if !strings.Contains(string(have), line+"\n") {
				t.Errorf("%s: %s has no line %q", where, file, line)
			}
		}
	}
}

// edit replaces the line after - by those after +.
func edit(t *testing.T, where, text, file string) {
	t.Helper()
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	from, to := "", ""
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line[0] == '-' {
			from += line[1:] + "\n"
		} else {
			to += line[1:] + "\n"
		}
	}
	if strings.Count(string(have), from) != 1 {
		t.Fatalf("%s: %s has not once %q:\n%s", where, file, from, have)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(have), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
