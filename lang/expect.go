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

// maxProbed bounds, in tokens, the beginning of a statement for which the expected
// next tokens are computed.
const maxProbed = 64

// probe is a token that the grammar may accept, with its name in messages.
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
		at("Outpoint", "", "an outpoint `TXID:N`"),
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

// wants returns the names of the probes that can follow tokens: given tokens and
// the probe, the parser does not fail at the probe.
func wants(tokens []token, try trial) []string {
	var says []string
	put := append(slices.Clone(tokens), token{}, token{Token: lexer.EOFToken(lexer.Position{Offset: math.MaxInt})})
	for _, p := range probes {
		put[len(tokens)] = p.token
		var fault participle.Error
		if used, err := try(put); err == nil && used > len(tokens) || errors.As(err, &fault) && fault.Position().Offset == math.MaxInt {
			says = append(says, p.says)
		}
	}
	return says
}

// mismatch returns the diagnostic of the token at fail, which does not fit what
// begins at start.
func (r *reader) mismatch(start, fail int, try trial) Diagnostic {
	if d, ok := r.invisible(fail); ok {
		return d
	}
	if fail-start > maxProbed {
		return r.wanted(fail, "something else")
	}
	expected := wants(r.tokens[start:fail], try)
	d := r.unfit(start, fail, expected)
	d.Help = "a policy begins with `bevote 1`, then `election NAME {`"
	if form := forms[r.tokens[start].Value]; form != "" && start > 0 {
		d.Help = fmt.Sprintf("the form is `%s`", form)
	}
	if t := r.tokens[fail]; t.is("Word") {
		if near, _ := closest(t.Value, literals(expected)); near != "" {
			d.Help = fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	if d.Code == "E0104" {
		d.Fix = r.unit(start, fail, literals(expected), try)
	}
	if d.Fix == nil && (d.Code != "E0501" || wholeForm.MatchString(r.tokens[fail].Value)) {
		d.Fix = r.repair(start, fail, expected, try)
	}
	return d
}

// unfit returns the diagnostic by the kind of the mistake, without help.
func (r *reader) unfit(start, fail int, expected []string) Diagnostic {
	afterBlock := fail > start && r.tokens[fail-1].Value == "block"
	switch {
	case slices.Contains(expected, "`block`") || afterBlock:
		d := r.diagnose("E0501", fail, fmt.Sprintf("%s is not a block height", r.describe(fail)))
		d.Notes = []string{"version 1 of the language knows block heights only"}
		return d
	case slices.Contains(expected, "`sat`") || slices.Contains(expected, "`sat/vB`"):
		return r.diagnose("E0104", fail-1, fmt.Sprintf("expected %s after %s, found %s",
			list(expected, "or"), r.describe(fail-1), r.describe(fail)))
	}
	d := r.wanted(fail, list(expected, "or"))
	if t := r.tokens[fail]; fail > start && (t.EOF() || t.is("Keyword")) {
		end := r.tokens[fail-1].end() // the statement lacks its end
		d.Primary.Span = r.src.span(end, end)
	}
	return d
}

// literals returns the words of the grammar among what was expected.
func literals(expected []string) []string {
	var words []string
	for _, e := range expected {
		if strings.HasPrefix(e, "`") {
			words = append(words, strings.Trim(e, "`"))
		}
	}
	return words
}

// wanted returns the diagnostic of a token in the place of which something else was
// expected.
func (r *reader) wanted(index int, what string) Diagnostic {
	if what == "" {
		what = "something else"
	}
	d := r.diagnose("E0001", index, fmt.Sprintf("expected %s, found %s", what, r.describe(index)))
	if t := r.tokens[index]; t.is("Invalid") && t.Value == `"` {
		d.Notes = []string{"a text ends on its line, with another quotation mark"}
	}
	return d
}

// unknown returns the diagnostic of a token that begins no statement.
func (r *reader) unknown(index int) Diagnostic {
	t := r.tokens[index]
	if d, ok := r.invisible(index); ok {
		return d
	}
	if !t.is("Word") || !t.leading {
		d := r.wanted(index, "a statement")
		d.Help = "a statement begins with its keyword, such as `stake` or `candidate`"
		return d
	}
	d := r.diagnose("E0002", index, fmt.Sprintf("unknown statement `%s`", shorten(t.Value)))
	d.Help = "take the line out; comments begin with `//`"
	if near, sole := closest(t.Value, keywords[2:]); near != "" {
		r.met[near] = true
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
		if sole {
			d.Fix = r.respell(index, near)
		}
	}
	return d
}

// diagnose returns a diagnostic at one token.
func (r *reader) diagnose(code string, index int, message string) Diagnostic {
	t := r.tokens[index]
	return Diagnostic{Code: code, Message: message, Primary: Label{Span: r.src.span(t.Pos.Offset, t.end())}}
}

// describe returns a token as messages name it.
func (r *reader) describe(index int) string {
	t := r.tokens[index]
	switch first := []rune(t.Value + " ")[0]; {
	case t.EOF():
		return "the end of the file"
	case t.is("Invalid") && !unicode.IsGraphic(first):
		return named(first)
	case t.is("String"):
		return "the text " + shorten(t.Value)
	default:
		return "`" + shorten(t.Value) + "`"
	}
}

// named returns the name of a character that messages do not show.
func named(char rune) string { return fmt.Sprintf("the character %U", char) }

// shorten cuts long words so that a message stays one line.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:24]) + "…"
	}
	return s
}

// list joins words as in a sentence: a, b or c.
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// closest returns the word with the least distance to what was written, or "" if
// that is over 2 or at least half of the length of what was written. sole reports
// whether no other word is as near. Case is ignored.
func closest(written string, words []string) (best string, sole bool) {
	if len(written) > 2*maxName {
		return "", false
	}
	written = strings.ToLower(written)
	for least, i := min(3, (len(written)+1)/2), 0; i < len(words); i++ {
		switch d := distance(written, strings.ToLower(words[i])); {
		case d < least:
			best, least, sole = words[i], d, true
		case d == least && best != words[i]:
			sole = false
		}
	}
	return best, sole
}

// distance returns the number of bytes to insert, delete or replace (V. I.
// Levenshtein, 1966).
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
