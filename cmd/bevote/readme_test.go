package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readme returns README.md.
func readme(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestReadmeShowsTheDemo: what README.md says that the demo prints is what it
// prints, line by line and in order; "…" stands for lines left out.
func TestReadmeShowsTheDemo(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "```text\n")
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

// TestReadmeCommands runs the bevote commands of README.md in their order, in a
// folder that holds only the examples. The other auditor's report is our own.
func TestReadmeCommands(t *testing.T) {
	page, folder := readme(t), t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	commands := 0
	for _, b := range blocksOf(page) {
		for line := range strings.Lines(b.text) {
			if b.info != "sh" || !strings.HasPrefix(line, "bevote ") {
				continue
			}
			if report, err := os.ReadFile("report.json"); err == nil {
				if err := os.WriteFile("theirs.json", report, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			command(t, "README.md", line)
			commands++
		}
	}
	if commands < 9 {
		t.Errorf("only %d commands were found", commands)
	}
}

// TestLinks follows every link of README.md, CHANGELOG.md and docs to a file of
// the project, and to a heading of that file where the link names one.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link, web := regexp.MustCompile(`\]\(([^)# ]*)(#[^) ]*)?\)`), regexp.MustCompile(`^https?://`)
	for _, page := range append(pages, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor := filepath.Join(filepath.Dir(page), m[1]), m[2]
			if m[1] == "" {
				target = page
			}
			if web.MatchString(m[1]) {
				continue
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", page, m[0], err)
			} else if anchor != "" && !headings(t, target)[anchor] {
				t.Errorf("%s: %s names no heading", page, m[0])
			}
		}
	}
}

// headings returns the anchors of a page's headings, as GitHub makes them: lower
// case, without punctuation, and with hyphens for spaces.
func headings(t *testing.T, page string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	punctuation := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	anchors := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		title := punctuation.ReplaceAllString(strings.ToLower(m[1]), "")
		anchors["#"+strings.ReplaceAll(title, " ", "-")] = true
	}
	return anchors
}

// TestReadmeMap holds the table "Where things are": each path exists, and the two
// things that the table names within files are there.
func TestReadmeMap(t *testing.T) {
	_, section, _ := strings.Cut(readme(t), "\n## Where things are\n")
	section, _, _ = strings.Cut(section, "\n## ")
	paths := regexp.MustCompile("`([a-z]+(?:/[a-z_*.]+)*)`").FindAllStringSubmatch(section, -1)
	if len(paths) < 20 {
		t.Errorf("only %d paths were found", len(paths))
	}
	for _, m := range paths {
		if found, err := filepath.Glob("../../" + m[1]); err != nil || len(found) == 0 {
			t.Errorf("README.md: there is no %s", m[1])
		}
	}
	for glob, text := range map[string]string{"verifier/rules_*.go": `"V71"`, "internal/roles/vote.go": ") vote("} {
		if !strings.Contains(section, glob) || !anyContains(t, glob, text) {
			t.Errorf("README.md: %s is not in %s", text, glob)
		}
	}
}

// anyContains reports whether a file of the pattern contains the text.
func anyContains(t *testing.T, glob, text string) bool {
	t.Helper()
	names, err := filepath.Glob("../../" + glob)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}
