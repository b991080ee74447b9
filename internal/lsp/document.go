package lsp

import (
	"slices"

	"bevote/internal/editor"
	"bevote/lang"
)

// document is a version of a policy file that a client has open. It does not change.
type document struct {
	uri     string
	version int
	file    *editor.File
	lines   *lines
}

func newDocument(uri string, version int, text []byte, now uint32) *document {
	return &document{uri, version, editor.NewFile(text, now), newLines(text)}
}

// edited returns the document after a client's changes, each of which is of the text
// that the one before leaves.
func (d *document) edited(c changed, now uint32) *document {
	text, l := d.file.Text, d.lines
	for _, x := range c.ContentChanges {
		if x.Range == nil {
			text = []byte(x.Text)
		} else {
			start := l.offset(x.Range.Start)
			end := max(start, l.offset(x.Range.End))
			text = slices.Concat(text[:start], []byte(x.Text), text[end:])
		}
		l = newLines(text)
	}
	return newDocument(d.uri, c.TextDocument.Version, text, now)
}

func (d *document) span(s lang.Span) span { return d.lines.span(s.Start, s.End) }

func (d *document) locations(spans []lang.Span) []location {
	all := []location{}
	for _, s := range spans {
		all = append(all, location{d.uri, d.span(s)})
	}
	return all
}

// edits returns the changes of the document.
func (d *document) edits(all ...edit) workspaceEdit {
	return workspaceEdit{map[string][]edit{d.uri: all}}
}

// whole returns the edit that puts a text in the place of the document's.
func (d *document) whole(text []byte) edit {
	return edit{d.lines.span(0, len(d.file.Text)), string(text)}
}

// diagnostic returns a diagnostic as clients show it: beside its message the remark
// about its place, its notes, its help, and what its transaction shows.
func (d *document) diagnostic(x lang.Diagnostic) diagnostic {
	out := diagnostic{Range: d.span(x.Primary.Span), Severity: severityWarning, Code: x.Code, Source: "bevote", Message: x.Message}
	if x.IsError() {
		out.Severity = severityError
	}
	line := func(what, text string) {
		if text != "" {
			out.Message += "\n" + what + text
		}
	}
	line("here: ", x.Primary.Text)
	for _, n := range x.Notes {
		line("note: ", n)
	}
	line("help: ", x.Help)
	if x.Transaction != nil {
		line("shown by a transaction: ", x.Transaction.Says)
	}
	for _, l := range x.Secondary {
		out.Related = append(out.Related, related{location{d.uri, d.span(l.Span)}, l.Text})
	}
	return out
}
