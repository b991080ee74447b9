package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/verifier/report"
	"bevote/verifier/result"
)

var update = flag.Bool("update", false, "write the golden files")

// won is an election as it should go.
func won() *result.Report {
	alice := "alice"
	return &result.Report{
		Spec: 1, Policy: "bvp1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0sxyzabc", Election: "club_chair",
		Network: "regtest", Level: "L3", Exit: 0, Build: "bevote (devel), go1.26.8",
		Verdict: "alice won: her claim in block 231 is backed by 3 opened ballots, and every counted ballot is accounted for",
		Winner:  &alice, Threshold: 3, Voters: 5, Votes: 5,
		Counts:   []result.Count{{Candidate: "bob", Min: 1, Max: 2}, {Candidate: "alice", Min: 3, Max: 3}},
		Tip:      result.Tip{Height: 301, Hash: strings.Repeat("0f", 32), Time: "2026-01-15T09:12:05Z"},
		Evidence: "whole blocks; no proof of work", RecordSHA256: strings.Repeat("ab", 32),
		Checks: []result.Check{
			{ID: "V01", Name: "RECORD-PARSE", Class: "E", Status: result.Pass, Expected: 41, Examined: 41},
			{ID: "V07", Name: "HDR-WORK", Class: "E", Status: result.Pass, Expected: 1, Examined: 1,
				Reason: "a regtest chain carries no proof of work"},
			{ID: "V29", Name: "MIX-DEPOSIT", Class: "I", Status: result.Skipped, Reason: "mixing none"},
			{ID: "V44", Name: "RSS-COMPLAINT", Class: "A", Status: result.Pass, Expected: 1, Examined: 1,
				Items: []result.Item{{Where: "roll slot 2", Message: "out of the dealing: a complaint by slot 4 was upheld"}}},
			{ID: "V54", Name: "VOTE-P2SH", Class: "I", Status: result.Pass, Expected: 5, Examined: 5},
			{ID: "V114", Name: "MANUAL", Class: "–", Status: result.Pass, Expected: 4, Examined: 4},
		},
		Allowed: []result.Allowed{{Code: "W0402", Reason: "the club trusts its two candidates"}},
		Properties: []result.Property{
			{Name: "validity", Checked: "each counted vote spends one coin of the roll",
				Not: "that each coin belongs to a different person"},
		},
		Undetectable: []string{"U01 k voters, or malware on their machines, who pool their shares outside the chain, before or after the poll"},
		Manual:       []string{"the roll against the real membership"},
	}
}

// refuted is a record that lies, and tries to dress up the terminal.
func refuted() *result.Report {
	r := won()
	r.Level, r.Exit, r.Winner = "none", 20, nil
	r.Verdict = "refuted by V54"
	r.Election = "club\x1b[31m_chair\u202e"
	r.Allowed, r.Properties = nil, nil
	r.Checks[4] = result.Check{ID: "V54", Name: "VOTE-P2SH", Class: "I", Status: result.Fail, Expected: 20, Examined: 20,
		Failed: 20}
	for i := range 20 {
		r.Checks[4].Items = append(r.Checks[4].Items, result.Item{
			Where:   fmt.Sprintf("tx %s", strings.Repeat("c0ffee", 10)),
			Message: fmt.Sprintf("slot %d: \x07the stake is locked to another script\nthan the contract's", i+1),
		})
	}
	r.Checks = append(r.Checks,
		result.Check{ID: "V111", Name: "NO-EXCLUSIONS", Class: "–", Status: result.Fail, Expected: 1, Examined: 1, Failed: 1,
			Reason: "one check was left out"},
		result.Check{ID: "V75", Name: "TAL-COMPLETE", Class: "U", Status: result.Unresolved, Expected: 5, Examined: 5,
			Failed: 1})
	return r
}

func TestText(t *testing.T) {
	for name, r := range map[string]*result.Report{"won": won(), "refuted": refuted(), "exchanged": exchanged()} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := report.Text(&got, r); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("differs from %s (run with -update to accept):\n%s", golden, got.Bytes())
			}
		})
	}
}

// TestTextIsHarmless: no byte of a record reaches a terminal as a command.
func TestTextIsHarmless(t *testing.T) {
	var got bytes.Buffer
	if err := report.Text(&got, refuted()); err != nil {
		t.Fatal(err)
	}
	if at := strings.IndexAny(got.String(), "\x1b\x07\u202e\r"); at >= 0 {
		t.Errorf("the text has a control character at byte %d", at)
	}
}

// TestTextOfNothing: a report without checks is poor but no crash.
func TestTextOfNothing(t *testing.T) {
	if err := report.Text(&bytes.Buffer{}, &result.Report{Checks: []result.Check{{}}}); err != nil {
		t.Error(err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTextSaysThatItCouldNotWrite(t *testing.T) {
	if err := report.Text(full{}, won()); err == nil {
		t.Error("no error from a full disk")
	}
}

// TestWithoutAnElection: the report on a policy with errors claims nothing of
// votes and tips.
func TestWithoutAnElection(t *testing.T) {
	r := &result.Report{Level: "none", Exit: result.ExitRefuted, Verdict: "refuted: V17 failed",
		Evidence: "no block was read"}
	var text, md bytes.Buffer
	if err := errors.Join(report.Text(&text, r), report.Markdown(&md, r)); err != nil {
		t.Fatal(err)
	}
	for form, got := range map[string]string{"text": text.String(), "Markdown": md.String(), "HTML": page(t, r)} {
		if !strings.Contains(got, "olicy has errors") || !strings.Contains(got, "no block was read") {
			t.Errorf("the %s does not say that there was no election:\n%s", form, got)
		}
		for _, row := range []string{"turnout", "Turnout", "block 0", "Audit of  on"} {
			if strings.Contains(got, row) {
				t.Errorf("the %s has %q", form, row)
			}
		}
	}
}
