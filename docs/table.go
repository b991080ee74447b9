package docs

import (
	"regexp"
	"strings"
)

// link is a Markdown link, of which explanations keep the words.
var link = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)

// page returns docs/audit.md with LF line ends, which a checkout on Windows may
// not have.
func page() string { return strings.ReplaceAll(auditPage, "\r\n", "\n") }

// rows returns the cells of the first table after a text of the page.
func rows(after string) [][]string {
	_, rest, found := strings.Cut(page(), after)
	if !found {
		panic("docs/audit.md has no " + after)
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
