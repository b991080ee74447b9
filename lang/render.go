package lang

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"bevote/internal/terminal"
)

// longKey is a key, which source lines abbreviate.
var longKey = regexp.MustCompile(`pub:[0-9a-fA-F]{66}`)

const (
	tabWidth = 4
	maxShown = 160 // bytes of a source line shown after the place, where it is longer
)

// Render writes the diagnostics as text for people, each with its source lines
// and carets. src is the file they were found in and file its name. Keys are
// abbreviated and tabs widened; the rest of both is shown as
// [terminal.Visible] does. It returns the first error of w.
func Render(w io.Writer, file string, src []byte, diags []Diagnostic) error {
	return Text{}.Render(w, file, src, diags)
}

// Text holds the options of [Render]; the zero value is what that function uses.
type Text struct {
	Color bool // with ANSI escape sequences
}

// Render is [Render] with the options.
func (x Text) Render(w io.Writer, file string, src []byte, diags []Diagnostic) error {
	s := newSource(src)
	b := bufio.NewWriter(w)
	for i, d := range diags {
		if i > 0 {
			fmt.Fprintln(b)
		}
		x.diagnostic(b, visible(file), s, d)
	}
	return b.Flush()
}

// The colours, as parameters of Select Graphic Rendition (ECMA-48, 8.3.117).
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
)

// paint returns the text in a colour, if there are colours.
func (x Text) paint(color, text string) string {
	if !x.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (x Text) diagnostic(b *bufio.Writer, file string, s *source, d Diagnostic) {
	kind, color := "warning", yellow
	if d.IsError() {
		kind, color = "error", red
	}
	fmt.Fprintf(b, "%s%s\n", x.paint(color, kind+"["+d.Code+"]"), x.paint(bold, ": "+visible(d.Message)))
	labels := append([]Label{d.Primary}, d.Secondary...)
	width := 1
	for _, l := range labels {
		width = max(width, len(strconv.Itoa(l.Line)))
	}
	gutter := strings.Repeat(" ", width)
	bar := gutter + " " + x.paint(blue, "|")
	for i, l := range labels {
		switch {
		case i == 0:
			fmt.Fprintf(b, "%s%s %s:%d:%d\n%s\n", gutter, x.paint(blue, "-->"), file, l.Line, l.Column, bar)
		case l.Line != labels[i-1].Line:
			fmt.Fprintf(b, "%s %s %s:%d:%d\n", gutter, x.paint(blue, ":::"), file, l.Line, l.Column)
		}
		mark := "^"
		if i > 0 {
			mark, color = "-", blue
		}
		line, indent, under := s.marked(l.Span, mark)
		if i == 0 || l.Line != labels[i-1].Line {
			fmt.Fprintf(b, "%s %s\n", x.paint(blue, fmt.Sprintf("%*d |", width, l.Line)), line)
		}
		fmt.Fprintf(b, "%s %s%s\n", bar, indent, x.paint(color, strings.TrimRight(under+" "+visible(l.Text), " ")))
	}
	x.remarks(b, gutter+" "+x.paint(blue, "=")+" ", d)
}

// remarks writes the notes, the help and the transaction, each after the lead.
func (x Text) remarks(b *bufio.Writer, lead string, d Diagnostic) {
	for _, n := range d.Notes {
		fmt.Fprintf(b, "%s%s: %s\n", lead, x.paint(bold, "note"), visible(n))
	}
	if d.Help != "" {
		fmt.Fprintf(b, "%s%s: %s\n", lead, x.paint(bold, "help"), visible(d.Help))
	}
	if t := d.Transaction; t != nil {
		fmt.Fprintf(b, "%s%s: %s (all keys are stand-ins)\n", lead, x.paint(bold, "transaction"), visible(t.Says))
		for _, line := range append(slices.Clone(t.Lines), "hex "+t.Hex) {
			fmt.Fprintf(b, "      %s\n", visible(line))
		}
	}
}

// marked returns the line where the span begins, as it is shown, and the indent and
// the marks below it: at least one mark, at most to the end of the line.
func (s *source) marked(at Span, mark string) (line, indent, under string) {
	row := min(max(at.Line, 1), len(s.lines)) - 1
	text := s.lineText(row)
	from := min(max(at.Start-s.base-s.lines[row], 0), len(text))
	to := min(max(at.End-s.base-s.lines[row], from), len(text))
	low, high := window(text, from)
	line, columns := display(text[low:high], from-low, min(to, high)-low)
	before, after := columns[from-low], columns[min(to, high)-low]
	if low > 0 {
		line, before, after = "…"+line, before+1, after+1
	}
	if high < len(text) {
		line += "…"
	}
	return line, strings.Repeat(" ", before), strings.Repeat(mark, max(after-before, 1))
}

// window returns the part [low, high) of a line that is shown around the offset.
func window(text string, offset int) (low, high int) {
	low, high = 0, len(text)
	if len(text) <= maxShown {
		return low, high
	}
	for low = max(0, offset-maxShown/3); low > 0 && !utf8.RuneStart(text[low]); low-- {
	}
	for high = min(len(text), offset+maxShown); high < len(text) && !utf8.RuneStart(text[high]); high++ {
	}
	return low, high
}

// display returns the text as it is shown, and for each byte of the text its column
// there. A key is abbreviated unless from or to lies inside it.
func display(text string, from, to int) (string, []int) {
	var shown strings.Builder
	columns := make([]int, len(text)+1)
	keys := longKey.FindAllStringIndex(text, -1)
	for i, column := 0, 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		piece := visible(text[i : i+size])
		for len(keys) > 0 && keys[0][0] < i {
			keys = keys[1:]
		}
		if len(keys) > 0 && keys[0][0] == i {
			if end := keys[0][1]; !(i < from && from < end) && !(i < to && to < end) {
				size = end - i
				piece = text[i:i+12] + "…" + text[end-4:end]
			}
		}
		for range size {
			columns[i] = column
			i++
		}
		column += columnsOf(piece)
		columns[i] = column
		shown.WriteString(piece)
	}
	return shown.String(), columns
}

// visible widens tabs and shows the rest as [terminal.Visible] does.
func visible(s string) string {
	return terminal.Visible(strings.ReplaceAll(s, "\t", strings.Repeat(" ", tabWidth)))
}
