package curve_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The tags of the code are those of docs/protocol.md's table, so that no two uses of
// the hash have one tag.
func TestTagsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]bool)
	_, table, _ := strings.Cut(string(text), "| tag | input | use |")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		if documented[row[1]] {
			t.Errorf("tag %q is documented twice", row[1])
		}
		documented[row[1]] = true
	}
	used := make(map[string]bool)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			tagsOf(t, path, used)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for tag := range used {
		if !documented[tag] {
			t.Errorf("tag %q is not in docs/protocol.md", tag)
		}
	}
	for tag := range documented {
		if !used[tag] {
			t.Errorf("tag %q of docs/protocol.md is not in the code", tag)
		}
	}
}

// tagsOf collects the literal tags of one file: TaggedHash("…" and Tag: "…".
func tagsOf(t *testing.T, path string, used map[string]bool) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Log(err) // the compiler reports it for its package
		return
	}
	literal := func(e ast.Expr) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			tag, _ := strconv.Unquote(l.Value)
			used[tag] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name, _ := n.Fun.(*ast.Ident)
			if s, ok := n.Fun.(*ast.SelectorExpr); ok {
				name = s.Sel
			}
			if name != nil && name.Name == "TaggedHash" && len(n.Args) > 0 {
				literal(n.Args[0])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Tag" {
				literal(n.Value)
			}
		}
		return true
	})
}
