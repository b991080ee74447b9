package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"bevote/internal/terminal"
)

// width is the column at which running text is wrapped.
const width = 88

// textWriter writes lines of text to a terminal or a file. Every string in them
// is made [terminal.Visible].
type textWriter struct {
	w *bufio.Writer
}

func newTextWriter(w io.Writer) *textWriter { return &textWriter{bufio.NewWriter(w)} }

// line writes a formatted line without trailing blanks.
func (p *textWriter) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	// The writer keeps its first error; Text returns it from Flush.
	_, _ = p.w.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// text writes words after a prefix, wrapped at the width, with following lines
// indented to the prefix's end.
func (p *textWriter) text(prefix, words string) {
	_, _ = p.w.WriteString(terminal.Wrap(prefix, words, width))
}

// block writes lines without wrapping, such as a diff of scripts. A bar before each
// sets them apart from the report's own lines.
func (p *textWriter) block(indent, lines string) {
	if lines == "" {
		return
	}
	for line := range strings.SplitSeq(lines, "\n") {
		p.line("%s| %s", indent, line)
	}
}

// section writes a heading after an empty line.
func (p *textWriter) section(title string) {
	p.line("")
	p.line("%s", title)
}

// clean is [terminal.Visible]. Texts of a record pass it in the text, the page
// and the Markdown.
func clean(s string) string { return terminal.Visible(s) }

// grouped writes a number with commas between thousands.
func grouped(n int64) string { return terminal.Thousands(n, ",") }
