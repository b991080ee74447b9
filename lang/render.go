package lang

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longKey is what source lines abbreviate: nobody compares 66 digits by eye here.
var longKey = regexp.MustCompile(`pub:[0-9a-fA-F]{66}`)

const (
	tabWidth = 4
	maxShown = 160 // bytes of a source line shown after the place, where it is longer
)

// Render writes the diagnostics as text for people, each with its source lines
// and carets. src is the file they were found in and file its name. Keys are
// abbreviated, tabs widened and invisible characters shown as U+FFFD. It
// returns the first error of w.
func Render(w io.Writer, file string, src []byte, diags []Diagnostic) error {
	s := newSource(src)
	b := bufio.NewWriter(w)
	for i, d := range diags {
		if i > 0 {
			fmt.Fprintln(b)
		}
		d.render(b, file, s)
	}
	return b.Flush()
}

func (d Diagnostic) render(b *bufio.Writer, file string, s *source) {
	kind := "warning"
	if d.IsError() {
		kind = "error"
	}
	fmt.Fprintf(b, "%s[%s]: %s\n", kind, d.Code, visible(d.Message))
	labels := append([]Label{d.Primary}, d.Secondary...)
	width := 1
	for _, l := range labels {
		width = max(width, len(strconv.Itoa(l.Line)))
	}
	gutter := strings.Repeat(" ", width)
	for i, l := range labels {
		switch {
		case i == 0:
			fmt.Fprintf(b, "%s--> %s:%d:%d\n%s |\n", gutter, file, l.Line, l.Column, gutter)
		case l.Line != labels[i-1].Line:
			fmt.Fprintf(b, "%s ::: %s:%d:%d\n", gutter, file, l.Line, l.Column)
		}
		line, under := s.marked(l.Span, map[bool]string{true: "^", false: "-"}[i == 0])
		if i == 0 || l.Line != labels[i-1].Line {
			fmt.Fprintf(b, "%*d | %s\n", width, l.Line, line)
		}
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%s | %s %s", gutter, under, visible(l.Text)), " "))
	}
	for _, n := range d.Notes {
		fmt.Fprintf(b, "%s = note: %s\n", gutter, visible(n))
	}
	if d.Help != "" {
		fmt.Fprintf(b, "%s = help: %s\n", gutter, visible(d.Help))
	}
}

// marked returns the line where the span begins, as it is shown, and the marks
// that stand under the span: at least one, at most to the end of the line.
func (s *source) marked(at Span, mark string) (line, under string) {
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
	return line, strings.Repeat(" ", before) + strings.Repeat(mark, max(after-before, 1))
}

// window cuts out of a line what is shown around the offset.
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

// display returns the text as it is shown and the column in it for each byte
// of the text. A key is abbreviated unless from or to lies inside it.
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
		column += utf8.RuneCountInString(piece)
		columns[i] = column
		shown.WriteString(piece)
	}
	return shown.String(), columns
}

// visible widens tabs and replaces what a terminal would act on.
func visible(s string) string {
	s = strings.ReplaceAll(s, "\t", strings.Repeat(" ", tabWidth))
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
