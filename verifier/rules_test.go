package verifier

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"bevote/verifier/board"
	"bevote/verifier/result"
)

// TestRulesAreDocumented holds the table of docs/audit.md to the code: each
// check once, with its name and class.
func TestRulesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ name, class string }
	documented := make(map[string]row)
	for _, m := range regexp.MustCompile(`(?m)^\| (V\d+) \| ([A-Z0-9-]+) \| (\S+) \|`).FindAllStringSubmatch(string(text), -1) {
		if _, twice := documented[m[1]]; twice {
			t.Errorf("%s stands twice in docs/audit.md", m[1])
		}
		documented[m[1]] = row{m[2], m[3]}
	}
	coded := make(map[string]row)
	for _, f := range families() {
		for _, r := range f.rules {
			if _, twice := coded[r.ID]; twice {
				t.Errorf("%s stands twice in the table", r.ID)
			}
			coded[r.ID] = row{r.Name, r.Class}
		}
	}
	for id, r := range coded {
		if documented[id] != r {
			t.Errorf("%s is %v in the code and %v in docs/audit.md", id, r, documented[id])
		}
	}
	for id := range documented {
		if _, ok := coded[id]; !ok && id != "V56" {
			t.Errorf("%s is documented and not in the code", id)
		}
	}
}

// TestVacuousCheck holds the rule that a check which examined nothing where
// something was expected has failed, and that V110 sees what was left out.
func TestVacuousCheck(t *testing.T) {
	vacuous := &check{}
	vacuous.expect(3)
	if got := vacuous.status(); got != result.Fail {
		t.Errorf("a check that examined 0 of 3 is %s, want FAIL", got)
	}
	short := &result.Report{Checks: []result.Check{{ID: "V63", Status: result.Pass, Expected: 3, Examined: 2}}}
	ck := new(check)
	coverage(nil, short, ck)
	if got := ck.status(); got != result.Fail {
		t.Errorf("coverage of a check that examined 2 of 3 is %s, want FAIL", got)
	}
}

// TestParsedIsCounted: V01 counts what was decoded, and not what it expects.
func TestParsedIsCounted(t *testing.T) {
	ck := new(check)
	recordParse(unread(&inputs{lines: make([]board.Line, 3), decoded: 4}), ck)
	if ck.expected != 5 || ck.examined != 4 {
		t.Errorf("examined %d of %d, want 4 of 5", ck.examined, ck.expected)
	}
}

// TestRulesOnlyRead holds that no rule changes the facts that it is given, so
// that rules run side by side and in any order.
func TestRulesOnlyRead(t *testing.T) {
	files, err := filepath.Glob("rules_*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files of rules, %v", len(files), err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var targets []ast.Expr
			switch n := n.(type) {
			case *ast.AssignStmt:
				targets = n.Lhs
			case *ast.IncDecStmt:
				targets = []ast.Expr{n.X}
			}
			for _, target := range targets {
				if _, plain := target.(*ast.Ident); !plain && rootOfExpr(target) == "f" {
					t.Errorf("%s: a rule changes the facts", set.Position(target.Pos()))
				}
			}
			return true
		})
	}
}

// rootOfExpr returns the variable at the left end of an expression such as
// f.tally.min[3], or "".
func rootOfExpr(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return rootOfExpr(e.X)
	case *ast.IndexExpr:
		return rootOfExpr(e.X)
	case *ast.StarExpr:
		return rootOfExpr(e.X)
	case *ast.ParenExpr:
		return rootOfExpr(e.X)
	}
	return ""
}
