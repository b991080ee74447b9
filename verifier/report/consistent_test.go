package report_test

import (
	"bytes"
	"strings"
	"testing"

	"bevote/verifier/report"
	"bevote/verifier/result"
)

// TestDecodeTakesWhatAuditsGive: the reports of every exit code are read back,
// and escapes that are no half of a pair.
func TestDecodeTakesWhatAuditsGive(t *testing.T) {
	failed := func(class string) []result.Check {
		return []result.Check{{ID: "V02", Name: "X", Class: class, Status: result.Fail, Expected: 1, Examined: 1, Failed: 1}}
	}
	for name, change := range map[string]func(*result.Report){
		"L3":                    func(*result.Report) {},
		"no one":                func(r *result.Report) { r.Winner = nil },
		"L2":                    func(r *result.Report) { r.Level, r.Exit = result.L2, result.ExitCounted },
		"L1":                    func(r *result.Report) { r.Level, r.Exit, r.Threshold = result.L1, result.ExitUncounted, 5 },
		"L0":                    func(r *result.Report) { r.Level, r.Exit, r.Winner = result.L0, result.ExitUncounted, nil },
		"ended":                 func(r *result.Report) { r.Level, r.Winner = result.L0, nil },
		"running":               func(r *result.Report) { r.Level, r.Exit, r.Winner = result.L0, result.ExitNotOver, nil },
		"winner before the end": func(r *result.Report) { r.Level, r.Exit = result.L2, result.ExitNotOver },
		"findings":              func(r *result.Report) { r.Exit, r.Checks = result.ExitFaulted, failed("A") },
		"refuted": func(r *result.Report) {
			r.Level, r.Exit, r.Winner, r.Checks = result.LevelNone, result.ExitRefuted, nil, failed("E")
		},
		"refuted by the winner": func(r *result.Report) {
			r.Level, r.Exit, r.Winner, r.Checks = result.LevelNone, result.ExitRefuted, nil, failed("A/E")
		},
		"sources": func(r *result.Report) {
			r.Level, r.Exit, r.Winner, r.Checks = result.LevelNone, result.ExitSources, nil, failed("–")
		},
		"a bug": func(r *result.Report) {
			r.Exit = result.ExitBug
			r.Checks[0].Examined--
		},
		"undetermined": func(r *result.Report) {
			r.Exit = result.ExitUndetermined
			r.Checks[0].Status = result.Unresolved
		},
		"a policy with errors": func(r *result.Report) {
			*r = result.Report{Spec: 1, Level: result.LevelNone, Exit: result.ExitRefuted, Checks: failed("E/W")}
		},
		"a short roll": func(r *result.Report) {
			r.Level, r.Winner, r.Voters, r.Votes, r.Counts = result.L0, nil, 2, 0, []result.Count{{Candidate: "alice"}}
		},
	} {
		r := won()
		change(r)
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		if _, err := report.Decode(&b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b bytes.Buffer
	if err := report.JSON(&b, won()); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(b.String(), `"reason": ""`, `"reason": "\\ud800 \ud83d\uDE00 \u00e9"`, 1)
	if _, err := report.Decode(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
}
