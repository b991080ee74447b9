package lang_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/lang"
)

func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block returns the page's code block of the kind.
func block(t *testing.T, page, kind string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "\n```"+kind+"\n")
	text, _, closed := strings.Cut(rest, "\n```")
	if !ok || !closed {
		t.Fatalf("docs/language.md has no block of %s", kind)
	}
	return text
}

func TestDocsGrammar(t *testing.T) {
	if got := block(t, page(t), "ebnf"); got != strings.TrimSpace(lang.Grammar) {
		t.Errorf("the parser's grammar is\n%s", lang.Grammar)
	}
}

func TestDocsCore(t *testing.T) {
	p := load(t, examples.Policy("club_chair"))
	if got := block(t, page(t), "core") + "\n"; got != string(p.Core()) {
		t.Errorf("the core of club_chair is\n%s", p.Core())
	}
}

func TestDocsDiagnostic(t *testing.T) {
	golden, err := os.ReadFile("testdata/mistakes/confused.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(golden), block(t, page(t), "diagnostic")) {
		t.Error("the diagnostic that is shown is not one of confused.txt")
	}
}

func TestDocsCodes(t *testing.T) {
	var rows []lang.Code
	for _, m := range regexp.MustCompile(`(?m)^\| ([EW]\d{4}) \| (.*) \|$`).FindAllStringSubmatch(page(t), -1) {
		rows = append(rows, lang.Code{ID: m[1], Says: m[2]})
	}
	if !slices.Equal(rows, lang.Codes()) {
		t.Errorf("the table of codes is %v, want %v", rows, lang.Codes())
	}
}

func TestDocsStatements(t *testing.T) {
	for _, f := range lang.Forms() {
		if !strings.Contains(page(t), fmt.Sprintf("\n| `%s` |", f.Keyword)) {
			t.Errorf("no row for the statement `%s`", f.Keyword)
		}
	}
}

// TestForms checks that the forms that messages quote parse.
func TestForms(t *testing.T) {
	fill := strings.NewReplacer("NAME", "somebody", "pub:02…", key("a form"), "addr:…", addr("a form"), "TXID", strings.Repeat("0", 64))
	for _, f := range lang.Forms() {
		keyword, form := f.Keyword, f.Example
		if keyword == "bevote" || keyword == "election" {
			continue
		}
		src := "bevote 1\nelection e {\n" + fill.Replace(form) + "\n}\n"
		_, diags := lang.Load([]byte(src))
		for _, d := range diags {
			if d.Code < "E0100" {
				t.Errorf("%s: %s %s", form, d.Code, d.Message)
			}
		}
	}
}
