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

// keyDigits matches the hex digits of a key or a hash. Tables show its ends.
var keyDigits = regexp.MustCompile(`\b((0x)?[0-9a-f]{8})[0-9a-f]{24,}([0-9a-f]{4})\b`)

// maxClause is how much of a clause is shown beside an operation, in
// characters.
const maxClause = 60

// printAnnotated prints every operation of a script beside the clause of the
// policy that it comes from. A clause of several operations is shown once, at
// the first.
func printAnnotated(w io.Writer, operations []workbench.Annotation) error {
	var table bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  byte\thex\toperation\twhat for\tline\tclause\n")
	before := ""
	for _, a := range operations {
		line, clause := fmt.Sprint(a.Line), shortClause(a.Clause)
		if a.Line == 0 {
			line = "-"
		}
		if clause == before {
			line, clause = "", ""
		} else {
			before = clause
		}
		fmt.Fprintf(t, "  %4d\t%s\t%s%s\t%s\t%s\t%s\n", a.At, shortKeys(a.Hex), strings.Repeat("  ", a.Depth),
			shortKeys(a.Op), shortKeys(a.Says), line, clause)
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

func shortKeys(text string) string { return keyDigits.ReplaceAllString(text, "$1…$3") }

func shortClause(clause string) string {
	runes := []rune(shortKeys(clause))
	if len(runes) <= maxClause {
		return string(runes)
	}
	return string(runes[:maxClause-1]) + "…"
}
