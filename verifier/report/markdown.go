package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"bevote/verifier/result"
)

// Markdown writes the report for pasting: the verdict, the ballots, the
// findings, the sum of the checks, and what no chain can show. Texts of a
// record are escaped: they make no links, mentions, markup or table cells.
func Markdown(w io.Writer, r *result.Report) error {
	m := &markdown{bufio.NewWriter(w)}
	m.head(r)
	m.findings(r)
	m.checks(r)
	m.list("What a person must check", "- [ ] ", r.Manual)
	m.list("What no chain can show", "- ", r.Undetectable)
	if err := m.w.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// markdown writes lines; its writer keeps the first error.
type markdown struct{ w *bufio.Writer }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m.w, format+"\n", args...) }

func (m *markdown) head(r *result.Report) {
	first := ""
	if partial(r) {
		first = "PARTIAL "
	}
	m.line("## %sAudit of %s\n", first, escaped(subject(r)))
	_, words := outcome(r)
	m.line("**%s**\n", escaped(verdict(r)))
	m.line("%s, exit code %d.\n", words, r.Exit)
	if len(r.Counts) > 0 {
		m.line("| candidate | ballots | |\n|--|--|--|")
		for _, c := range byCertainVotes(r.Counts) {
			m.line("| %s | %s | %s |", escapedClean(candidateName(r, c.Candidate)), interval(c), thresholdWords(c, r.Threshold))
		}
		m.line("")
	}
	m.line("| | |\n|--|--|")
	for _, f := range facts(r) {
		if f.Name != tipFact { // the evidence has the tip
			m.line("| %s | %s |", strings.ToLower(f.Name), escapedClean(f.Text))
		}
	}
	if r.Mixing != nil && r.Mixing.Root != "" {
		m.line("| exchange | %s |", escaped(exchangeSummary(r.Mixing)))
		m.line("| registry | `%s` |", strings.NewReplacer("`", "'", "|", "¦").Replace(clean(r.Mixing.Root)))
	}
	if r.History != nil {
		for _, f := range r.History.Deposits {
			_, words := depositWords(f)
			m.line("| deposits | %s: %s |", escaped(words), flowDrawing{count: depositCount}.amount(f))
		}
		for _, f := range r.History.Flows {
			_, words := flowWords(r, f, math.MaxInt)
			m.line("| stakes | %s: %s sat, %s |", escapedClean(words), grouped(f.Sats), plural(f.Stakes, "stake"))
		}
	}
	for _, f := range phaseRows(r) {
		m.line("| phase | %s |", escaped(dated(f.Name+", blocks "+f.Text, f.Note)))
	}
	for _, f := range evidence(r) {
		if f.Code {
			code := strings.NewReplacer("`", "'", "|", "¦").Replace(f.Text)
			m.line("| %s | %s |", f.Name, strings.TrimRight("`"+code+"` "+f.Note, " "))
			continue
		}
		m.line("| %s | %s |", f.Name, escaped(f.Text))
	}
}

func (m *markdown) findings(r *result.Report) {
	title := "\n### Findings\n"
	for _, c := range r.Checks {
		if !isFinding(c) {
			continue
		}
		if title != "" {
			m.line("%s", title)
			title = ""
		}
		v := newCheckView(c)
		m.line("- **%s %s** %s, %s: %s", escaped(v.ID), escaped(v.Name), escaped(v.Status), v.Tally, escaped(v.Meaning))
		if v.Reason != "" {
			m.line("  %s", escaped(v.Reason))
		}
		m.items(c)
	}
}

// items lists what a check found, with diffs as blocks of their own.
func (m *markdown) items(c result.Check) {
	for i, item := range c.Items {
		if i == maxItems {
			m.line("  - and %d more: the JSON report has all", len(c.Items)-i)
			return
		}
		v := newItemView(item)
		m.line("  - %s: %s", escaped(v.Where), escaped(v.Message))
		if len(v.Lines) == 0 {
			continue
		}
		fence := fenceFor(v.Lines)
		m.line("\n    %sdiff", fence)
		for _, l := range v.Lines {
			m.line("    %s", l.Text)
		}
		m.line("    %s\n", fence)
	}
}

// fenceFor returns a code fence longer than any in the lines.
func fenceFor(lines []diffLine) string {
	fence := "```"
	for _, l := range lines {
		for strings.Contains(l.Text, fence) {
			fence += "`"
		}
	}
	return fence
}

func (m *markdown) checks(r *result.Report) {
	m.line("\n### Checks: %s\n\n| family | |\n|--|--|", totals(r))
	for _, f := range familyViews(r) {
		m.line("| %s %s | %s |", f.Letter, f.Title, f.Words)
	}
}

func (m *markdown) list(title, bullet string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("\n### %s\n", title)
	for _, s := range lines {
		m.line("%s%s", bullet, escaped(s))
	}
}

// escaper escapes Markdown's active characters. Zero-width spaces keep forums
// from turning addresses into links and names into mentions.
var escaper = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`, "~", `\~`, "#", `\#`, "!", `\!`, "$", `\$`,
	"@", "@&#8203;", "://", ":&#8203;//", "www.", "www&#8203;.")

func escaped(s string) string { return escapedClean(clean(s)) }

// escapedClean is escaped for a text that has passed [clean].
func escapedClean(s string) string { return escaper.Replace(s) }
