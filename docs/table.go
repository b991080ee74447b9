package docs

import (
	"regexp"
	"strings"
)

// link is a Markdown link, of which explanations keep the words.
var link = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// withLF returns a page with LF line ends, which a checkout on Windows may not have.
func withLF(page string) string { return strings.ReplaceAll(page, "\r\n", "\n") }

// rows returns the cells of the first table after a text of docs/audit.md.
func rows(after string) [][]string { return rowsOf(auditPage, after) }

// rowsOf returns the cells of the first table after a text of a page.
func rowsOf(page, after string) [][]string {
	_, rest, found := strings.Cut(withLF(page), after)
	if !found {
		panic("docs: no page has " + after)
	}
	return tableIn(rest)
}

// tableIn returns the cells of the first table of a text, without its head:
//
//	| code | says |
//	|--|--|
//	| 64 | the command line is wrong |
func tableIn(text string) (out [][]string) {
	row := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "|--") {
			if row > 0 {
				break
			}
			continue
		}
		if row++; row <= 2 {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		for i, c := range cells {
			cells[i] = strings.TrimSpace(link.ReplaceAllString(c, "$1"))
		}
		out = append(out, cells)
	}
	return out
}
