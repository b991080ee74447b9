package editor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
)

// sameName reports whether two words name the same. Candidates, voters and mixers
// share one set of names.
func sameName(a, b lang.Word) bool {
	set := func(w lang.Word) string {
		if w.Names == "branch" || w.Names == "election" {
			return w.Names
		}
		return "party"
	}
	return a.Kind == "name" && b.Kind == "name" && a.Text == b.Text && set(a) == set(b)
}

// Define returns the places where the word at an offset is declared: those of a name,
// the statement of a role, or that of a word such as `timeout` that stands for it.
func (f *File) Define(offset int) []lang.Span {
	w, s, ok := f.word(offset)
	switch {
	case !ok:
		return nil
	case w.Kind == "name":
		return f.declared(func(x lang.Word) bool { return sameName(x, w) })
	case w.Kind == "role" && w.Text == "candidate":
		return f.declared(func(x lang.Word) bool { return x.Names == "candidate" })
	case w.Kind == "role" && w.Text == "voter":
		return append(f.statements("voters"), f.statements("voter")...)
	case w.Kind == "role", w.Text == "timeout", s.Keyword == "test" && (w.Text == "win" || w.Text == "refund"):
		return f.statements(w.Text)
	}
	return nil
}

// declared returns the places of names that are declared where is holds.
func (f *File) declared(is func(lang.Word) bool) (at []lang.Span) {
	for _, x := range f.Words() {
		if x.Declares && is(x) {
			at = append(at, x.Span)
		}
	}
	return at
}

// statements returns the places of the keywords of a statement.
func (f *File) statements(keyword string) (at []lang.Span) {
	for _, x := range f.Words() {
		if x.Kind == "keyword" && x.Text == keyword {
			at = append(at, x.Span)
		}
	}
	return at
}

// Uses returns the places of the name at an offset, where it is declared and where it
// is used.
func (f *File) Uses(offset int) (at []lang.Span) {
	w, _, ok := f.word(offset)
	if !ok || w.Kind != "name" {
		return nil
	}
	for _, x := range f.Words() {
		if sameName(x, w) {
			at = append(at, x.Span)
		}
	}
	return at
}

// ErrNoName is the error of renaming what is no name.
var ErrNoName = errors.New("only names of the election, of candidates, voters, mixers and branches can be changed")

// Rename returns the places of the name at an offset, all of which are to become the
// new one. It is an error if the file would have more mistakes, or mean something else.
func (f *File) Rename(offset int, to string) ([]lang.Span, error) {
	at := f.Uses(offset)
	if len(at) == 0 {
		return nil, ErrNoName
	}
	text, done := []byte{}, 0
	for _, s := range at {
		text = append(append(text, f.Text[done:s.Start]...), to...)
		done = s.End
	}
	text = append(text, f.Text[done:]...)
	renamed := NewFile(text, f.Now)
	if d := more(errorsOf(f.Text), errorsOf(text)); d != nil {
		return nil, fmt.Errorf("with the name `%s` the policy has a mistake: %s", shown(to), d.Message)
	}
	w, _, _ := f.word(offset)
	same := func(a, b lang.Word) bool {
		if sameName(a, w) {
			a.Text = to
		}
		return a.Text == b.Text && a.Kind == b.Kind && a.Names == b.Names && a.Declares == b.Declares
	}
	if !slices.EqualFunc(f.Words(), renamed.Words(), same) {
		return nil, fmt.Errorf("with the name `%s` the policy reads otherwise", shown(to))
	}
	return at, nil
}

// shown is a new name as messages show it, on one line and not too long.
func shown(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if r := []rune(name); len(r) > 40 {
		name = string(r[:40]) + "…"
	}
	return name
}

func errorsOf(text []byte) []lang.Diagnostic {
	_, diags := lang.Draft(text, 0)
	return slices.DeleteFunc(diags, func(d lang.Diagnostic) bool { return !d.IsError() })
}

// more returns a diagnostic of a code that now occurs more often than before, nil
// without one.
func more(before, now []lang.Diagnostic) *lang.Diagnostic {
	count := map[string]int{}
	for _, d := range before {
		count[d.Code]++
	}
	for _, d := range now {
		if count[d.Code]--; count[d.Code] < 0 {
			return &d
		}
	}
	return nil
}
