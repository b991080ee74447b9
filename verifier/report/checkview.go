package report

import (
	"fmt"
	"strings"

	"bevote/verifier/result"
)

// checkView is a check as the page and the Markdown show it.
type checkView struct {
	ID, Name      string
	Status, Tone  string
	Symbol, Tally string
	Meaning       string // what a failure means
	Reason        string
	Items         []itemView
	More          int // items left out
}

// itemView is an item. Lines are those of its message after the first, a diff.
type itemView struct {
	Where, Message string
	Lines          []diffLine
}

type diffLine struct{ Class, Text string }

// familyView is a section of checks.
type familyView struct {
	Letter, Title, Words string
	Open                 bool // it has findings
	Checks               []checkView
}

// tones and symbols of the statuses: each colour goes with a symbol.
var (
	tones = map[result.Status]string{result.Pass: "good", result.Fail: "bad", result.Errored: "bad",
		result.Unresolved: "open", result.Skipped: "none"}
	symbols = map[result.Status]string{result.Pass: "✓", result.Fail: "✕", result.Errored: "!",
		result.Unresolved: "?", result.Skipped: "–"}
)

func newCheckView(c result.Check) checkView {
	v := checkView{ID: clean(c.ID), Name: clean(c.Name), Status: clean(string(c.Status)), Tone: tones[c.Status],
		Symbol: symbols[c.Status], Tally: tally(c), Reason: clean(c.Reason)}
	if isFinding(c) {
		v.Meaning = meaning(c)
		if c.Status == result.Fail && c.Class == "W" {
			v.Tone = "warn"
		}
	}
	for i, item := range c.Items {
		if i == maxPageItems {
			v.More = len(c.Items) - i
			break
		}
		v.Items = append(v.Items, newItemView(item))
	}
	return v
}

func newItemView(item result.Item) itemView {
	message, rest, lines := strings.Cut(item.Message, "\n")
	v := itemView{Where: clean(item.Where), Message: clean(message)}
	if !lines {
		return v
	}
	for line := range strings.SplitSeq(rest, "\n") {
		class := ""
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
			class = "hunk"
		case strings.HasPrefix(line, "+"):
			class = "added"
		case strings.HasPrefix(line, "-"):
			class = "deleted"
		case strings.HasPrefix(line, "@@"):
			class = "hunk"
		}
		v.Lines = append(v.Lines, diffLine{class, clean(line)})
	}
	return v
}

// familyViews sorts the checks into their families.
func familyViews(r *result.Report) (out []familyView) {
	byFamily := make([][]result.Check, len(families))
	for _, c := range r.Checks {
		f := familyOf(c)
		byFamily[f] = append(byFamily[f], c)
	}
	for i, checks := range byFamily {
		if len(checks) == 0 {
			continue
		}
		v := familyView{Letter: families[i].letter, Title: families[i].title, Words: totals(&result.Report{Checks: checks})}
		for _, c := range checks {
			v.Checks = append(v.Checks, newCheckView(c))
			v.Open = v.Open || isFinding(c)
		}
		out = append(out, v)
	}
	return out
}

// partial reports whether a check was left out (V111). The first line of the report
// says so in every format.
func partial(r *result.Report) bool {
	for _, c := range r.Checks {
		if c.ID == "V111" && c.Status != result.Pass {
			return true
		}
	}
	return false
}

// levelWords returns the level with its name, REFUTED, or NO LEVEL.
func levelWords(r *result.Report) string {
	switch name := levels[r.Level]; {
	case name != "":
		return fmt.Sprintf("%s %s", r.Level, name)
	case r.Exit == result.ExitRefuted:
		return "REFUTED"
	}
	return "NO LEVEL"
}

// nameless reports whether the report is of a record whose policy has errors:
// it has no election's name, no votes and no tip.
func nameless(r *result.Report) bool { return r.Election == "" }

// subject returns what was audited, "NAME on NETWORK".
func subject(r *result.Report) string {
	if nameless(r) {
		return "an election whose policy has errors"
	}
	return r.Election + " on " + r.Network
}
