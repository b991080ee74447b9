package layers_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The limits of a file and of a function outside tests, in lines. The style
// asks for 250 and 40; these are where it stops being a matter of taste.
const (
	maxFile     = 400
	maxFunction = 60
)

// longFiles and longFunctions give the reason of each exception, by file and
// by "file function".
var (
	longFiles     = map[string]string{}
	longFunctions = map[string]string{}
)

// emptyNames are package names that say nothing.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "types", "base", "manager", "misc", "shared"}

func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		source := read(t, f)
		if n := bytes.Count(source, []byte("\n")); n > maxFile && longFiles[f] == "" {
			t.Errorf("%s has %d lines, want at most %d: does it hold one noun?", f, n, maxFile)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(root, f), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1
			if n > maxFunction && longFunctions[f+" "+fn.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, want at most %d", f, fn.Name.Name, n, maxFunction)
			}
		}
	}
}

func TestPackagesHaveNamesAndDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range goFiles(t) {
		file := parse(t, f, parser.PackageClauseOnly|parser.ParseComments)
		name := file.Name.Name
		if slices.Contains(emptyNames, name) {
			t.Errorf("%s: package %s is named after nothing", f, name)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		dir := path.Dir(f)
		documented[dir] = documented[dir] || file.Doc != nil
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: the package has no doc", dir)
		}
	}
}

// TestLineEndsStay: a clone with Git's default on Windows, core.autocrlf, has
// the same bytes as any other. Embedded texts and golden files depend on it.
func TestLineEndsStay(t *testing.T) {
	if text := string(read(t, ".gitattributes")); !strings.HasSuffix(text, "\n* -text\n") {
		t.Errorf(".gitattributes does not end with * -text:\n%s", text)
	}
}

// TestNothingLeftLying looks for what should never be published: paths of the
// machine of a developer, and marks of unfinished work. The patterns
// are put together here so that this file does not match itself.
func TestNothingLeftLying(t *testing.T) {
	patterns := map[string]*regexp.Regexp{
		"a path of a developer's machine": regexp.MustCompile(`/(` + `work|farm|home/[a-z]+|Users/[a-zA-Z]+` + `)/|bash_` + `jobs`),
		"a mark of unfinished work":       regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`),
	}
	for _, f := range projectFiles(t) {
		text := read(t, f)
		if bytes.IndexByte(text, 0) >= 0 {
			continue // binary: a recorded chain
		}
		for what, pattern := range patterns {
			if at := pattern.FindIndex(text); at != nil {
				line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
				t.Errorf("%s:%d: %s: %q", f, line, what, text[at[0]:at[1]])
			}
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
