package layers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// libraries are the packages that another module can use. What they export is
// of types that such a module can name: not of an internal package's, unless an
// alias gives it a public name.
var libraries = []string{
	"lang", "lang/langtest", "templates", "compiler", "verifier", "verifier/evidence", "verifier/evidence/chainfile",
	"verifier/lift", "verifier/record", "verifier/result",
}

func TestLibrariesExportPublicTypes(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") || !slices.Contains(libraries, path.Dir(f)) {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(root, f), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		hidden := internalNames(file)
		for _, x := range exportedTypes(file) {
			ast.Inspect(x, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := s.X.(*ast.Ident); ok && hidden[pkg.Name] {
					t.Errorf("%s: exports %s.%s, which another module cannot name", set.Position(s.Pos()), pkg.Name, s.Sel.Name)
				}
				return true
			})
		}
	}
}

// internalNames returns the names under which a file imports internal packages.
func internalNames(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, i := range file.Imports {
		at := strings.Trim(i.Path.Value, `"`)
		switch {
		case !strings.HasPrefix(at, "bevote/internal/"):
		case i.Name != nil:
			names[i.Name.Name] = true
		default:
			names[path.Base(at)] = true
		}
	}
	return names
}

// exportedTypes returns the types of what a file exports: those of functions and
// methods, of variables, and what types that are no aliases are made of.
func exportedTypes(file *ast.File) []ast.Node {
	var types []ast.Node
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() {
				types = append(types, d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() && !s.Assign.IsValid() {
						types = append(types, fieldTypes(s.Type)...)
					}
				case *ast.ValueSpec:
					if s.Type != nil && slices.ContainsFunc(s.Names, (*ast.Ident).IsExported) {
						types = append(types, s.Type)
					}
				}
			}
		}
	}
	return types
}

// fieldTypes returns the types of a struct's exported and embedded fields, or any
// other type itself.
func fieldTypes(x ast.Expr) []ast.Node {
	s, ok := x.(*ast.StructType)
	if !ok {
		return []ast.Node{x}
	}
	var types []ast.Node
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 || slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
			types = append(types, f.Type)
		}
	}
	return types
}
