package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"bevote/internal/textdiff"
	"bevote/verifier/result"
)

// Difference is one point on which two reports disagree.
type Difference struct {
	Check string `json:"check"` // id, "" for the report as a whole
	What  string `json:"what"`  // level, winner, status, item …
	A     string `json:"a"`
	B     string `json:"b"`
}

// Comparison lists the differences of two auditors' reports (check V113). The reports
// agree if they have the same subject, the same verdict, the same roll where both list
// it and, for each check, the same status and places of items. Wording, figures and the auditors' names may differ, and
// so may checks of evidence that only one auditor had.
type Comparison struct {
	A           string       `json:"a"` // the names of the reports
	B           string       `json:"b"`
	Agree       bool         `json:"agree"`
	Differences []Difference `json:"differences"`
	Evidence    []Difference `json:"evidence"` // checks that one auditor skipped; decides nothing
	Diff        string       `json:"diff"`     // of the two reports as text, unified; "" where they are equal
}

// Compare compares two reports, first by their meaning, then as text. The result
// calls them nameA and nameB.
func Compare(nameA, nameB string, a, b *result.Report, marks textdiff.Marks) (*Comparison, error) {
	c := &Comparison{A: nameA, B: nameB, Differences: []Difference{}, Evidence: []Difference{}}
	c.compareVerdicts(a, b)
	c.compareCounts(a, b)
	c.compareRolls(a, b)
	c.compareChecks(a, b)
	c.Agree = len(c.Differences) == 0
	var textA, textB bytes.Buffer
	if err := Text(&textA, withoutHistory(a)); err != nil {
		return nil, err
	}
	if err := Text(&textB, withoutHistory(b)); err != nil {
		return nil, err
	}
	diff, err := textdiff.Unified(nameA, nameB, textA.String(), textB.String(), marks)
	if err != nil {
		return nil, fmt.Errorf("comparing the texts: %w", err)
	}
	c.Diff = diff
	return c, nil
}

