package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/terminal"
)

// TestHostileNames: names of files, and names within files of other authors,
// reach the terminal without control characters.
func TestHostileNames(t *testing.T) {
	const name = "a\x1b[2J\u202eb\r\u009b31m\nc"
	file := filepath.Join(t.TempDir(), name)
	put := func(ending string, content []byte) string {
		if err := os.WriteFile(file+ending, content, 0o600); err != nil {
			t.Skip("no such names here: ", err)
		}
		return file + ending
	}
	club := examples.Policy("club_chair")
	good, bad := put(".bev", club), put(".bad.bev", []byte("bevote 1\nelection x\x1b[2J {\u202e}\n"))
	long := put(".long.bev", bytes.Replace(club, []byte("\n\n"), []byte("\n\n\n\n"), 1))
	contract, certificate := file+".json", file+".certificate"
	mustRun(t, "compile", good, "-o", contract)
	mustRun(t, "certificate", good, "-o", certificate)
	for _, args := range [][]string{
		{"check", good}, {"check", bad}, {"check", file}, {"fmt", bad}, {"fmt", "--check", long}, {"fmt", "--diff", long},
		{"explain", bad},
		{"test", good}, {"diff", good, long}, {"diff", good, bad}, {"compile", bad}, {"certificate", "--replay", certificate},
		{"certificate", "--replay", renamed(t, certificate, "name", put)},
		{"certificate", "--replay", renamed(t, certificate, "path", put)},
		{"certificate", "--replay", good}, {"lift", contract}, {"lift", renamed(t, contract, "name", put)},
		{"lift", bad}, {"rehearse", bad}, {"audit", file}, {"audit", good}, {"compare", good, bad}, {"new", "-o", good},
		{"new", "--from", name, "-o", file},
		{"new", "--candidates", name, "-o", file}, {"rehearse", "--lie", name}, {name}, {"check", "--" + name},
	} {
		var out, talk strings.Builder
		run(args, strings.NewReader(""), &out, &talk)
		for line := range strings.Lines(out.String() + talk.String()) {
			shown := strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "")
			if terminal.Visible(shown) != shown {
				t.Errorf("%q prints %q", args, line)
			}
		}
	}
}

// mustRun runs a command that must succeed.
func mustRun(t *testing.T, args ...string) {
	t.Helper()
	var talk strings.Builder
	if code := run(args, strings.NewReader(""), &talk, &talk); code != 0 {
		t.Skipf("%q exits %d: %s", args, code, talk.String())
	}
}

// renamed replaces the first value of a key in a file of canonical JSON.
func renamed(t *testing.T, file, key string, put func(ending string, content []byte) string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(content), `"`+key+`":`)
	_, rest, more := strings.Cut(after, ",")
	if !found || !more {
		t.Fatalf("no %s in %s", key, file)
	}
	return put("."+key+filepath.Ext(file), []byte(before+`"`+key+`":`+`"win\u001b[2J`+"\u009b\u202e"+`",`+rest))
}
