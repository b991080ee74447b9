// Package textdiff shows what differs between two texts, line by line.
//
// It promises that the same texts always give the same answer; that no line is
// split; that the hunks turn the first text into the second but for the line
// ends that the notes name; and that what it prints is safe to print. It does
// not interpret the texts.
package textdiff

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Bounds of each text that [Compare] accepts. The time grows with the square of
// what differs. Two texts of maxLines with no line in common take a tenth of a
// second; of 30,000 lines, 11 seconds.
const (
	maxLines = 5000
	maxBytes = 1 << 20
)

// context is how many unchanged lines are shown around each change.
const context = 3

// Diff is what differs between two texts, A and B.
type Diff struct {
	a, b  string // their names
	hunks []hunk
	notes []note // what differs in line ends, which the hunks leave out
}

// hunk is a run of changes with the lines around them.
type hunk struct {
	a, b  span
	lines []line
}

// span is a run of lines of one text. The first counts from 1. In an empty span
// it is the line before, as unified diffs have it.
type span struct{ first, count int }

// op says which text a line belongs to, by the character that unified diffs put
// before it.
type op byte

const (
	same    op = ' ' // in both
	deleted op = '-' // in A alone
	added   op = '+' // in B alone
)

// line is a line without its end, in parts.
type line struct {
	op    op
	parts []part
}

// part is a piece of a line. It is changed where it is one of the words in which
// a deleted line and the added line in its place differ.
type part struct {
	text    string
	changed bool
}

// text returns the line in one piece.
func (l line) text() string {
	var b strings.Builder
	for _, p := range l.parts {
		b.WriteString(p.text)
	}
	return b.String()
}

// note is a remark on one text as a whole.
type note struct{ name, text string }

// Compare finds what differs between two texts, whose names the answer gives. It
// refuses a text that is not UTF-8, or has over 5,000 lines or 1 MiB.
func Compare(nameA, nameB, a, b string) (*Diff, error) {
	endsA, err := normalise(nameA, a)
	if err != nil {
		return nil, err
	}
	endsB, err := normalise(nameB, b)
	if err != nil {
		return nil, err
	}
	d := &Diff{a: nameA, b: nameB}
	d.note(endsA, endsB)
	if endsA.text != endsB.text {
		d.hunks = hunks(edits(endsA.text, endsB.text))
	}
	return d, nil
}

// Same reports whether nothing differs, line ends included.
func (d *Diff) Same() bool { return len(d.hunks) == 0 && len(d.notes) == 0 }

// lineEnds is a text with LF at the end of every line, and the line ends that it
// had before.
type lineEnds struct {
	text     string
	lines    int
	returns  int  // lines that ended with CR LF
	unclosed bool // the last line had no end
}

func normalise(name, text string) (e lineEnds, err error) {
	if len(text) > maxBytes {
		return e, fmt.Errorf("%s: %d bytes, at most %d can be compared", name, len(text), maxBytes)
	}
	if !utf8.ValidString(text) {
		return e, fmt.Errorf("%s: not UTF-8 at byte %d", name, invalidAt(text))
	}
	e.returns = strings.Count(text, "\r\n")
	e.text = strings.ReplaceAll(text, "\r\n", "\n")
	if e.unclosed = e.text != "" && !strings.HasSuffix(e.text, "\n"); e.unclosed {
		e.text += "\n"
	}
	if e.lines = strings.Count(e.text, "\n"); e.lines > maxLines {
		return e, fmt.Errorf("%s: %d lines, at most %d can be compared", name, e.lines, maxLines)
	}
	return e, nil
}

// invalidAt returns the offset of the first byte that is not UTF-8.
func invalidAt(s string) int {
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return len(s)
}

// note notes where the line ends of the two texts differ.
func (d *Diff) note(a, b lineEnds) {
	for _, t := range []struct {
		name       string
		its, other lineEnds
	}{{d.a, a, b}, {d.b, b, a}} {
		if t.its.unclosed && !t.other.unclosed {
			d.notes = append(d.notes, note{t.name, "no newline at the end"})
		}
		if t.its.returns == 0 || a.returns == b.returns && a.lines == b.lines {
			continue
		}
		d.notes = append(d.notes, note{t.name, fmt.Sprintf("%d of %d lines end with CR LF", t.its.returns, t.its.lines)})
	}
}

// edits returns the lines of both texts in one sequence, deleted before added.
func edits(a, b string) []line {
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0 // by default it gives up after a second, without an error
	// One character stands for each line, so that no line can be split. The
	// checklines flag of DiffMain is something else.
	charsA, charsB, all := dmp.DiffLinesToChars(a, b)
	diffs := dmp.DiffCharsToLines(dmp.DiffMain(charsA, charsB, false), all)
	var out []line
	for _, d := range diffs {
		of := same
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			of = deleted
		case diffmatchpatch.DiffInsert:
			of = added
		}
		for text := range strings.Lines(d.Text) {
			out = append(out, line{of, []part{{text: strings.TrimSuffix(text, "\n")}}})
		}
	}
	return out
}

// hunks cuts a sequence of lines into its changes with their context, joins
// those whose contexts touch, and marks the changed words.
func hunks(lines []line) (out []hunk) {
	from, a, b := 0, 0, 0 // lines[from] comes after a lines of A and b of B
	for from < len(lines) {
		first := from
		for first < len(lines) && lines[first].op == same {
			first++
		}
		if first == len(lines) {
			return out
		}
		begin := max(from, first-context)
		a += begin - from
		b += begin - from
		end := hunkEnd(lines, first)
		h := hunk{a: span{first: a}, b: span{first: b}, lines: lines[begin:end]}
		for _, l := range h.lines {
			if l.op != added {
				h.a.count++
			}
			if l.op != deleted {
				h.b.count++
			}
		}
		a += h.a.count
		b += h.b.count
		if h.a.count > 0 {
			h.a.first++
		}
		if h.b.count > 0 {
			h.b.first++
		}
		markWords(h.lines)
		out, from = append(out, h), end
	}
	return out
}

// hunkEnd returns the end of the hunk whose first change is at first: the index
// after the context of its last change.
func hunkEnd(lines []line, first int) int {
	last := first
	for i := first; i < len(lines) && i <= last+2*context+1; i++ {
		if lines[i].op != same {
			last = i
		}
	}
	return min(last+1+context, len(lines))
}
