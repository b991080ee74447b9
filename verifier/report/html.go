package report

import (
	_ "embed" // for the page's texts
	"fmt"
	"html/template"
	"io"
	"slices"

	"bevote/verifier/result"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed drawing.html
	drawingText string

	pageTemplate = template.Must(template.Must(template.New("page").Parse(pageText)).Parse(drawingText))
)

// How many items of a check and how many events the page lists; the JSON has
// all items.
const (
	maxPageItems  = 100
	maxPageEvents = 400
)

// HTML writes the report as one page that stands alone: it loads nothing and
// runs no script, and its Content-Security-Policy forbids both. Pictures need
// the report's History; without one the page says so.
func HTML(w io.Writer, r *result.Report) error {
	if err := pageTemplate.Execute(w, newView(r)); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// view is what the page's template shows. Every text of the report passed
// [clean].
type view struct {
	Style                template.CSS
	Election, Network    string
	Partial              bool
	Tone, Outcome        string
	Level, Verdict       string
	Exit                 int
	Ladder               []rung
	Facts, Evidence      []fact
	Ballots              *drawing
	Mixing               *mixView // nil without mixing
	Money, Timeline      *drawing // nil without a History
	Thickened            bool     // Money has bands that are drawn thicker than to scale
	Phases               []fact   // blocks, and dates as the note
	Events               []eventView
	MoreEvents           int
	Roll                 []memberView
	MoreRoll             int
	Dealing              bool // members dealt
	Findings             []checkView
	Totals               string
	Families             []familyView
	Allowed              []fact
	Properties           []result.Property
	Undetectable, Manual []string
}

// rung is one level of the ladder.
type rung struct {
	Level, Name, Words string
	Reached            bool
}

// fact is a name and its text, with a note behind it. Code facts, such as
// hashes, are set in a monospaced font, their notes are not.
type fact struct {
	Name, Text string
	Code       bool
	Note       string
}

type eventView struct {
	Height      uint32
	Date        string
	Text, Where string
}

func newView(r *result.Report) *view {
	v := &view{
		Style: template.CSS(pageStyle), Election: clean(r.Election), Network: clean(r.Network), Partial: partial(r),
		Level: levelWords(r), Verdict: clean(verdictWords(r)), Exit: r.Exit, Ladder: ladder(r), Facts: facts(r),
		Evidence: evidence(r), Ballots: ballotsDrawing(r), Mixing: newMixView(r), Totals: totals(r),
		Families: familyViews(r), Properties: slices.Clone(r.Properties),
		Undetectable: cleanAll(r.Undetectable), Manual: cleanAll(r.Manual),
	}
	v.Tone, v.Outcome = outcome(r)
	for _, c := range r.Checks {
		if isFinding(c) {
			v.Findings = append(v.Findings, newCheckView(c))
		}
	}
	for _, a := range r.Allowed {
		v.Allowed = append(v.Allowed, fact{Name: clean(a.Code), Text: clean(a.Reason)})
	}
	for i, p := range v.Properties {
		v.Properties[i] = result.Property{Name: clean(p.Name), Checked: clean(p.Checked), Not: clean(p.Not)}
	}
	v.addRoll(r)
	if s := r.History; s != nil {
		v.Money, v.Timeline, v.Thickened = stakesDrawing(r), timelineDrawing(r), len(s.Flows) > 1
		v.Phases = phaseRows(r)
		for i, e := range s.Events {
			if i == maxPageEvents {
				v.MoreEvents = len(s.Events) - i
				break
			}
			v.Events = append(v.Events, eventView{e.Height, minute(e.At), clean(e.Text), clean(e.Where)})
		}
	}
	return v
}

func cleanAll(lines []string) (out []string) {
	for _, s := range lines {
		out = append(out, clean(s))
	}
	return out
}

// outcome returns what the exit code means, in words and as a tone of the page.
func outcome(r *result.Report) (tone, words string) {
	switch r.Exit {
	case result.ExitProven:
		if r.Level != result.L3 {
			return "warn", "Ended early"
		}
		return "good", "Proven"
	case result.ExitCounted:
		return "good", "Counted, not recounted"
	case result.ExitUncounted:
		return "warn", "Over, not counted"
	case result.ExitNotOver:
		return "warn", "Not over"
	case result.ExitRefuted:
		return "bad", "Refuted"
	case result.ExitFaulted:
		return "warn", "It stands, with findings"
	case result.ExitSources:
		return "open", "Sources disagree or are stale"
	case result.ExitBug:
		return "bad", "A bug of the auditor"
	}
	return "open", "Undetermined"
}

// ladder returns the four levels and which of them the report reaches.
func ladder(r *result.Report) []rung {
	rungs := []rung{
		{Level: result.L0, Words: "dealing, votes and spends are what they seem"},
		{Level: result.L1, Words: "who knew the joint secret claimed in time"},
		{Level: result.L2, Words: "enough ballots were opened for that candidate"},
		{Level: result.L3, Words: "every counted ballot is accounted for"},
	}
	if r.Level == result.L3 && r.Winner == nil {
		rungs[1].Words, rungs[2].Words = "no claim in time had to be judged", "there is no winner to count for"
	}
	for i := range rungs {
		rungs[i].Name = levels[rungs[i].Level]
		// The names L0 … L3 sort as the levels do.
		rungs[i].Reached = levels[r.Level] != "" && rungs[i].Level <= r.Level
	}
	return rungs
}

func facts(r *result.Report) []fact {
	if nameless(r) {
		return nil
	}
	out := []fact{
		{Name: "Winner", Text: winnerWords(r)},
		{Name: "Turnout", Text: fmt.Sprintf("%d of %s", r.Votes, plural(r.Voters, "voter"))},
		{Name: "Threshold", Text: plural(r.Threshold, "ballot")},
	}
	if r.Mixing != nil {
		out = append(out, fact{Name: "Anonymity", Text: crowd(r.Mixing)})
	}
	return append(out, fact{Name: tipFact, Text: "block " + grouped(int64(r.Tip.Height))})
}

const tipFact = "Tip"

func evidence(r *result.Report) []fact {
	out := []fact{{Name: "evidence", Text: clean(r.Evidence)}}
	if !nameless(r) {
		out = append(out, fact{Name: "tip", Text: fmt.Sprintf("block %d, %s", r.Tip.Height, clean(r.Tip.Hash)), Code: true})
		if r.Tip.Time != "" {
			out = append(out, fact{Name: "time", Text: clean(tipTime(r.Tip)) + ", of the tip"})
		}
		out = append(out, fact{Name: "policy", Text: clean(r.Policy), Code: true})
	}
	return append(out, fact{Name: "record", Text: "sha256 " + clean(r.RecordSHA256), Code: true, Note: recordScope},
		fact{Name: "auditor", Text: clean(r.Build)})
}

// plural returns "1 name", or "n names".
func plural(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return grouped(int64(n)) + " " + name + "s"
}
