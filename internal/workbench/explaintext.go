package workbench

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"bevote/internal/terminal"
)

// textWidth is where paragraphs are broken.
const textWidth = 100

// WriteText writes the explanation as text. It returns the first error of w.
func (e *Explanation) WriteText(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s on %s\n%s\n", e.Election, e.Network, e.Policy)
	writeTakers(&b, "Who can take a stake (read back from the compiled script)", e.Takers)
	if e.Mixing != nil {
		writeTakers(&b, "Who can take a deposit (read back from the compiled escrow)", e.Deposits)
	}
	fmt.Fprintf(&b, "\nTimeline, in blocks of ten minutes on average (= by counting, - by the script)\n\n")
	for _, row := range chart(e.Timeline) {
		fmt.Fprintf(&b, "  %s\n", row)
	}
	fmt.Fprintln(&b)
	for _, f := range e.Timeline {
		if f.Says != "" {
			paragraph(&b, "  ", f.Name+": "+f.Says)
		}
	}
	writeHeights(&b, e.Heights, e.About)
	e.Costs.writeText(&b)
	if e.Mixing != nil {
		e.Mixing.writeText(&b)
	}
	fmt.Fprintf(&b, "\nLimits\n\n")
	columns(&b, func(row func(...any)) {
		for _, l := range e.Limits {
			row(l.What, l.Have, l.bound(), l.near(), l.Of)
		}
	})
	fmt.Fprintf(&b, "\nAt risk\n\n")
	for _, r := range e.Risks {
		paragraph(&b, "  - ", r.text())
	}
	fmt.Fprintf(&b, "\nWhat the script does not say\n\n")
	for _, text := range e.Assumptions {
		paragraph(&b, "  - ", text)
	}
	if len(e.Allowed) > 0 {
		fmt.Fprintf(&b, "\nWarnings that the policy allows\n\n")
	}
	for _, a := range e.Allowed {
		paragraph(&b, "  - ", fmt.Sprintf("%s, %s: \"%s\"", a.Code, a.Says, a.Reason))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeTakers(b *bytes.Buffer, title string, takers []taker) {
	fmt.Fprintf(b, "\n%s\n\n", title)
	listed := map[string]int{}
	for i, t := range takers {
		last := i+1 == len(takers) || takers[i+1].Path != t.Path
		if listed[t.Path]++; listed[t.Path] > maxListed {
			if last {
				fmt.Fprintf(b, "  %s, %d more sets of signers\n", t.Path, listed[t.Path]-maxListed)
			}
			continue
		}
		when := "in any block"
		if t.From > 0 {
			when = fmt.Sprintf("in block %d and later", t.From)
		}
		fmt.Fprintf(b, "  %s, %s, for ever\n", t.Path, when)
		paragraph(b, "    ", t.Who)
		paragraph(b, "    with ", t.With)
		paragraph(b, "    pushes ", strings.Join(t.Witness, " "))
	}
}

func (c costs) writeText(b *bytes.Buffer) {
	fmt.Fprintf(b, "\nCosts at %d sat/vB, of a stake of %s\n\n", c.Fee, sat(c.Stake))
	writePaths(b, "one stake by", c.Paths)
	fmt.Fprintln(b)
	writeSums(b, "the whole election", "stakes", c.Election)
	fmt.Fprintf(b, "\n  A voter's coin holds %s: the stake, and %s for the vote.\n", sat(c.Coin), sat(c.Coin-c.Stake))
}

func writePaths(b *bytes.Buffer, title string, paths []pathCost) {
	columns(b, func(row func(...any)) {
		row(title, "input script", "transaction", "fee", "leaves")
		for _, p := range paths {
			row(p.Path, fmt.Sprintf("%d bytes", p.Input), fmt.Sprintf("%d vB", p.VSize), sat(p.Fee), sat(p.Leaves))
		}
	})
}

func writeSums(b *bytes.Buffer, title, counted string, sums []actCost) {
	columns(b, func(row func(...any)) {
		row(title, counted, "transactions", "size", "fee")
		for _, s := range sums {
			row(s.What, s.Stakes, s.Transactions, fmt.Sprintf("%d vB", s.VSize), sat(s.Fee))
		}
	})
}

func (m *mixingPart) writeText(b *bytes.Buffer) {
	subject := mixed{mixingPart: m, Voters: m.Fees[0].Stakes}
	fmt.Fprintf(b, "\nMixing by %s\n\n", sentences("scheme", m))
	paragraph(b, "  ", sentences("how mixing goes", nil))
	fmt.Fprintln(b)
	writePaths(b, "one deposit by", m.Paths)
	fmt.Fprintln(b)
	writeSums(b, "all of the mixing", "of", m.Fees)
	fmt.Fprintln(b)
	paragraph(b, "  ", sentences("fees of mixing", subject))
	paragraph(b, "  ", sentences("work of mixing", subject))
	for _, part := range []struct {
		title string
		says  []string
	}{{"It hides", m.Hides}, {"It does not hide", m.Shows}, {"It rests on", m.Holds}} {
		fmt.Fprintf(b, "\n  %s\n", part.title)
		for _, text := range part.says {
			paragraph(b, "  - ", text)
		}
	}
}

// text writes a risk in one paragraph.
func (r risk) text() string {
	if r.Sum == 0 {
		return fmt.Sprintf("%s: nothing. %s", r.Who, r.How)
	}
	when := "at any time"
	if r.From > 0 {
		when = fmt.Sprintf("from block %d on", r.From)
	}
	return fmt.Sprintf("%s: up to %s, %s. %s", r.Who, sat(r.Sum), when, r.How)
}

// sat spells an amount with its thousands apart, as a policy may.
func sat(n int64) string { return terminal.Thousands(n, "_") + " sat" }

// columns aligns rows.
func columns(b *bytes.Buffer, fill func(row func(...any))) {
	var table bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fill(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, c)
		}
		fmt.Fprintln(t)
	})
	t.Flush() // a buffer has no errors
	for line := range strings.Lines(table.String()) {
		fmt.Fprintf(b, "  %s\n", terminal.Visible(strings.TrimRight(line, " \n")))
	}
}

// paragraph breaks a text into lines, the first after the given start and the
// others below it.
func paragraph(b *bytes.Buffer, start, text string) {
	b.WriteString(terminal.Wrap(start, text, textWidth))
}
