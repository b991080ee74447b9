package report

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestFamiliesAreDocumented holds the sections of docs/audit.md to the families
// that reports are divided into: titles, order, and last check.
func TestFamiliesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^### ([A-Z])  (.*)$|^\| V(\d+) \|`)
	tables, _, _ := strings.Cut(string(page), "\n### Not run")
	var got []family
	for _, m := range row.FindAllStringSubmatch(tables, -1) {
		if m[1] != "" {
			got = append(got, family{letter: m[1], title: m[2]})
			continue
		}
		n, err := strconv.Atoi(m[3])
		if err != nil {
			t.Fatal(err)
		}
		got[len(got)-1].last = n
	}
	if len(got) != len(families) {
		t.Fatalf("docs/audit.md has %d families, the report %d", len(got), len(families))
	}
	for i, f := range families {
		if got[i] != f {
			t.Errorf("docs/audit.md has %v, the report %v", got[i], f)
		}
	}
}
