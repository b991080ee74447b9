package main

import (
	"strings"
	"testing"

	"bevote/verifier/report"
)

// TestAReportIsExplained: every check and every limit that a report prints has
// a page, with the report's own name or words.
func TestAReportIsExplained(t *testing.T) {
	var out, messages strings.Builder
	if code := run([]string{"audit", "--json", recordOf(t, nil)}, nil, &out, &messages); code != 0 {
		t.Fatalf("exits %d: %s", code, &messages)
	}
	r, err := report.Decode(strings.NewReader(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		page, _ := topicPage(c.ID)
		if !strings.HasPrefix(page, "# "+c.ID+" "+c.Name+"\n") {
			t.Errorf("the page of %s %s is %q", c.ID, c.Name, page)
		}
	}
	for _, limit := range r.Undetectable {
		id, words, _ := strings.Cut(limit, " ")
		page, _ := topicPage(id)
		if !strings.Contains(strings.Join(strings.Fields(page), " "), words) {
			t.Errorf("the page of %s is %q, which has not %q", id, page, words)
		}
	}
	if len(r.Checks) < 100 || len(r.Undetectable) < 10 {
		t.Errorf("only %d checks and %d limits", len(r.Checks), len(r.Undetectable))
	}
}
