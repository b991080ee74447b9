package report_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/internal/terminal"
	"bevote/verifier/report"
	"bevote/verifier/result"
)

// disputed is an election with something of everything that a page can show.
func disputed() *result.Report {
	r := won()
	r.Level, r.Exit, r.Verdict = "L2", 21, "alice won: 3 ballots of 41 votes, the threshold is 3"
	r.Votes, r.Voters, r.Tip.Height = 41, 60, 250
	r.Counts = append(r.Counts, result.Count{Candidate: "carol", Min: 12, Max: 31})
	r.Checks[4] = result.Check{ID: "V54", Name: "VOTE-P2SH", Class: "I", Status: result.Fail, Expected: 42, Examined: 42,
		Failed: 1,
		Items: []result.Item{
			{Where: "slot 7, tx " + strings.Repeat("c0ffee", 10),
				Message: "0 outputs pay the contract filled for slot 7, want one"},
			{Where: "slot 7, tx " + strings.Repeat("c0ffee", 10), Message: "the revealed script is not the contract's:\n" +
				"--- contract\n+++ revealed\n@@ -5,7 +5,7 @@\n HASH160\n-0x" + strings.Repeat("0b", 20) +
				"  (the key hash of slot 7)\n+0x" +
				strings.Repeat("e5", 20) + "\n EQUALVERIFY\n CHECKSIGVERIFY\n-264\n+263\n CHECKLOCKTIMEVERIFY"},
		}}
	r.Checks = append(r.Checks,
		result.Check{ID: "V90", Name: "WIN-COMPLETE", Class: "W", Status: result.Fail, Expected: 41, Examined: 41, Failed: 5})
	r.Counts[1].Display = "Alice <Smith> & Sons"
	s := &result.History{Phases: []result.Phase{
		{Name: result.PhaseRoll, From: 108, To: 110}, {Name: result.PhaseCommit, From: 111, To: 112},
		{Name: result.PhaseDeal, From: 113, To: 114}, {Name: result.PhaseSetup, From: 115, To: 118},
		{Name: result.PhaseVote, From: 120, To: 220}, {Name: result.PhaseClaim, From: 221, To: 240},
		{Name: result.PhaseRefund, From: 245}, {Name: result.PhaseReveal, From: 300},
	}, Flows: []result.Flow{
		{Kind: result.EventWin, To: "alice", Stakes: 20, Sats: 4_000_000, Fees: 151_000},
		{Kind: result.EventClaim, To: "bob", Stakes: 1, Sats: 200_000, Fees: 8_000},
		{Kind: result.EventRefund, Stakes: 15, Sats: 3_000_000, Fees: 120_000},
		{Kind: result.StillLocked, Stakes: 5, Sats: 1_000_000},
	}}
	add := func(height uint32, phase string, kind result.EventKind, text string) {
		s.Events = append(s.Events, result.Event{Height: height, Phase: phase, Kind: kind, Text: text,
			Where: "tx " + strings.Repeat("ab", 32)})
	}
	add(108, result.PhaseRoll, result.EventAnchor, "announce anchored")
	add(110, result.PhaseRoll, result.EventAnchor, "roll anchored")
	add(112, result.PhaseCommit, result.EventAnchor, "commits anchored")
	for i := range 41 {
		add(uint32(120+i*i*100/1681), result.PhaseVote, result.EventVote, fmt.Sprintf("slot %d votes", i+1))
	}
	add(224, result.PhaseVote, result.EventExcluded,
		"a vote of slot 7 that does not count: V63, in block 224, votes count from 120 to 220")
	add(226, result.PhaseClaim, result.EventWin, "alice claims 20 stakes")
	add(244, result.PhaseClaim, result.EventClaim, "bob claims 1 stakes, which does not count")
	for i := range 15 {
		add(246, result.PhaseRefund, result.EventRefund, fmt.Sprintf("slot %d takes its stake back", i+30))
	}
	r.History = s
	return r
}

