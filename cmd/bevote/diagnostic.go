package main

import (
	"bytes"
	"strings"

	"bevote/lang"
)

// diagnostic is the JSON form of a [lang.Diagnostic].
type diagnostic struct {
	Severity    string       `json:"severity"` // error or warning
	Code        string       `json:"code"`
	Summary     string       `json:"summary"` // one line
	Detail      string       `json:"detail"`  // notes, one a line
	Label       string       `json:"label"`   // what to say about the range
	Range       textRange    `json:"range"`
	Snippet     string       `json:"snippet"` // the source line where the range begins
	Related     []related    `json:"related"`
	Help        string       `json:"help"`        // what to type
	Fix         *replacement `json:"fix"`         // null where none is safe
	Transaction *transaction `json:"transaction"` // a spend that shows the problem, or null
}

// textRange is a half-open range of a file.
type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type position struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in characters
	Byte   int `json:"byte"`   // from 0
}

// related is a second place that a diagnostic is about.
type related struct {
	Label   string    `json:"label"`
	Range   textRange `json:"range"`
	Snippet string    `json:"snippet"`
}

// replacement is a change of the file.
type replacement struct {
	Range textRange `json:"range"`
	Text  string    `json:"text"`
}

// transaction is the JSON form of a [lang.Transaction].
type transaction struct {
	Says    string   `json:"says"`
	Decoded []string `json:"decoded"`
	Hex     string   `json:"hex"`
	Spends  output   `json:"spends"`
}

// output is the output that a transaction spends.
type output struct {
	Script string `json:"script"` // hex
	Sats   int64  `json:"sats"`
}

// diagnosticsJSON turns the diagnostics of a file into their JSON form.
func diagnosticsJSON(src []byte, diags []lang.Diagnostic) []diagnostic {
	all := []diagnostic{}
	for _, d := range diags {
		out := diagnostic{
			Severity: "warning", Code: d.Code, Summary: d.Message, Detail: strings.Join(d.Notes, "\n"),
			Label: d.Primary.Text, Range: rangeOf(d.Primary.Span), Snippet: snippet(src, d.Primary.Span),
			Related: []related{}, Help: d.Help,
		}
		if d.IsError() {
			out.Severity = "error"
		}
		for _, l := range d.Secondary {
			out.Related = append(out.Related, related{l.Text, rangeOf(l.Span), snippet(src, l.Span)})
		}
		if d.Fix != nil {
			out.Fix = &replacement{rangeOf(d.Fix.Span), d.Fix.Text}
		}
		if t := d.Transaction; t != nil {
			out.Transaction = &transaction{t.Says, t.Lines, t.Hex, output{t.Script, t.Stake}}
		}
		all = append(all, out)
	}
	return all
}

func rangeOf(s lang.Span) textRange {
	return textRange{position{s.Line, s.Column, s.Start}, position{s.EndLine, s.EndColumn, s.End}}
}

// The longest snippet, and the longest part of it before the place, in bytes.
// Longer lines are cut.
const (
	maxSnippet = 400
	maxBefore  = 200
)

// snippet is the line of the file in which the span begins, without its end.
func snippet(src []byte, s lang.Span) string {
	from := max(0, s.Start-maxBefore)
	from += bytes.LastIndexByte(src[from:s.Start], '\n') + 1
	line, _, _ := bytes.Cut(src[from:min(len(src), from+maxSnippet)], []byte("\n"))
	return strings.ToValidUTF8(string(bytes.TrimSuffix(line, []byte("\r"))), "\ufffd")
}
