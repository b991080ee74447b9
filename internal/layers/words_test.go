package layers_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// banned are words that say less than the standard one. The comment names what
// to write in their place; docs/design.md has the glossary.
var banned = map[*regexp.Regexp]string{
	regexp.MustCompile(`(?i)\b(some|no|any|every)body\b|\bwhoever\b`): "the role, or what holds",
	regexp.MustCompile(`\btells whether\b|\bsays whether\b`):          "reports whether",
	regexp.MustCompile(`\b(DESIGN|CHECKS|LANGUAGE) [0-9]`):            "a page of docs",
}

// TestWords holds the comments of the code to plain words.
func TestWords(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasPrefix(f, "internal/layers/") {
			continue // this file names the words
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(root, f), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				for word, better := range banned {
					if at := word.FindStringIndex(c.Text); at != nil {
						t.Errorf("%s: %q, write %s", set.Position(c.Pos()), c.Text[at[0]:at[1]], better)
					}
				}
			}
		}
	}
}
