package report_test

import (
	"strings"
	"testing"

	"bevote/verifier/report"
	"bevote/verifier/result"
)

// TestWithoutAWinner: a report says why no winner is named, and says that the
// election has none only where that is known.
func TestWithoutAWinner(t *testing.T) {
	for _, row := range []struct {
		level, verdict string
		exit           int
		want           string
	}{
		{result.LevelNone, "refuted: V02 failed", result.ExitRefuted, "none: refuted"},
		{result.LevelNone, "not judged: the sources cannot be relied on", result.ExitSources, "none: not judged"},
		{result.L0, "undetermined: spends may be hidden (V10)", result.ExitUndetermined, "none: undetermined"},
		{result.L0, "not over: no winner yet", result.ExitNotOver, "none yet: not over"},
		{result.L0, "not over: no winner yet", result.ExitFaulted, "none yet: not over"},
		{result.L0, "ended: the roll has 2 members", result.ExitProven, "none: ended early"},
		{result.L0, "nobody won: nobody claimed in time; not counted", result.ExitUncounted, "no candidate"},
		{result.L3, "nobody won: no candidate with 3 ballots", result.ExitProven, "no candidate"},
		{result.L3, "nobody won: no candidate with 3 ballots", result.ExitFaulted, "no candidate"},
	} {
		r := disputed()
		r.Winner, r.Level, r.Verdict, r.Exit = nil, row.level, row.verdict, row.exit
		html, md, text := page(t, r), written(t, report.Markdown, r), written(t, report.Text, r)
		if !strings.Contains(html, "<dt>Winner</dt><dd>"+row.want+"</dd>") {
			t.Errorf("exit %d: the page does not say %q", row.exit, row.want)
		}
		if !strings.Contains(md, "| winner | "+row.want+" |") || !strings.Contains(text, "  winner     "+row.want+"\n") {
			t.Errorf("exit %d: Markdown or text do not say %q:\n%s", row.exit, row.want, text)
		}
		if strings.Contains(html, "won by") || strings.Contains(html, `class="band win"`) ||
			strings.Contains(html, `class="win"`) {
			t.Errorf("exit %d: the page says or colours that stakes were won", row.exit)
		}
	}
}

// TestNames: two candidates with one name, or one with the other's identifier,
// can be told apart wherever a name is written.
func TestNames(t *testing.T) {
	r := disputed()
	r.Counts[0].Display, r.Counts[1].Display = "alice", "Alice Smith"
	html, md := page(t, r), written(t, report.Markdown, r)
	for form, wants := range map[string][]string{
		html: {"<dd>Alice Smith (alice)</dd>", ">won by Alice Smith (alice)<", ">claimed for alice (bob)<",
			`★ Alice Smith<tspan class="tail" dx="8">alice<`,
			`>alice<tspan class="tail" dx="8">bob<`, "; alice (bob): 1 to 2"},
		md: {"| winner | Alice Smith (alice) |", "| Alice Smith (alice) | 3 |", "| alice (bob) | 1 to 2 |",
			"| stakes | won by Alice Smith (alice): ", "| stakes | claimed for alice (bob): "},
	} {
		for _, want := range wants {
			if !strings.Contains(form, want) {
				t.Errorf("%q is not in\n%s", want, form)
			}
		}
	}
}

// TestLongNames: of a name that is too long for a picture the identifier is
// left, and of both the beginnings.
func TestLongNames(t *testing.T) {
	r := disputed()
	r.Counts[1].Display = strings.Repeat("Alexandra ", 5)
	if html := page(t, r); !strings.Contains(html, ">won by Alexandra Alex… (alice)<") {
		t.Errorf("no short name: %.200s", html[strings.Index(html, ">won by"):])
	}
	long := strings.Repeat("candidate_", 6)
	r.Winner, r.Counts[1].Candidate, r.History.Flows[0].To = &long, long, long
	if html := page(t, r); !strings.Contains(html, ">won by Alexa… (candidate_can…)<") {
		t.Errorf("no short identifier: %.200s", html[strings.Index(html, ">won by"):])
	}
}

// TestRightToLeftNames: such a name is isolated from the numbers beside it, in
// every form, and others are not.
func TestRightToLeftNames(t *testing.T) {
	r := disputed()
	for name, row := range map[string]struct {
		display string
		want    string
	}{
		"Hebrew":     {"אבג 7", "\u2068אבג 7\u2069 (alice)"},
		"Arabic":     {"ابت", "\u2068ابت\u2069 (alice)"},
		"an old one": {"𐤀𐤁", "\u2068𐤀𐤁\u2069 (alice)"},
		"Chinese":    {"李 7", "李 7 (alice)"},
		"an escape":  {"אב\u202e7", "\u2068אב\ufffd7\u2069 (alice)"},
	} {
		r.Counts[1].Display = row.display
		html, md := page(t, r), written(t, report.Markdown, r)
		if !strings.Contains(html, ">won by "+row.want+"<") || !strings.Contains(html, "<dd>"+row.want+"</dd>") ||
			!strings.Contains(md, "| winner | "+row.want+" |") || !strings.Contains(md, "| stakes | won by "+row.want+": ") {
			t.Errorf("%s: %q is not in\n%s", name, row.want, md)
		}
	}
}
