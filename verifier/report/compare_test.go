package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"bevote/internal/textdiff"
	"bevote/verifier/report"
	"bevote/verifier/result"
)

// TestCompare changes one thing in a report: what is of substance is a
// difference, what is a way of saying it is not.
func TestCompare(t *testing.T) {
	bob := "bob"
	for _, row := range []struct {
		name   string
		change func(*result.Report)
		want   []string // "check what: a | b"
	}{
		{"nothing", func(*result.Report) {}, nil},
		{"who audits", func(r *result.Report) { r.Build, r.Evidence = "other 1.0", "whole blocks (node)" }, nil},
		{"the words", func(r *result.Report) { r.Verdict, r.Checks[3].Items[0].Message = "yes", "out" }, nil},
		{"how much is counted", func(r *result.Report) { r.Checks[0].Examined, r.Checks[0].Expected = 43, 43 }, nil},
		{"the checks' order", func(r *result.Report) { slices.Reverse(r.Checks) }, nil},
		{"the level", func(r *result.Report) { r.Level, r.Exit = "L2", 10 }, []string{" level: L3 | L2", " exit: 0 | 10"}},
		{"the winner", func(r *result.Report) { r.Winner = &bob }, []string{` winner: "alice" | "bob"`}},
		{"no winner", func(r *result.Report) { r.Winner = nil }, []string{` winner: "alice" | nobody`}},
		{"a count", func(r *result.Report) { r.Counts[0].Max = 1 }, []string{" ballots of bob: 1 to 2 | 1"}},
		{"a candidate", func(r *result.Report) { r.Counts[0].Candidate = "rob" },
			[]string{" ballots of bob: 1 to 2 | absent", " ballots of rob: absent | 1 to 2"}},
		{"another tip", func(r *result.Report) { r.Tip.Height = 7 },
			[]string{" tip: block 301, " + strings.Repeat("0f", 32) + " | block 7, " + strings.Repeat("0f", 32)}},
		{"another record", func(r *result.Report) { r.RecordSHA256 = "00" },
			[]string{" record: " + strings.Repeat("ab", 32) + " | 00"}},
		{"a status", func(r *result.Report) { r.Checks[4].Status = result.Fail }, []string{"V54 status: PASS | FAIL"}},
		{"a check left out", func(r *result.Report) { r.Checks = slices.Delete(r.Checks, 4, 5) },
			[]string{"V54 check: PASS | absent"}},
		{"a check in vain", func(r *result.Report) { r.Checks[4].Examined = 0 },
			[]string{"V54 examined: something | nothing"}},
		{"an item elsewhere", func(r *result.Report) { r.Checks[3].Items[0].Where = "roll slot 3" },
			[]string{"V44 item roll slot 2: out of the dealing: a complaint by slot 4 was upheld | absent",
				"V44 item roll slot 3: absent | out of the dealing: a complaint by slot 4 was upheld"}},
		{"an item twice", func(r *result.Report) { r.Checks[3].Items = slices.Repeat(r.Checks[3].Items, 2) },
			[]string{"V44 item roll slot 2: out of the dealing: a complaint by slot 4 was upheld | out of the dealing: a complaint by slot 4 was upheld; out of the dealing: a complaint by slot 4 was upheld"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			other := copied(t, won())
			row.change(other)
			c, err := report.Compare("a.json", "b.json", won(), other, textdiff.Plain)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range c.Differences {
				got = append(got, d.Check+" "+d.What+": "+d.A+" | "+d.B)
			}
			if !slices.Equal(got, row.want) || c.Agree != (row.want == nil) {
				t.Errorf("agree %v, differences %q, want %q", c.Agree, got, row.want)
			}
			if alike := row.name == "nothing"; (c.Diff == "") != alike {
				t.Errorf("the difference of the texts is %q", c.Diff)
			}
		})
	}
}

