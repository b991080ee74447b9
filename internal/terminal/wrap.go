package terminal

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks a text into lines of at most width characters, each with its LF.
// The first line begins with start, the others with as many spaces:
//
//	start····first words of the text, up to
//	         the width, then the next
//
// Both are made [Visible]. A run of spaces counts as one, lines have none at
// their end. A word that is longer than a line stays whole: a hash can be
// copied.
func Wrap(start, text string, width int) string {
	var out strings.Builder
	start = Visible(start)
	indent := strings.Repeat(" ", utf8.RuneCountInString(start))
	line, empty := start, true
	for _, word := range strings.Fields(Visible(text)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			out.WriteString(line + "\n")
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
	return out.String()
}
