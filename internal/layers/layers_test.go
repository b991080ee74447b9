package layers_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "bevote"

// root is the module's top directory as seen from this package.
const root = "../.."

// layers is the architecture as docs/design.md states it.
type layers struct {
	order  []string            // packages in the order of the page
	allow  map[string][]string // package → names it may import
	groups map[string][]string // name of an outside group → import path prefixes
}

// TestLayers holds every import of the project to the layers of docs/design.md.
func TestLayers(t *testing.T) {
	l := readLayers(t)
	seen := map[string]bool{}
	for _, f := range goFiles(t) {
		pkg := path.Dir(f)
		seen[pkg] = true
		if l.allow[pkg] == nil {
			t.Errorf("%s: package %s has no line in the layers of docs/design.md", f, pkg)
			continue
		}
		for _, imported := range importsOf(t, f) {
			if !l.allowed(pkg, imported, strings.HasSuffix(f, "_test.go")) {
				t.Errorf("%s: %s may not import %s (docs/design.md, layers)", f, pkg, imported)
			}
		}
	}
	for _, pkg := range l.order {
		if !seen[pkg] {
			t.Errorf("docs/design.md: the layers name %s, which has no source", pkg)
		}
	}
}

// TestLayersAreOrdered holds the page itself: each line names only groups and
// packages of earlier lines, so there is no cycle to explain.
func TestLayersAreOrdered(t *testing.T) {
	l := readLayers(t)
	for i, pkg := range l.order {
		for _, name := range l.allow[pkg] {
			if name == "tests" {
				t.Errorf("docs/design.md: %s may import the tests' modules", pkg)
			}
			if l.groups[name] == nil && !slices.Contains(l.order[:i], name) {
				t.Errorf("docs/design.md: %s may import %s, which is neither a group nor an earlier line", pkg, name)
			}
		}
	}
}

// allowed tells whether pkg may import the import path.
func (l *layers) allowed(pkg, imported string, test bool) bool {
	first, _, _ := strings.Cut(imported, "/")
	if inside, ok := strings.CutPrefix(imported, module+"/"); ok {
		return test || slices.Contains(l.allow[pkg], inside)
	}
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	for name, prefixes := range l.groups {
		if !test && !slices.Contains(l.allow[pkg], name) {
			continue
		}
		for _, p := range prefixes {
			if imported == p || strings.HasPrefix(imported, p+"/") {
				return true
			}
		}
	}
	return false
}

// readLayers reads the two fenced blocks of docs/design.md.
func readLayers(t *testing.T) *layers {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs/design.md"))
	if err != nil {
		t.Fatal(err)
	}
	l := &layers{allow: map[string][]string{}, groups: map[string][]string{}}
	for _, line := range fenced(t, string(page), "layers") {
		name, names := entry(t, line)
		if l.allow[name] != nil {
			t.Errorf("docs/design.md: two lines for %s", name)
		}
		l.order = append(l.order, name)
		l.allow[name] = names
	}
	for _, line := range fenced(t, string(page), "groups") {
		name, paths := entry(t, line)
		l.groups[name] = paths
	}
	return l
}

// entry splits "name : words | remark".
func entry(t *testing.T, line string) (string, []string) {
	t.Helper()
	name, rest, ok := strings.Cut(line, ":")
	if !ok {
		t.Fatalf("docs/design.md: no colon in %q", line)
	}
	words, _, _ := strings.Cut(rest, "|")
	return strings.TrimSpace(name), append([]string{}, strings.Fields(words)...)
}

// fenced returns the lines of the page's one code block in the given language.
func fenced(t *testing.T, page, language string) []string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "\n```"+language+"\n")
	block, _, closed := strings.Cut(rest, "\n```")
	if !ok || !closed {
		t.Fatalf("docs/design.md: no block of %s", language)
	}
	return strings.Split(block, "\n")
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	var paths []string
	for _, spec := range parse(t, file, parser.ImportsOnly).Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

func parse(t *testing.T, file string, mode parser.Mode) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// goFiles lists the project's Go files, slash-separated and relative to root.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, f := range projectFiles(t) {
		if strings.HasSuffix(f, ".go") {
			files = append(files, f)
		}
	}
	return files
}

// projectFiles lists every file of the project but Git's own.
func projectFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Name() == ".git" { // of a linked worktree
			return nil
		}
		rel, err := filepath.Rel(root, p)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("listing the project: %w", err))
	}
	return files
}