// copied is a report as another reads it.
func copied(t testing.TB, r *result.Report) *result.Report {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	out, err := report.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCompareEvidence: a check that one auditor had no evidence for, and the
// other passed, is shown and is no disagreement. One that fails is.
func TestCompareEvidence(t *testing.T) {
	with := func(id string, status result.Status, items ...result.Item) *result.Report {
		r := won()
		k := result.Check{ID: id, Name: "X", Class: "W", Status: status, Items: items}
		switch status {
		case result.Skipped:
			k.Reason = "there is one source only"
		default:
			k.Expected, k.Examined = 2, 2
		}
		if status == result.Fail {
			k.Failed = 1
		}
		r.Checks = append(r.Checks, k)
		return r
	}
	item := result.Item{Where: "block 221", Message: "was replaced"}
	for _, row := range []struct {
		name  string
		a, b  *result.Report
		agree bool
		shown int
	}{
		{"two sources", with("V12", result.Skipped), with("V12", result.Pass), true, 1},
		{"a state", with("V99", result.Pass, item), with("V99", result.Skipped), true, 1},
		{"no evidence", with("V99", result.Skipped), with("V99", result.Skipped), true, 0},
		{"the pools show a race", with("V96", result.Skipped), with("V96", result.Fail, item), false, 0},
		{"another check", with("V54b", result.Skipped), with("V54b", result.Pass), false, 0},
		{"both, and not the same", with("V99", result.Pass, item), with("V99", result.Pass), false, 0},
	} {
		c, err := report.Compare("a.json", "b.json", row.a, row.b, textdiff.Plain)
		if err != nil || c.Agree != row.agree || len(c.Evidence) != row.shown || c.Evidence == nil {
			t.Errorf("%s: agree %t, evidence %v, %v", row.name, c.Agree, c.Evidence, err)
		}
		var text bytes.Buffer
		if err := c.Text(&text); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(text.String(), "SKIPPED: there is one source only\n"); told != (row.shown == 1) {
			t.Errorf("%s: the text says\n%s", row.name, &text)
		}
	}
}

func TestComparisonAsText(t *testing.T) {
	other := disputed()
	other.Checks[4].Items[0].Message = "changed\x1b[31m words"
	for name, pair := range map[string][2]*result.Report{
		"same": {won(), won()}, "agree": {disputed(), other}, "disagree": {won(), disputed()},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := report.Compare("one.json", "two.json", pair[0], pair[1], textdiff.Carets)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := c.Text(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, "compare-"+name+".txt", b.String())
		})
	}
}

