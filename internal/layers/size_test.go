package layers_test

import (
	"go/ast"
	"go/parser"
	"path"
	"strconv"
	"strings"
	"testing"
)

// The limits of a package outside tests. docs/design.md lists the packages that
// are larger, each with how large and why.
const (
	maxFiles = 25 // with code
	maxNames = 20 // exported, without methods and fields
)

// TestPackagesAreSmall holds every package to the limits, or to its line in the
// block "large" of docs/design.md. A line that is not needed any more is a
// mistake too.
func TestPackagesAreSmall(t *testing.T) {
	files, names := make(map[string]int), make(map[string]int)
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		files[path.Dir(f)]++
		names[path.Dir(f)] += exportedNames(parse(t, f, parser.SkipObjectResolution))
	}
	allowed := largePackages(t)
	for pkg := range files {
		for _, size := range []struct {
			what     string
			got, max int
		}{{"files", files[pkg], maxFiles}, {"names", names[pkg], maxNames}} {
			more, listed := allowed[pkg+" "+size.what]
			switch {
			case !listed && size.got > size.max:
				t.Errorf("%s has %d %s, want at most %d, or a line with the reason in docs/design.md", pkg, size.got, size.what, size.max)
			case listed && size.got > more:
				t.Errorf("%s has %d %s, docs/design.md allows %d", pkg, size.got, size.what, more)
			case listed && size.got <= size.max:
				t.Errorf("%s has %d %s: it needs no line in docs/design.md", pkg, size.got, size.what)
			}
		}
		delete(allowed, pkg+" files")
		delete(allowed, pkg+" names")
	}
	for line := range allowed {
		t.Errorf("docs/design.md: the large packages name %s, which has no source", line)
	}
}

// largePackages reads the block "large": package, number, "files" or "names",
// and the reason, as in
//
//	verifier/board     : 60 names | the types of lines and their bodies
func largePackages(t *testing.T) map[string]int {
	t.Helper()
	out := make(map[string]int)
	for _, line := range fenced(t, string(read(t, "docs/design.md")), "large") {
		pkg, size := entry(t, line)
		_, reason, _ := strings.Cut(line, "|")
		n, err := strconv.Atoi(size[0])
		if len(size) != 2 || err != nil || strings.TrimSpace(reason) == "" {
			t.Fatalf("docs/design.md: want PACKAGE : N files|names | reason, got %q", line)
		}
		out[pkg+" "+size[1]] = n
	}
	return out
}

// exportedNames counts the exported names that a file declares.
func exportedNames(file *ast.File) (n int) {
	count := func(id *ast.Ident) {
		if id.IsExported() {
			n++
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				count(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					count(s.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						count(id)
					}
				}
			}
		}
	}
	return n
}
