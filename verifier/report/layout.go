package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"bevote/internal/terminal"
)

// width is the column at which running text breaks.
const width = 88

// page writes lines of text to a terminal or a file. Every string in them is
// made [terminal.Visible].
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
// the prefix's end.
func (p *page) text(prefix, words string) {
	_, _ = p.w.WriteString(terminal.Wrap(prefix, words, width))
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

// clean is [terminal.Visible]: what a record says passes it on the way to every
// form of the report for people.
func clean(s string) string { return terminal.Visible(s) }

// grouped writes a number with commas between thousands.
func grouped(n int64) string { return terminal.Thousands(n, ",") }
