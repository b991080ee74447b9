// Package textdiff shows what differs between two texts, line by line.
//
// It promises that the same texts always give the same answer, that no line is
// ever split, that the hunks carry the first text exactly into the second but
// for what the notes say of line ends, and that nothing in a text can steer a
// terminal. It knows nothing of what the texts mean: where a program can say
// what changed, it says so first, and shows the texts second.
package textdiff

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// What Compare accepts. The time grows with the square of what differs: two
// texts of the most lines with nothing in common take a tenth of a second, and
// the library's 30,000 took eleven.
const (
	MaxLines = 5000    // in each text
	MaxBytes = 1 << 20 // of each text
)

// Context is how many lines that did not change are shown around each change.
const context = 3

// Diff is what differs between the texts A and B.
type Diff struct {
	A, B  string // their names
	Hunks []Hunk
	Notes []Note // what differs in line ends, which the hunks leave out
}

// Hunk is a run of changes with the lines around them.
type Hunk struct {
	A, B  Range
	Lines []Line
}

// Range is a run of lines of one text. First counts from 1; in an empty range
// it is the line before, as unified diffs have it.
type Range struct{ First, Count int }

// Op says which text a line belongs to, by the character that unified diffs
// put before it.
type Op byte

// The three kinds of line.
const (
	Same    Op = ' ' // in both
	Deleted Op = '-' // in A alone
	Added   Op = '+' // in B alone
)

// Line is a line without its end, in parts.
type Line struct {
	Op    Op
	Parts []Part
}

// Part is a piece of a line. Changed marks the words that make a deleted line
// and the added line that takes its place differ.
type Part struct {
	Text    string
	Changed bool
}

// Text returns the line in one piece.
func (l Line) Text() string {
	var b strings.Builder
	for _, p := range l.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Note is what is to say of one text as a whole.
type Note struct{ Name, Text string }

// Compare finds what differs between two texts. It refuses a text that is not
// UTF-8 or is longer than MaxLines or MaxBytes.
func Compare(nameA, nameB, a, b string) (*Diff, error) {
	endsA, err := normalise(nameA, a)
	if err != nil {
		return nil, err
	}
	endsB, err := normalise(nameB, b)
	if err != nil {
		return nil, err
	}
	d := &Diff{A: nameA, B: nameB}
	d.note(endsA, endsB)
	if endsA.text != endsB.text {
		d.Hunks = hunks(edits(endsA.text, endsB.text))
	}
	return d, nil
}

// Same tells whether nothing differs, line ends included.
func (d *Diff) Same() bool { return len(d.Hunks) == 0 && len(d.Notes) == 0 }

// lineEnds is a text with LF at the end of every line, and what it had before.
type lineEnds struct {
	text     string
	lines    int
	returns  int  // lines that ended with CR LF
	unclosed bool // the last line had no end
}

func normalise(name, text string) (e lineEnds, err error) {
	if len(text) > MaxBytes {
		return e, fmt.Errorf("%s: %d bytes, at most %d can be compared", name, len(text), MaxBytes)
	}
	if !utf8.ValidString(text) {
		return e, fmt.Errorf("%s: not UTF-8 at byte %d", name, invalidAt(text))
	}
	e.returns = strings.Count(text, "\r\n")
	e.text = strings.ReplaceAll(text, "\r\n", "\n")
	if e.unclosed = e.text != "" && !strings.HasSuffix(e.text, "\n"); e.unclosed {
		e.text += "\n"
	}
	if e.lines = strings.Count(e.text, "\n"); e.lines > MaxLines {
		return e, fmt.Errorf("%s: %d lines, at most %d can be compared", name, e.lines, MaxLines)
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

// note compares the line ends of the two texts.
func (d *Diff) note(a, b lineEnds) {
	for _, t := range []struct {
		name       string
		its, other lineEnds
	}{{d.A, a, b}, {d.B, b, a}} {
		if t.its.unclosed && !t.other.unclosed {
			d.Notes = append(d.Notes, Note{t.name, "no newline at the end"})
		}
		if t.its.returns == 0 || a.returns == b.returns && a.lines == b.lines {
			continue
		}
		d.Notes = append(d.Notes, Note{t.name, fmt.Sprintf("%d of %d lines end with CR LF", t.its.returns, t.its.lines)})
	}
}

// edits returns the lines of both texts in one sequence, deleted before added.
func edits(a, b string) []Line {
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0 // the default gives up after a second and says nothing
	// One character stands for each line, so that no line can be split. The
	// checklines flag of DiffMain is something else.
	charsA, charsB, all := dmp.DiffLinesToChars(a, b)
	diffs := dmp.DiffCharsToLines(dmp.DiffMain(charsA, charsB, false), all)
	var out []Line
	for _, d := range diffs {
		op := Same
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			op = Deleted
		case diffmatchpatch.DiffInsert:
			op = Added
		}
		for line := range strings.Lines(d.Text) {
			out = append(out, Line{op, []Part{{Text: strings.TrimSuffix(line, "\n")}}})
		}
	}
	return out
}

// hunks cuts a sequence of lines into its changes with their context, joins
// those whose contexts touch, and marks the changed words.
func hunks(lines []Line) (out []Hunk) {
	at := func(i int) Range { return Range{Count: i} }
	from, a, b := 0, at(0), at(0) // lines of A and B before lines[from]
	for from < len(lines) {
		first := from
		for first < len(lines) && lines[first].Op == Same {
			first++
		}
		if first == len(lines) {
			return out
		}
		begin := max(from, first-context)
		a.Count += begin - from
		b.Count += begin - from
		end := hunkEnd(lines, first)
		h := Hunk{A: Range{First: a.Count}, B: Range{First: b.Count}, Lines: lines[begin:end]}
		for _, l := range h.Lines {
			if l.Op != Added {
				h.A.Count++
			}
			if l.Op != Deleted {
				h.B.Count++
			}
		}
		a.Count += h.A.Count
		b.Count += h.B.Count
		if h.A.Count > 0 {
			h.A.First++
		}
		if h.B.Count > 0 {
			h.B.First++
		}
		markWords(h.Lines)
		out, from = append(out, h), end
	}
	return out
}

// hunkEnd returns the end of the hunk whose first change is at first: behind
// the context of its last change.
func hunkEnd(lines []Line, first int) int {
	last := first
	for i := first; i < len(lines) && i <= last+2*context+1; i++ {
		if lines[i].Op != Same {
			last = i
		}
	}
	return min(last+1+context, len(lines))
}
