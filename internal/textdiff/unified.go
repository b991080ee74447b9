package textdiff

import (
	"fmt"
	"strings"

	"bevote/internal/terminal"
)

// Marks says how a unified diff shows the words that changed within a line.
type Marks int

// The ways to mark changed words.
const (
	Plain  Marks = iota // none: a diff that other tools read
	Carets              // in a line of ^ below
	Colour              // by escape sequences, for terminals
)

// Unified compares two texts and prints what differs as a unified diff with
// three lines of context, "" where nothing does.
func Unified(nameA, nameB, a, b string, marks Marks) (string, error) {
	d, err := Compare(nameA, nameB, a, b)
	if err != nil {
		return "", err
	}
	return d.Unified(marks), nil
}

// Unified prints the differences as a unified diff, "" where there are none. Names
// and lines are safe to print; tabs stay.
func (d *Diff) Unified(marks Marks) string {
	if d.Same() {
		return ""
	}
	p := &printer{marks: marks}
	p.line("1", "--- "+d.a)
	p.line("1", "+++ "+d.b)
	for _, h := range d.hunks {
		p.line("36", fmt.Sprintf("@@ -%s +%s @@", h.a, h.b))
		for _, l := range h.lines {
			p.text(l)
		}
	}
	for _, n := range d.notes {
		p.line("", `\ `+n.name+": "+n.text)
	}
	return p.b.String()
}

// String writes a span as diff does: the count is left out where it is 1.
func (s span) String() string {
	if s.count == 1 {
		return fmt.Sprint(s.first)
	}
	return fmt.Sprintf("%d,%d", s.first, s.count)
}

// printer writes lines with marks.
type printer struct {
	b     strings.Builder
	marks Marks
}

// colours are the escape sequences of lines and of words in them.
var colours = map[op]string{deleted: "31", added: "32"}

// line writes a whole line in one colour.
func (p *printer) line(colour, s string) {
	p.coloured(colour, visible(s))
	p.b.WriteByte('\n')
}

// coloured writes s, which is safe to print, in a colour.
func (p *printer) coloured(colour, s string) {
	if p.marks != Colour || colour == "" || s == "" {
		p.b.WriteString(s)
		return
	}
	p.b.WriteString("\x1b[" + colour + "m" + s + "\x1b[0m")
}

// text writes a line of a hunk and marks its changed words.
func (p *printer) text(l line) {
	colour := colours[l.op]
	p.coloured(colour, string(rune(l.op)))
	carets := strings.Builder{}
	for _, part := range l.parts {
		s, in, mark := visible(part.text), colour, " "
		if part.changed {
			in, mark = colour+";1;4", "^"
		}
		p.coloured(in, s)
		for _, r := range s {
			if r == '\t' && !part.changed {
				carets.WriteByte('\t')
				continue
			}
			carets.WriteString(mark)
		}
	}
	p.b.WriteByte('\n')
	if under := strings.TrimRight(carets.String(), " \t"); p.marks == Carets && under != "" {
		p.b.WriteString("?" + under + "\n")
	}
}

// visible keeps tabs and shows the rest as [terminal.Visible] does.
func visible(s string) string {
	cells := strings.Split(s, "\t")
	for i, cell := range cells {
		cells[i] = terminal.Visible(cell)
	}
	return strings.Join(cells, "\t")
}
