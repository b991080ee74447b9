package lang

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxProbed is the length of the longest statement start for which the reader
// finds out what could have followed.
const maxProbed = 64

// probe is a token that may be what the grammar wants, with its name for people.
type probe struct {
	says  string
	token token
}

// probes are one token of each kind and every literal of the grammar.
var probes = makeProbes()

func makeProbes() []probe {
	at := func(kind, value, says string) probe {
		t := lexer.Token{Type: symbols[kind], Value: value, Pos: lexer.Position{Offset: math.MaxInt - 1}}
		return probe{says, token{Token: t}}
	}
	all := []probe{
		at("Word", "", "a name"),
		at("Number", "", "a number"),
		at("String", "", "a text in quotes"),
		at("Key", "", "a key `pub:…`"),
		at("Address", "", "an address `addr:…`"),
	}
	// No rule of the grammar asks for Invalid, so a literal fits by its text alone.
	literals := regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(grammar.String(), -1)
	for _, l := range literals {
		if says := "`" + l[1] + "`"; !slices.ContainsFunc(all, func(p probe) bool { return p.says == says }) {
			all = append(all, at("Invalid", l[1], says))
		}
	}
	return all
}

// wants finds by experiment what the grammar takes after tokens: it puts each
// probe there and looks whether the parser stumbles over it.
func wants(tokens []token, try func([]token) error) []string {
	var says []string
	trial := append(slices.Clone(tokens), token{}, token{Token: lexer.EOFToken(lexer.Position{Offset: math.MaxInt})})
	for _, p := range probes {
		trial[len(tokens)] = p.token
		var fault participle.Error
		if err := try(trial); err == nil || errors.As(err, &fault) && fault.Position().Offset == math.MaxInt {
			says = append(says, p.says)
		}
	}
	return says
}

// mismatch says that the token at fail does not fit what begins at start.
func (r *reader) mismatch(start, fail int, try func([]token) error) Diagnostic {
	if fail-start > maxProbed {
		return r.wanted(fail, "something else")
	}
	expected := wants(r.tokens[start:fail], try)
	form := forms[r.tokens[start].Value]
	afterBlock := fail > start && r.tokens[fail-1].Value == "block"
	switch {
	case slices.Contains(expected, "`block`") || afterBlock:
		d := r.diagnose("E0501", fail, fmt.Sprintf("%s is not a block height", r.describe(fail)))
		d.Notes = []string{"version 1 of the language knows block heights only"}
		return withForm(d, form)
	case slices.Contains(expected, "`sat`") || slices.Contains(expected, "`sat/vB`"):
		d := r.diagnose("E0104", fail-1, fmt.Sprintf("expected %s after %s, found %s",
			list(expected, "or"), r.describe(fail-1), r.describe(fail)))
		return withForm(d, form)
	}
	d := r.wanted(fail, list(expected, "or"))
	if t := r.tokens[fail]; fail > start && (t.EOF() || t.is("Keyword")) {
		end := r.tokens[fail-1].end() // the statement lacks its end, what follows is innocent
		d.Primary.Span = r.src.span(end, end)
	}
	d = withForm(d, form)
	if t := r.tokens[fail]; t.is("Word") {
		if near := closest(t.Value, literals(expected)); near != "" {
			d.Help = fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	return d
}

// literals picks the words of the grammar out of what was expected.
func literals(expected []string) []string {
	var words []string
	for _, e := range expected {
		if strings.HasPrefix(e, "`") {
			words = append(words, strings.Trim(e, "`"))
		}
	}
	return words
}

func withForm(d Diagnostic, form string) Diagnostic {
	if form != "" {
		d.Help = fmt.Sprintf("the form is `%s`", form)
	}
	return d
}

// wanted says that something else was expected than the token at the index.
func (r *reader) wanted(index int, what string) Diagnostic {
	if what == "" {
		what = "something else"
	}
	d := r.diagnose("E0001", index, fmt.Sprintf("expected %s, found %s", what, r.describe(index)))
	if t := r.tokens[index]; t.is("Invalid") && t.Value == `"` {
		d.Notes = []string{"a text ends on its line and holds no control or invisible characters"}
	}
	return d
}

// unknown says that no statement begins with the token at the index.
func (r *reader) unknown(index int) Diagnostic {
	t := r.tokens[index]
	if !t.is("Word") || !t.leading {
		return r.wanted(index, "a statement")
	}
	d := r.diagnose("E0002", index, fmt.Sprintf("unknown statement `%s`", shorten(t.Value)))
	if near := closest(t.Value, keywords[2:]); near != "" {
		r.met[near] = true
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
	}
	return d
}

// diagnose makes a diagnostic at one token.
func (r *reader) diagnose(code string, index int, message string) Diagnostic {
	t := r.tokens[index]
	return Diagnostic{Code: code, Message: message, Primary: Label{Span: r.src.span(t.Pos.Offset, t.end())}}
}

// describe names a token for people.
func (r *reader) describe(index int) string {
	t := r.tokens[index]
	switch first := []rune(t.Value + " ")[0]; {
	case t.EOF():
		return "the end of the file"
	case t.is("Invalid") && !unicode.IsGraphic(first):
		return fmt.Sprintf("the character %U", first)
	case t.is("String"):
		return "the text " + shorten(t.Value)
	default:
		return "`" + shorten(t.Value) + "`"
	}
}

// shorten cuts long words so that a message stays one line.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:24]) + "…"
	}
	return s
}

// list joins words as a sentence does: a, b or c.
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// closest returns the word that is at most two edits away from what was
// written, and nearer than half of it, or "".
func closest(written string, words []string) string {
	best, least := "", min(3, (len(written)+1)/2)
	if len(written) > 2*maxName {
		return ""
	}
	for _, w := range words {
		if d := distance(written, w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
