// Package report writes a [result.Report] as text, JSON, HTML and Markdown, and
// compares two of them.
//
// Every fact about the election comes from the report. The first lines hold the level
// and the verdict, and each check has a line of its own. Texts of a record are written
// without control characters and without markup.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bevote/verifier/result"
)

// maxItems is how many items of one check are printed; the JSON has all.
const maxItems = 12

// Text writes the report as plain text, 88 columns wide, without colours.
func Text(w io.Writer, r *result.Report) error {
	p := newTextWriter(w)
	headline(p, r)
	summary(p, r)
	phases(p, r)
	findings(p, r)
	checkTable(p, r)
	allowed(p, r)
	properties(p, r)
	list(p, "What no chain can show", r.Undetectable)
	list(p, "What a person must check", r.Manual)
	p.line("")
	p.text("", Verdict(r))
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// Verdict returns the level, the verdict and the exit code in one line.
func Verdict(r *result.Report) string { return fmt.Sprintf("%s (exit %d)", verdict(r), r.Exit) }

func headline(p *textWriter, r *result.Report) {
	first := ""
	if partial(r) {
		first = "PARTIAL "
	}
	p.line("%sAudit of %s", first, subject(r))
	p.line("")
	p.text("  ", verdict(r))
	// A level alone does not say how the audit ends: there can be a winner while
	// the election is not over, or while evidence is missing.
	if r.Exit != result.ExitProven || r.Level != result.L3 {
		_, words := outcome(r)
		p.line("  %s, exit code %d", words, r.Exit)
	}
}

// verdict returns the level in words and the verdict.
func verdict(r *result.Report) string {
	return levelWords(r) + ": " + verdictWords(r)
}

// verdictWords returns the verdict without "refuted: ", which the level's name before
// it already says.
func verdictWords(r *result.Report) string { return strings.TrimPrefix(r.Verdict, "refuted: ") }

func summary(p *textWriter, r *result.Report) {
	p.line("")
	row := func(name, words string) { p.text(fmt.Sprintf("  %-10s ", name), words) }
	if !nameless(r) {
		winnerRows(p, r, row)
		row("tip", fmt.Sprintf("block %d, %s", r.Tip.Height, r.Tip.Hash))
		if r.Tip.Time != "" {
			row("time", tipTime(r.Tip)+", of the tip")
		}
	}
	row("evidence", r.Evidence)
	if !nameless(r) {
		row("policy", r.Policy)
	}
	row("record", "sha256 "+r.RecordSHA256+" "+recordScope)
	row("auditor", r.Build)
}

// phases prints the heights of each phase, and the dates that headers give them.
func phases(p *textWriter, r *result.Report) {
	rows := phaseRows(r)
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.line("Phases, in blocks")
	for _, f := range rows {
		p.text(fmt.Sprintf("  %-10s ", f.Name), dated(f.Text, f.Note))
	}
}

// recordScope names the files that record_sha256 is computed of (docs/audit.md). The
// files of the chain and the bytes of a zip are not part of it.
const recordScope = "of policy.bev, contract.json and board.jsonl"

// tipTime returns the time of the tip's header for people, "" where the report
// has none.
func tipTime(t result.Tip) string {
	at, err := time.Parse(time.RFC3339, t.Time)
	if err != nil {
		return t.Time
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}

// winnerRows prints the winner, the threshold, the turnout and the counts.
func winnerRows(p *textWriter, r *result.Report, row func(name, words string)) {
	winner := winnerWords(r)
	if r.Winner != nil {
		winner = *r.Winner
	}
	row("winner", winner)
	row("threshold", fmt.Sprintf("%d ballots for one candidate", r.Threshold))
	row("turnout", fmt.Sprintf("%d of %d voters", r.Votes, r.Voters))
	counts(p, r)
	if r.Mixing != nil {
		for _, f := range mixingRows(r.Mixing) {
			row(f.Name, f.Text)
		}
	}
}

// counts prints each candidate's interval, most certain votes first.
func counts(p *textWriter, r *result.Report) {
	wide := 0
	for _, c := range r.Counts {
		wide = max(wide, len([]rune(c.Candidate)))
	}
	for i, c := range byCertainVotes(r.Counts) {
		name := "ballots"
		if i > 0 {
			name = ""
		}
		p.line("  %-10s %-*s  %-10s %s", name, wide, c.Candidate, interval(c), thresholdWords(c, r.Threshold))
	}
}

// thresholdWords compares a count's interval with the threshold.
func thresholdWords(c result.Count, threshold int) string {
	switch {
	case c.Min >= threshold:
		return "reaches the threshold"
	case c.Max >= threshold:
		return "may reach the threshold"
	}
	return "under the threshold"
}

// findings prints the checks that neither passed nor were skipped, before the
// table of all checks.
func findings(p *textWriter, r *result.Report) {
	open := slices.DeleteFunc(slices.Clone(r.Checks), func(c result.Check) bool { return !isFinding(c) })
	if len(open) == 0 {
		return
	}
	p.section("Findings")
	for _, c := range open {
		p.line("  %s %s %s, %s: %s", c.ID, c.Name, string(c.Status), tally(c), meaning(c))
		if c.Reason != "" {
			p.text("       ", c.Reason)
		}
		items(p, "       - ", c.Items)
	}
}

// isFinding reports whether a check failed or could not be decided.
func isFinding(c result.Check) bool {
	return c.Status != result.Pass && c.Status != result.Skipped
}

func meaning(c result.Check) string {
	switch c.Status {
	case result.Errored:
		return "could not be decided"
	case result.Unresolved:
		return "evidence is missing"
	}
	if words := classes[c.Class]; words != "" {
		return words
	}
	return "class " + c.Class
}

// checkTable prints every check, family by family.
func checkTable(p *textWriter, r *result.Report) {
	p.section("Checks: " + totals(r))
	last := -1
	for _, c := range r.Checks {
		if f := familyOf(c); f != last {
			p.section(families[f].letter + "  " + families[f].title)
			last = f
		}
		left := fmt.Sprintf("   %-4s %-18s %-10s ", c.ID, c.Name, c.Status)
		switch {
		case c.Status == result.Skipped:
			p.text(left, c.Reason)
		case c.Status == result.Pass && c.Reason != "":
			p.text(left+tally(c)+"  ", c.Reason)
		default:
			p.line("%s%s", left, tally(c))
		}
		if !isFinding(c) {
			items(p, "          · ", c.Items)
		}
	}
}

// totals counts the checks by status.
func totals(r *result.Report) string {
	n := map[result.Status]int{}
	for _, c := range r.Checks {
		n[c.Status]++
	}
	var words []string
	for _, s := range []result.Status{result.Pass, result.Fail, result.Errored, result.Unresolved, result.Skipped} {
		if n[s] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	return strings.Join(words, ", ")
}

// tally returns "examined/expected", with the number that failed.
func tally(c result.Check) string {
	t := fmt.Sprintf("%d/%d", c.Examined, c.Expected)
	if c.Failed > 0 {
		t += fmt.Sprintf(", %d failed", c.Failed)
	}
	return t
}

func items(p *textWriter, prefix string, all []result.Item) {
	for i, item := range all {
		if i == maxItems {
			p.line("%sand %d more: the JSON report has all", prefix, len(all)-i)
			return
		}
		message, rest, _ := strings.Cut(item.Message, "\n")
		p.text(prefix, item.Where+": "+message)
		p.block(strings.Repeat(" ", utf8.RuneCountInString(prefix)), rest)
	}
}

func allowed(p *textWriter, r *result.Report) {
	if len(r.Allowed) == 0 {
		return
	}
	p.section("Warnings that the policy allows")
	for _, a := range r.Allowed {
		p.text(fmt.Sprintf("  %s ", a.Code), a.Reason)
	}
}

func properties(p *textWriter, r *result.Report) {
	if len(r.Properties) == 0 {
		return
	}
	p.section("The seven properties")
	for _, q := range r.Properties {
		p.line("  %s", q.Name)
		p.text("    checked  ", q.Checked)
		p.text("    not      ", q.Not)
	}
}

func list(p *textWriter, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.section(title)
	for _, s := range lines {
		p.text("  - ", s)
	}
}
