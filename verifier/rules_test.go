package verifier

import (
	"os"
	"regexp"
	"testing"

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
	coded := map[string]row{"V110": {"COVERAGE", "–"}}
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

// TestSheet holds the rule that a check which examined nothing where something
// was expected has failed.
func TestSheet(t *testing.T) {
	vacuous := &sheet{}
	vacuous.expect(3)
	if got := vacuous.status(); got != result.Fail {
		t.Errorf("a check that examined 0 of 3 is %s, want FAIL", got)
	}
	short := []result.Check{{ID: "V63", Status: result.Pass, Expected: 3, Examined: 2}}
	if got := coverage(short).Status; got != result.Fail {
		t.Errorf("coverage of a check that examined 2 of 3 is %s, want FAIL", got)
	}
}