// exchanged is an election with blind RSA, of which one deposit is still in
// its escrow and one went back.
func exchanged() *result.Report {
	r := disputed()
	seven, eight := 7, 8
	r.Mixing = &result.Exchange{
		Scheme: "blind-rsa", Root: strings.Repeat("5e", 32), Deadlines: []uint32{101, 103, 106, 107, 108}, Registered: 60,
		Deposits: 24, Issued: 23, Swept: 22, Returned: 1, Vouchers: 22, Paid: 22, Late: 2, Anonymity: 7,
		Mixers: []result.MixerCount{
			{Name: "north", Key: "02" + strings.Repeat("1a", 32), Issued: 8, Paid: 7, Anonymity: &seven},
			{Name: "south", Key: "03" + strings.Repeat("2b", 32), Issued: 15, Paid: 13, Anonymity: &eight},
		},
	}
	s := r.History
	s.Deposits = []result.Flow{
		{Kind: result.EventCoin, Stakes: 22, Sats: 4_559_500}, {Kind: result.EventKept, Sats: 275_000},
		{Kind: result.EventReturn, Stakes: 1, Sats: 219_750}, {Kind: result.StillLocked, Stakes: 1, Sats: 219_750},
	}
	s.Phases = append([]result.Phase{
		{Name: result.PhaseRoll, From: 98, To: 110}, {Name: result.PhaseRegister, From: 98, To: 101},
		{Name: result.PhaseDeposit, From: 102, To: 103},
		{Name: result.PhaseIssue, From: 104, To: 106}, {Name: result.PhaseVoucher, From: 107, To: 107},
		{Name: result.PhasePayout, From: 108, To: 108},
	}, s.Phases[1:]...)
	for height, e := range map[uint32]result.Event{
		100: {Phase: result.PhaseRegister, Kind: result.EventMixer, Text: "mixer north accepts to pay 60 coins"},
		102: {Phase: result.PhaseDeposit, Kind: result.EventDeposit, Text: "a deposit with mixer north"},
		105: {Phase: result.PhaseIssue, Kind: result.EventIssue, Text: "mixer north issues for a deposit"},
		108: {Phase: result.PhasePayout, Kind: result.EventCoin, Text: "a coin for the voucher of line 61"},
		248: {Phase: result.PhaseRefund, Kind: result.EventReturn, Text: "a deposit goes back to its owner"},
	} {
		e.Height, e.Where = height, "line 7"
		s.Events = append(s.Events, e)
	}
	slices.SortStableFunc(s.Events, func(a, b result.Event) int { return int(a.Height) - int(b.Height) })
	return r
}

func page(t testing.TB, r *result.Report) string {
	t.Helper()
	return written(t, report.HTML, r)
}

// TestHeadline: a refuted election is called so once.
func TestHeadline(t *testing.T) {
	r := refuted()
	r.Verdict = "refuted: V02 failed"
	if html := page(t, r); !strings.Contains(html, `<span class="level">REFUTED</span> <span>V02 failed</span>`) ||
		strings.Contains(html, "REFUTED: refuted") {
		t.Errorf("the headline is %.200s", html[strings.Index(html, `<p class="verdict">`):])
	}
}

func TestHTML(t *testing.T) {
	for name, r := range map[string]*result.Report{"won": won(), "refuted": refuted(), "disputed": disputed(),
		"exchanged": exchanged()} {
		t.Run(name, func(t *testing.T) { golden(t, name+".html", page(t, r)) })
	}
}

// golden compares what was written with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (run with -update to accept):\n%s", name, got)
	}
}

func TestMarkdown(t *testing.T) {
	for name, r := range map[string]*result.Report{"won": won(), "refuted": refuted(), "disputed": disputed(),
		"exchanged": exchanged()} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := report.Markdown(&b, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".md", b.String())
		})
	}
}

// TestOutcomes: each exit code that a report can have is told in words of its own.
func TestOutcomes(t *testing.T) {
	told := map[string]int{}
	for _, exit := range []int{result.ExitProven, result.ExitCounted, result.ExitUncounted, result.ExitNotOver,
		result.ExitRefuted,
		result.ExitFaulted, result.ExitUndetermined, result.ExitSources, result.ExitBug} {
		r := won()
		r.Exit = exit
		_, after, _ := strings.Cut(page(t, r), `<p class="outcome">`)
		words, _, _ := strings.Cut(after, ", exit code ")
		if other, twice := told[words]; twice || words == "" {
			t.Errorf("exit codes %d and %d are both %q", other, exit, words)
		}
		told[words] = exit
		var text bytes.Buffer
		if err := report.Text(&text, r); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(text.String(), fmt.Sprintf("\n  %s, exit code %d\n", words,
			exit)); told == (exit == result.ExitProven) {
			t.Errorf("exit code %d is told by the text: %t", exit, told)
		}
	}
}

