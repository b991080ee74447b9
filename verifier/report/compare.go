package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"bevote/internal/textdiff"
	"bevote/verifier/result"
)

// Difference is one thing that two reports do not say alike. Check is the id
// of the check that it belongs to, "" for the report as a whole.
type Difference struct {
	Check string `json:"check"`
	What  string `json:"what"` // level, winner, status, item …
	A     string `json:"a"`
	B     string `json:"b"`
}

// Comparison is what two auditors see differently (V113). They agree when no
// difference of substance is left: the same verdict on the same evidence, and
// for each check the same status and the same items. Wording, figures and the
// auditors' own names may differ.
type Comparison struct {
	A           string       `json:"a"` // the names of the reports
	B           string       `json:"b"`
	Agree       bool         `json:"agree"`
	Differences []Difference `json:"differences"`
	Diff        string       `json:"diff"` // of the two reports as text, unified; "" where they are alike
}

// Compare sets two reports against each other, first by what they mean, then
// by their text. Names are those that the answer gives them.
func Compare(nameA, nameB string, a, b *result.Report, marks textdiff.Marks) (*Comparison, error) {
	c := &Comparison{A: nameA, B: nameB, Differences: []Difference{}}
	c.heads(a, b)
	c.counts(a, b)
	c.checks(a, b)
	c.Agree = len(c.Differences) == 0
	var textA, textB bytes.Buffer
	if err := Text(&textA, a); err != nil {
		return nil, err
	}
	if err := Text(&textB, b); err != nil {
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
	p := newPage(w)
	switch {
	case c.Agree && c.Diff == "":
		p.line("%s and %s say the same.", c.A, c.B)
	case c.Agree:
		p.line("%s and %s agree; they differ in words or figures only:", c.A, c.B)
	default:
		p.line("A, %s, and B, %s, disagree:", c.A, c.B)
		p.line("")
	}
	for _, d := range c.Differences {
		p.text("  ", strings.TrimSpace(d.Check+" "+d.What))
		p.text("    A  ", d.A)
		p.text("    B  ", d.B)
	}
	if c.Diff != "" {
		p.line("")
		_, _ = p.w.WriteString(c.Diff) // the writer keeps its first error
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	return nil
}

// differ notes a difference, if there is one.
func (c *Comparison) differ(check, what, a, b string) {
	if a != b {
		c.Differences = append(c.Differences, Difference{check, what, a, b})
	}
}

// heads compares what was judged, and the verdict.
func (c *Comparison) heads(a, b *result.Report) {
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

// winner names the winner, and tells nobody from somebody of that name.
func winner(r *result.Report) string {
	if r.Winner == nil {
		return "nobody"
	}
	return strconv.Quote(*r.Winner)
}

// counts compares each candidate's interval.
func (c *Comparison) counts(a, b *result.Report) {
	candidate := func(n result.Count) string { return n.Candidate }
	eachPair(a.Counts, b.Counts, candidate, func(name string, x, y []result.Count) {
		said := [2]string{"absent", "absent"}
		for i, counts := range [][]result.Count{x, y} {
			if len(counts) > 0 {
				said[i] = interval(counts[0])
			}
		}
		c.differ("", "ballots of "+name, said[0], said[1])
	})
}

// eachPair calls f with what two lists have of each key, in the order of a and
// then of b.
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

// checks compares each check by its id.
func (c *Comparison) checks(a, b *result.Report) {
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
		c.differ(id, "status", string(x[0].Status), string(y[0].Status))
		// How many things a check counts is each auditor's own; none is not.
		c.differ(id, "examined", anything(x[0]), anything(y[0]))
		c.items(id, x[0].Items, y[0].Items)
	})
}

func anything(c result.Check) string {
	if c.Examined == 0 {
		return "nothing"
	}
	return "something"
}

// items compares where two checks found something; what they say of it may be
// worded otherwise. A place that only one has, or has more often, differs.
func (c *Comparison) items(id string, a, b []result.Item) {
	where := func(i result.Item) string { return i.Where }
	eachPair(a, b, where, func(where string, x, y []result.Item) {
		if len(x) != len(y) {
			c.differ(id, "item "+where, found(x), found(y))
		}
	})
}

// found says what a check found at one place.
func found(items []result.Item) string {
	var said []string
	for _, i := range items {
		first, _, _ := strings.Cut(i.Message, "\n")
		said = append(said, first)
	}
	if said == nil {
		return "absent"
	}
	return strings.Join(said, "; ")
}