// Text writes the comparison for people.
func (c *Comparison) Text(w io.Writer) error {
	p := newTextWriter(w)
	switch {
	case c.Agree && c.Diff == "":
		p.line("%s and %s say the same.", c.A, c.B)
	case c.Agree && len(c.Evidence) > 0:
		p.line("%s and %s agree; one of them, A or B, had evidence for more checks:", c.A, c.B)
		p.line("")
	case c.Agree:
		p.line("%s and %s agree; they differ in words or figures only:", c.A, c.B)
	default:
		p.line("A, %s, and B, %s, disagree:", c.A, c.B)
		p.line("")
	}
	differences(p, c.Differences)
	if !c.Agree && len(c.Evidence) > 0 {
		p.line("")
		p.line("Only one of them had evidence for these, which decides nothing:")
		p.line("")
	}
	differences(p, c.Evidence)
	if c.Diff != "" {
		p.line("")
		_, _ = p.w.WriteString(c.Diff) // the writer keeps its first error
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	return nil
}

func differences(p *textWriter, all []Difference) {
	for _, d := range all {
		p.text("  ", strings.TrimSpace(d.Check+" "+d.What))
		p.text("    A  ", d.A)
		p.text("    B  ", d.B)
	}
}

// evidenceChecks are the checks of the auditor's own evidence: several live
// sources (V12), their mempools (V96), an earlier report or state (V99), the age
// of a live tip (V101), a second report (V113), receipts (V115). They are skipped without that
// evidence.
var evidenceChecks = []string{"V12", "V96", "V99", "V101", "V113", "V115"}

// oneSkipped reports whether one auditor skipped a check of [evidenceChecks] and the
// other found no fault by it.
func oneSkipped(a, b result.Check) bool {
	pair := [2]result.Status{a.Status, b.Status}
	return slices.Contains(evidenceChecks, a.ID) &&
		(pair == [2]result.Status{result.Skipped, result.Pass} || pair == [2]result.Status{result.Pass, result.Skipped})
}

// statusWords returns a status, with the reason of a skipped check.
func statusWords(c result.Check) string {
	if c.Status == result.Skipped && c.Reason != "" {
		return string(c.Status) + ": " + c.Reason
	}
	return string(c.Status)
}

// differ adds a difference if a and b are not equal.
func (c *Comparison) differ(check, what, a, b string) {
	if a != b {
		c.Differences = append(c.Differences, Difference{check, what, a, b})
	}
}

// compareVerdicts compares what was judged, and the verdict.
func (c *Comparison) compareVerdicts(a, b *result.Report) {
	number := func(what string, a, b int) { c.differ("", what, fmt.Sprint(a), fmt.Sprint(b)) }
	c.differ("", "policy", a.Policy, b.Policy)
	c.differ("", "election", a.Election, b.Election)
	c.differ("", "network", a.Network, b.Network)
	c.differ("", "record", a.RecordSHA256, b.RecordSHA256)
	c.differ("", "tip", tip(a), tip(b))
	c.differ("", "level", a.Level, b.Level)
	number("exit", a.Exit, b.Exit)
	c.differ("", "winner", winner(a), winner(b))
	number("threshold", a.Threshold, b.Threshold)
	number("voters", a.Voters, b.Voters)
	number("votes", a.Votes, b.Votes)
}

func tip(r *result.Report) string { return fmt.Sprintf("block %d, %s", r.Tip.Height, r.Tip.Hash) }

// winner returns the quoted name of the winner, or the unquoted word for none.
func winner(r *result.Report) string {
	if r.Winner == nil {
		return "nobody"
	}
	return strconv.Quote(*r.Winner)
}

// compareCounts compares each candidate's interval.
func (c *Comparison) compareCounts(a, b *result.Report) {
	candidate := func(n result.Count) string { return n.Candidate }
	eachPair(a.Counts, b.Counts, candidate, func(name string, x, y []result.Count) {
		words := [2]string{"absent", "absent"}
		for i, counts := range [][]result.Count{x, y} {
			if len(counts) > 0 {
				words[i] = interval(counts[0])
			}
		}
		c.differ("", "ballots of "+name, words[0], words[1])
	})
}

// compareRolls compares what is said of each slot. Reports of earlier auditors have no
// roll.
func (c *Comparison) compareRolls(a, b *result.Report) {
	if len(a.Roll) == 0 || len(b.Roll) == 0 {
		return
	}
	slot := func(m result.Member) string { return fmt.Sprintf("slot %d", m.Slot) }
	eachPair(a.Roll, b.Roll, slot, func(slot string, x, y []result.Member) {
		c.differ("", slot, memberWords(x), memberWords(y))
	})
}

// memberWords is what two auditors have to agree on about a slot.
func memberWords(all []result.Member) string {
	if len(all) == 0 {
		return "absent"
	}
	m := all[0]
	words := []string{"key " + m.Key, "coin " + m.Coin}
	if v := m.Vote; v != nil {
		check, _, _ := strings.Cut(v.Excluded, ":")
		words = append(words, "vote "+v.TxID, check, v.Candidate)
	}
	if s := m.Stake; s != nil {
		words = append(words, s.End, s.To, s.TxID)
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// eachPair calls f for each key with the elements of that key in both lists, in
// the order of a and then of b.
func eachPair[T any](a, b []T, key func(T) string, f func(key string, a, b []T)) {
	var order []string
	inA, inB := make(map[string][]T), make(map[string][]T)
	for _, v := range a {
		k := key(v)
		if inA[k] == nil {
			order = append(order, k)
		}
		inA[k] = append(inA[k], v)
	}
	for _, v := range b {
		k := key(v)
		if inA[k] == nil && inB[k] == nil {
			order = append(order, k)
		}
		inB[k] = append(inB[k], v)
	}
	for _, k := range order {
		f(k, inA[k], inB[k])
	}
}

// compareChecks compares each check by its id.
func (c *Comparison) compareChecks(a, b *result.Report) {
	id := func(k result.Check) string { return k.ID }
	eachPair(a.Checks, b.Checks, id, func(id string, x, y []result.Check) {
		switch {
		case len(x) == 0:
			c.differ(id, "check", "absent", string(y[0].Status))
			return
		case len(y) == 0:
			c.differ(id, "check", string(x[0].Status), "absent")
			return
		}
		if oneSkipped(x[0], y[0]) {
			c.Evidence = append(c.Evidence, Difference{id, "evidence", statusWords(x[0]), statusWords(y[0])})
			return
		}
		c.differ(id, "status", string(x[0].Status), string(y[0].Status))
		// Auditors may count the things that a check examines differently. Zero and
		// more than zero is a difference.
		c.differ(id, "examined", noneOrSome(x[0]), noneOrSome(y[0]))
		c.compareItems(id, x[0].Items, y[0].Items)
	})
}

func noneOrSome(c result.Check) string {
	if c.Examined == 0 {
		return "nothing"
	}
	return "something"
}

// compareItems compares the places of two checks' items. The messages may be
// worded differently. A place that only one has, or has more often, is a
// difference.
func (c *Comparison) compareItems(id string, a, b []result.Item) {
	where := func(i result.Item) string { return i.Where }
	eachPair(a, b, where, func(where string, x, y []result.Item) {
		if len(x) != len(y) {
			c.differ(id, "item "+where, itemWords(x), itemWords(y))
		}
	})
}

// itemWords returns the first lines of the items at one place.
func itemWords(items []result.Item) string {
	var words []string
	for _, i := range items {
		first, _, _ := strings.Cut(i.Message, "\n")
		words = append(words, first)
	}
	if words == nil {
		return "absent"
	}
	return strings.Join(words, "; ")
}

// withoutHistory returns a report without its history, which reports that were read from JSON
// do not have.
func withoutHistory(r *result.Report) *result.Report {
	plain := *r
	plain.History = nil
	return &plain
}
