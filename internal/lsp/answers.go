package lsp

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"bevote/internal/workbench"
	"bevote/lang"
)

// The answers to requests about a document. An answer of nil is null.

func (d *document) hover(q at) (any, error) {
	text, where, ok := d.file.Hover(d.lines.offset(q.Position))
	if !ok {
		return nil, nil
	}
	return hover{markup{"markdown", text}, d.span(where)}, nil
}

// itemKinds are the protocol's kinds of completion items.
var itemKinds = map[string]int{"statement": 14, "word": 14, "name": 6, "literal": 12, "code": 20, "example": 15}

func (d *document) complete(q at) (any, error) {
	offset := d.lines.offset(q.Position)
	all := []completion{}
	for i, x := range d.file.Complete(offset) {
		all = append(all, completion{x.Label, itemKinds[x.Kind], x.Detail, fmt.Sprintf("%04d", i),
			edit{d.lines.span(x.Start, offset), x.Text}, 1})
	}
	return all, nil
}

func (d *document) define(q at) (any, error) {
	return d.locations(d.file.Define(d.lines.offset(q.Position))), nil
}

func (d *document) uses(q at) (any, error) {
	return d.locations(d.file.Uses(d.lines.offset(q.Position))), nil
}

// prepareRename answers with the range of the name that can be changed, or null.
func (d *document) prepareRename(q at) (any, error) {
	offset := d.lines.offset(q.Position)
	for _, s := range d.file.Uses(offset) {
		if s.Start <= offset && offset <= s.End {
			return d.span(s), nil
		}
	}
	return nil, nil
}

func (d *document) rename(q at) (any, error) {
	spans, err := d.file.Rename(d.lines.offset(q.Position), q.NewName)
	if err != nil {
		return nil, refused(err)
	}
	var all []edit
	for _, s := range spans {
		all = append(all, edit{d.span(s), q.NewName})
	}
	return d.edits(all...), nil
}

// format answers with the canonical layout, and with nothing of a file whose grammar
// is broken.
func (d *document) format(at) (any, error) {
	out, _ := lang.Format(d.file.Text)
	if out == nil || bytes.Equal(out, d.file.Text) {
		return []edit{}, nil
	}
	return []edit{d.whole(out)}, nil
}

// The kinds of action: one fix, and all of `bevote check --fix`.
const (
	quickFix = "quickfix"
	fixAll   = "source.fixAll"
)

func (d *document) actions(q at) (any, error) {
	all := []action{}
	wants := func(kind string) bool {
		under := func(want string) bool { return kind == want || strings.HasPrefix(kind, want+".") }
		return len(q.Context.Only) == 0 || slices.ContainsFunc(q.Context.Only, under)
	}
	from, to := d.lines.offset(q.Range.Start), d.lines.offset(q.Range.End)
	diags, _ := d.file.Diagnostics()
	fixable := false
	for _, x := range diags {
		if x.Fix == nil {
			continue
		}
		fixable = true
		touches := func(s lang.Span) bool { return s.Start <= to && from <= s.End }
		if wants(quickFix) && (touches(x.Primary.Span) || touches(x.Fix.Span)) {
			all = append(all, action{x.Code + ": " + x.Help, quickFix, []diagnostic{d.diagnostic(x)}, true,
				d.edits(edit{d.span(x.Fix.Span), x.Fix.Text})})
		}
	}
	if !fixable || !wants(fixAll) {
		return all, nil
	}
	fixed, _, err := workbench.Repair(d.file.Text, d.file.Now)
	if err != nil {
		return nil, err
	}
	return append(all, action{"make every change that cannot be wrong", fixAll, nil, false, d.edits(d.whole(fixed))}), nil
}

func (d *document) folds(at) (any, error) {
	all := []folding{}
	for _, x := range d.file.Folds() {
		f := folding{StartLine: x.From - 1, EndLine: x.To - 1}
		if x.Comment {
			f.Kind = "comment"
		}
		all = append(all, f)
	}
	return all, nil
}

// tokenTypes are the kinds of words that clients colour, by the protocol's names.
var tokenTypes = []string{"keyword", "operator", "variable", "function", "namespace", "type", "number", "string", "enumMember", "comment"}

// tokenType returns the protocol's name of a word's kind, "" for one without a colour.
func tokenType(w lang.Word) string {
	switch w.Kind {
	case "keyword", "number", "comment":
		return w.Kind
	case "word":
		return "operator"
	case "role":
		return "type"
	case "text":
		return "string"
	case "key", "address", "outpoint":
		return "enumMember"
	case "name":
		switch w.Names {
		case "branch":
			return "function"
		case "election":
			return "namespace"
		}
		return "variable"
	}
	return ""
}

// tokens answers with five numbers a word: lines and characters behind the word before,
// its length, its type, and 1 where a name is declared.
func (d *document) tokens(at) (any, error) {
	data, before := []int{}, position{}
	for _, w := range d.file.Words() {
		kind := slices.Index(tokenTypes, tokenType(w))
		if kind < 0 {
			continue
		}
		s := d.span(w.Span)
		column, declares := s.Start.Character, 0
		if s.Start.Line == before.Line {
			column -= before.Character
		}
		if w.Declares {
			declares = 1
		}
		data = append(data, s.Start.Line-before.Line, column, s.End.Character-s.Start.Character, kind, declares)
		before = s.Start
	}
	return semanticTokens{data}, nil
}
