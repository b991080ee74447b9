package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/verifier/record"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestReportsFitTheSchema audits recorded elections, and a policy with errors,
// against the published schema of reports.
func TestReportsFitTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	records, err := os.ReadDir(recordsDir(t))
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Replace(original(t, record.Policy), []byte("3 of 5"), []byte("9 of 5"), 1)
	paths := []string{recordOf(t, files{record.Policy: whole(bad)})}
	for _, r := range records {
		paths = append(paths, filepath.Join(recordsDir(t), r.Name()))
	}
	for _, path := range paths {
		var out, messages strings.Builder
		run([]string{"audit", "--json", path}, nil, &out, &messages)
		report, err := jsonschema.UnmarshalJSON(strings.NewReader(out.String()))
		if err != nil {
			t.Errorf("%s: %v: %s", path, err, &messages)
			continue
		}
		if err := schema.Validate(report); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(paths) < 3 {
		t.Errorf("only %d records", len(paths))
	}
}