// TestMarkdownIsHarmless: what a record says is shown, never obeyed.
func TestMarkdownIsHarmless(t *testing.T) {
	r := refuted()
	r.Election = "x\n# head ![i](https://evil.example/i.png) <img src=x> @everyone www.evil.example"
	r.Checks[4].Items = []result.Item{{Where: "`|`", Message: "a **b**:\n```\n````\n<script>"}}
	var b bytes.Buffer
	if err := report.Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, active := range []string{"\n# head", "![", "://evil", "<img", "@everyone", "www.evil", "**b**"} {
		if strings.Contains(b.String(), active) {
			t.Errorf("the text has %q", active)
		}
	}
	if n := strings.Count(b.String(), "\n    `````"); n != 2 {
		t.Errorf("%d fences longer than those in the text, want 2:\n%s", n, &b)
	}
}

// TestPageStandsAlone: the page asks for nothing and runs nothing.
func TestPageStandsAlone(t *testing.T) {
	got := page(t, disputed())
	for _, reaches := range []string{"<script", "http:", "https:", "src=", "url(", "@import", "<link", "javascript"} {
		if at := strings.Index(got, reaches); at >= 0 {
			t.Errorf("the page has %q: %.60s", reaches, got[at:])
		}
	}
	if policy := strings.Index(got, "default-src 'none'"); policy < 0 || policy > strings.Index(got, "<title>") {
		t.Error("the page does not begin by forbidding what it does not need")
	}
}

// isolates are names from right to left, which reports isolate in pairs.
var isolates = regexp.MustCompile("\u2068([^\u2068\u2069]*)\u2069")

// FuzzHTML: no text of a report changes the page's elements, whatever it says,
// and in every form for people it is safe to print.
func FuzzHTML(f *testing.F) {
	f.Add("</title><script>alert(1)</script>")
	f.Add(`" onload="alert(1)`)
	f.Add("<!--")
	f.Add("{{.}}\x1b[31m\u202e")
	f.Add("\u2068אב\u2069\u2069")
	want := elements(page(f, saying("x")))
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 {
			return
		}
		got := page(t, saying("x"+strings.ReplaceAll(s, "\n", " ")))
		if elements(got) != want {
			t.Errorf("%q changes the page", s)
		}
		for _, text := range []string{got, written(t, report.Text, saying(s)), written(t, report.Markdown, saying(s))} {
			for line := range strings.SplitSeq(text, "\n") {
				line = isolates.ReplaceAllString(line, "$1")
				if terminal.Visible(line) != line {
					t.Fatalf("%q comes as %q", s, line)
				}
			}
		}
	})
}

// written is a report in one of its forms.
func written(t testing.TB, form func(io.Writer, *result.Report) error, r *result.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := form(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// saying is a report whose every text is s.
func saying(s string) *result.Report {
	r := exchanged()
	r.Mixing.Scheme, r.Mixing.Root, r.Mixing.Mixers[0].Name = s, s, s
	r.Election, r.Network, r.Verdict, r.Evidence, r.Build, r.Policy, r.Tip.Hash, r.RecordSHA256 = s, s, s, s, s, s, s, s
	for i := range r.Checks {
		c := &r.Checks[i]
		c.Name, c.Reason = s, s
		for j := range c.Items {
			c.Items[j] = result.Item{Where: s, Message: s + "\n+" + s}
		}
	}
	r.Undetectable, r.Manual = []string{s}, []string{s}
	r.Counts[1].Display = s
	r.History.Flows[1].To = s
	r.History.Events = r.History.Events[:3]
	for i := range r.History.Events {
		r.History.Events[i].Text, r.History.Events[i].Where = s, s
	}
	return r
}

// elements lists the page's tags in order.
func elements(page string) string {
	var b strings.Builder
	for {
		_, after, found := strings.Cut(page, "<")
		if !found {
			return b.String()
		}
		b.WriteString(after[:strings.IndexAny(after, " \n>")+1])
		page = after
	}
}
