package report_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"bevote/verifier/report"
	"bevote/verifier/result"
)

// TestJSONHasNoNullLists: a tool that reads a report never meets null where a
// list belongs; only the winner may be null, and the mixing where there is none.
func TestJSONHasNoNullLists(t *testing.T) {
	var got bytes.Buffer
	if err := report.JSON(&got, &result.Report{Checks: []result.Check{{ID: "V01"}}}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got.String(), "null"); n != 2 || !strings.Contains(got.String(), `"winner": null`) ||
		!strings.Contains(got.String(), `"mixing": null`) {
		t.Errorf("%d nulls, want the winner's and the mixing's alone:\n%s", n, &got)
	}
}

func TestJSONIsTheWholeReport(t *testing.T) {
	want := refuted()
	var text bytes.Buffer
	if err := report.JSON(&text, want); err != nil {
		t.Fatal(err)
	}
	var got result.Report
	d := json.NewDecoder(&text)
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Verdict != want.Verdict || !reflect.DeepEqual(got.Checks[4], want.Checks[4]) {
		t.Errorf("decoded report differs: %+v", got)
	}
}
