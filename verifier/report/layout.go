package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is the column at which running text breaks.
const width = 88

// page writes lines of text to a terminal or a file. Everything that comes
// from a record passes clean first: a hostile record must not move the cursor.
type page struct {
	w *bufio.Writer
}

func newPage(w io.Writer) *page { return &page{bufio.NewWriter(w)} }

// line writes a formatted line without trailing blanks.
func (p *page) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	// The writer keeps its first error; Text returns it from Flush.
	_, _ = p.w.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// text writes words after a first prefix, broken at the width and hung under
// the prefix's end. A word longer than a line stays whole: hashes are copied.
func (p *page) text(prefix, words string) {
	hang := strings.Repeat(" ", utf8.RuneCountInString(prefix))
	line, empty := prefix, true
	for _, word := range strings.Fields(clean(words)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			p.line("%s", line)
			line, empty = hang, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	p.line("%s", line)
}

// block writes lines as they are, a diff of scripts say, behind a bar: no line
// of a record can pass for one of the report.
func (p *page) block(indent, lines string) {
	if lines == "" {
		return
	}
	for line := range strings.SplitSeq(lines, "\n") {
		p.line("%s| %s", indent, line)
	}
}

// section writes a heading after an empty line.
func (p *page) section(title string) {
	p.line("")
	p.line("%s", title)
}

// clean replaces what a terminal would obey instead of showing: control
// characters and invisible formatting, such as reversed writing.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return '�'
		}
		return r
	}, s)
}
