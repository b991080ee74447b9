package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"

	"bevote/internal/workbench"
)

// longHex are the digits of keys, of which nobody reads more than the ends.
var longHex = regexp.MustCompile(`\b((0x)?[0-9a-f]{8})[0-9a-f]{24,}([0-9a-f]{4})\b`)

// widestClause is how much of a clause is shown beside an operation.
const widestClause = 60

// printAnnotated prints every operation of a script beside the clause that it
// comes from. A clause is shown where it begins.
func printAnnotated(w io.Writer, operations []workbench.Annotation) error {
	var table bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  byte\thex\toperation\twhat for\tline\tclause\n")
	before := ""
	for _, a := range operations {
		line, clause := fmt.Sprint(a.Line), shorten(a.Clause)
		if a.Line == 0 {
			line = "-"
		}
		if clause == before {
			line, clause = "", ""
		} else {
			before = clause
		}
		fmt.Fprintf(t, "  %4d\t%s\t%s%s\t%s\t%s\t%s\n", a.At, abbreviated(a.Hex), strings.Repeat("  ", a.Depth),
			abbreviated(a.Op), abbreviated(a.Says), line, clause)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\noperations\n")
	for row := range strings.Lines(table.String()) {
		fmt.Fprintln(w, strings.TrimRight(row, " \n"))
	}
	return nil
}

func abbreviated(text string) string { return longHex.ReplaceAllString(text, "$1…$3") }

func shorten(clause string) string {
	runes := []rune(abbreviated(clause))
	if len(runes) <= widestClause {
		return string(runes)
	}
	return string(runes[:widestClause-1]) + "…"
}