// TestDecodeRefuses: nothing that two readers could read as two reports.
func TestDecodeRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, won()); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the report has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, row := range []struct{ lie, text, want string }{
		{"nothing", "", "EOF"},
		{"a list", "[]", "cannot unmarshal"},
		{"an unknown field", change(`"spec": 1`, `"spec": 1, "sepc": 1`), "unknown field"},
		{"a field twice", change(`"level": "L3"`, `"level": "L3", "level": "none"`), `"level" twice in one object`},
		{"a field of a check twice", change(`"id": "V54"`, `"id": "V54", "id": "V55"`), `"id" twice in one object`},
		{"a name in capitals", change(`"level": "L3"`, `"Level": "L3"`), `"Level" is not a name of the report's`},
		{"a name that folds", change(`"tip"`, `"tıp"`), "is not a name of the report's"},
		{"two reports", good + good, "something follows the report"},
		{"another version", change(`"spec": 1`, `"spec": 2`), "spec 2, want 1"},
		{"a level of its own", change(`"level": "L3"`, `"level": "L4"`), `unknown level "L4"`},
		{"a status of its own", change(`"status": "PASS"`, `"status": "OK"`), `unknown status "OK"`},
		{"a check twice", change(`"id": "V54"`, `"id": "V44"`), `check "V44" twice`},
		{"less than nothing", change(`"votes": 5`, `"votes": -5`), "a negative number"},
		{"an interval inside out", change(`"min": 1`, `"min": 3`), `count of "bob": 3 to 2`},
		{"half a vote", change(`"votes": 5`, `"votes": 5.5`), "cannot unmarshal"},
		{"an exit code of its own", change(`"exit": 0`, `"exit": 7`), "exit 7 is no audit's"},
		{"an exit code without a bug", change(`"exit": 0`, `"exit": 9007199254740993`), "is no audit's"},
		{"proven at L2", change(`"level": "L3"`, `"level": "L2"`), "exit 0 at level L2"},
		{"counted at L3", change(`"exit": 0`, `"exit": 10`), "exit 10 at level L3"},
		{"refuted at L3", change(`"exit": 0`, `"exit": 20`), "exit 20 at level L3"},
		{"proven, and nothing is", change(`"level": "L3"`, `"level": "none"`), "exit 0 at level none"},
		{"a threshold of no policy", change(`"threshold": 3`, `"threshold": 1000000000000000`),
			"threshold 1000000000000000, at most 200000"},
		{"more votes than voters", change(`"votes": 5`, `"votes": 6`), "6 votes of 5 voters"},
		{"a winner who is not counted", change(`"winner": "alice"`, `"winner": "carol"`), `the winner "carol" has no count`},
		{"a winner under the threshold", change(`"threshold": 3`, `"threshold": 4`),
			`the winner "alice" has 3 ballots, the threshold is 4`},
		{"more for all than votes", strings.Replace(change(`"min": 1`, `"min": 3`), `"max": 2`, `"max": 3`, 1),
			"6 ballots of 5 votes"},
		{"more for one than votes", change(`"max": 2`, `"max": 6`), `count of "bob": up to 6 of 5 votes`},
		{"a check that passed and failed", change(`"failed": 0`, `"failed": 1`), "check V01: PASS with 1 failed"},
		{"a check that passed half", change(`"examined": 41`, `"examined": 40`), "check V01: PASS with 40 examined of 41"},
		{"a check that failed at nothing", change(`"status": "PASS"`, `"status": "FAIL"`),
			"check V01: FAIL with none failed"},
		{"a class of its own", change(`"class": "E"`, `"class": "Z"`), `check V01: unknown class "Z"`},
		{"a refutation that refutes nothing", strings.Replace(change(`"status": "PASS"`, `"status": "FAIL"`), `"failed": 0`,
			`"failed": 1`, 1),
			"exit 0, and V01 of class E failed"},
		{"half a surrogate pair", change(`"reason": ""`, `"reason": "\ud800"`), "half a surrogate pair"},
		{"the other half", change(`"reason": ""`, `"reason": "\udc00"`), "half a surrogate pair"},
		{"no UTF-8", change(`"reason": ""`, "\"reason\": \"\xff\""), "not UTF-8"},
		{"a time of its own", change(`"2026-01-15T09:12:05Z"`, `"yesterday"`), `time "yesterday" is not RFC 3339`},
		{"a time elsewhere", change(`"2026-01-15T09:12:05Z"`, `"2026-01-15T10:12:05+01:00"`), "is not RFC 3339 in UTC"},
		{"no checks", `{"spec":1,"level":"L3"}`, "no checks"},
		{"deep nesting", strings.Repeat(`[`, 100), "nested over 6 deep"},
		{"a cut file", good[:len(good)/2], "EOF"},
	} {
		t.Run(row.lie, func(t *testing.T) {
			if _, err := report.Decode(strings.NewReader(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %s", err, row.want)
			}
		})
	}
	// A file without end is cut off; what it costs is bounded.
	if _, err := report.Decode(spaces{}); err == nil || !strings.Contains(err.Error(), "over 67108864 bytes") {
		t.Errorf("endless: %v", err)
	}
}

type spaces struct{}

func (spaces) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// FuzzDecode: what is accepted is written and read again as the same report,
// agrees with itself, and can be shown in every form.
func FuzzDecode(f *testing.F) {
	for _, r := range []*result.Report{won(), enrolled(), refuted(), disputed()} {
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"spec":1,"level":"none","exit":20,"checks":[{"id":"V","class":"E","status":"FAIL"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := report.Decode(bytes.NewReader(text))
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatal("no JSON, and accepted")
		}
		again := copied(t, r)
		if !reflect.DeepEqual(copied(t, again), again) {
			t.Error("read again it is another report")
		}
		if c, err := report.Compare("a", "b", r, again, textdiff.Plain); err != nil || !c.Agree || c.Diff != "" {
			t.Errorf("it does not agree with itself: %v, %+v", err, c)
		}
		for _, write := range []func(io.Writer, *result.Report) error{report.HTML, report.Markdown} {
			if err := write(io.Discard, r); err != nil {
				t.Error(err)
			}
		}
	})
}
