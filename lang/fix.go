package lang

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxTail bounds the tokens behind a mistake that are read to find out whether a fix
// makes a whole statement.
const maxTail = 64

// guarded are the statements whose words determine the signers of a spend and the
// network. A misspelt word there has a suggestion and no fix.
var guarded = []string{"network", "win", "branch"}

// trial parses one production and returns the number of tokens that it used.
type trial func(tokens []token) (used int, err error)

// repair returns the fix that changes the word at fail, if exactly one change makes
// a whole statement of what begins at start; otherwise nil. expected are the names
// of the tokens that the grammar accepts there.
func (r *reader) repair(start, fail int, expected []string, try trial) *Fix {
	t := r.tokens[fail]
	if fix := r.tagged(start, fail, expected, try); fix != nil {
		return fix
	}
	if words := literals(expected); len(expected) == 1 && len(words) == 1 && fail > start {
		if r.completes(start, fail, words[0], fail, try) {
			end := r.tokens[fail-1].end()
			return &Fix{r.src.span(end, end), " " + words[0]}
		}
	}
	if !t.is("Word") || slices.Contains(guarded, r.tokens[start].Value) {
		return nil
	}
	word, sole := closest(t.Value, literals(expected))
	if sole && r.completes(start, fail, word, fail+1, try) {
		return &Fix{r.src.span(t.Pos.Offset, t.end()), word}
	}
	return nil
}

// tagged returns the fix that puts the tag before a key or an address without one.
func (r *reader) tagged(start, fail int, expected []string, try trial) *Fix {
	t := r.tokens[fail]
	tag := ""
	switch {
	case slices.Contains(expected, "a key `pub:…`") && keyForm.MatchString(t.Value):
		tag = "pub:"
	case slices.Contains(expected, "an address `addr:…`") && isAddress(t.Value):
		tag = "addr:"
	}
	if tag == "" || !r.completes(start, fail, tag, fail+1, try) {
		return nil
	}
	return &Fix{r.src.span(t.Pos.Offset, t.Pos.Offset), tag}
}

// completes reports whether the tokens from start to fail, the word and the tokens
// from rest on begin with a whole statement. A tag stands for its literal.
func (r *reader) completes(start, fail int, word string, rest int, try trial) bool {
	made := token{Token: lexer.Token{Type: symbols["Invalid"], Value: word}}
	switch {
	case word == "pub:":
		made.Type = symbols["Key"]
	case word == "addr:":
		made.Type = symbols["Address"]
	case fail == start:
		made.Type = symbols["Keyword"]
	}
	end := min(rest+maxTail, len(r.tokens))
	tokens := slices.Concat(r.tokens[start:fail], []token{made}, r.tokens[rest:end])
	if end < len(r.tokens) {
		tokens = append(tokens, token{Token: lexer.EOFToken(lexer.Position{})})
	}
	used, err := try(tokens)
	if err != nil || end < len(r.tokens) && used == len(tokens)-1 {
		return false
	}
	next := tokens[used]
	return next.EOF() || next.leading || next.Value == "}"
}

// respell returns the fix that replaces the word at the index by a keyword, if that
// makes a statement which the file does not have yet.
func (r *reader) respell(index int, keyword string) *Fix {
	again := slices.ContainsFunc(r.tokens, func(t token) bool { return t.is("Keyword") && t.Value == keyword })
	if again && !slices.Contains(repeatable, keyword) {
		return nil
	}
	if !r.completes(index, index, keyword, index+1, trialOf(statementParser)) {
		return nil
	}
	t := r.tokens[index]
	return &Fix{r.src.span(t.Pos.Offset, t.end()), keyword}
}

var gluedUnit = regexp.MustCompile(`^([0-9][0-9_.]*)(sat/vB|sat|btc)\b`)

// unit returns the fix that puts a space between the number before fail and its
// unit, or that spells the unit at fail as the language does.
func (r *reader) unit(start, fail int, units []string, try trial) *Fix {
	number, t := r.tokens[fail-1], r.tokens[fail]
	m := gluedUnit.FindStringSubmatch(r.src.text[number.Pos.Offset:])
	if m != nil && len(m[0]) >= len(number.Value) && slices.Contains(units, m[2]) {
		return &Fix{r.src.span(number.Pos.Offset, number.Pos.Offset+len(m[0])), m[1] + " " + m[2]}
	}
	for _, u := range units {
		alike := strings.HasPrefix(u, "sat") && strings.HasPrefix(strings.ToLower(t.Value), "sat")
		if alike && t.is("Word") && r.completes(start, fail, u, fail+1, try) {
			return &Fix{r.src.span(t.Pos.Offset, t.end()), u}
		}
	}
	return nil
}

var unseenForm = regexp.MustCompile(`[\t` + unseen + `]`)

// invisible returns the diagnostic of a token that begins with a character which no
// policy may hold, though it looks like a space or like nothing.
func (r *reader) invisible(index int) (Diagnostic, bool) {
	t := r.tokens[index]
	if !t.is("Invalid") {
		return Diagnostic{}, false
	}
	at, what := t.Pos.Offset, "expected no character that cannot be seen"
	if t.Value == `"` {
		line, _, _ := strings.Cut(r.src.text[at+1:], "\n")
		line = strings.TrimSuffix(line, "\r")
		text, _, closed := strings.Cut(line, `"`)
		in := unseenForm.FindStringIndex(text)
		if !closed || in == nil {
			return Diagnostic{}, false
		}
		at, what = at+1+in[0], "expected a text without tabs and characters that cannot be seen"
	}
	char := []rune(r.src.text[at:])[0]
	end := at + len(string(char))
	hidden, space := unseenForm.MatchString(string(char)), unicode.IsSpace(char)
	if !hidden && !space {
		return Diagnostic{}, false
	}
	d := Diagnostic{Code: "E0001", Primary: Label{Span: r.src.span(at, end)},
		Message: what + ", found " + named(char)}
	switch {
	case char == '\r':
		d.Help = "end lines with LF or CR LF"
	case space:
		d.Help = "write a space"
		d.Fix = &Fix{d.Primary.Span, " "}
	default:
		d.Help = "take it out"
		if t.Value == `"` || !r.src.divides(at, end) { // else it may stand for a space
			d.Fix = &Fix{d.Primary.Span, ""}
		}
	}
	return d, true
}

// divides reports whether the bytes [start, end) stand between two words outside a
// comment.
func (s *source) divides(start, end int) bool {
	line := s.text[s.lines[s.line(start)]:start]
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
	before, _ := utf8.DecodeLastRuneInString(line)
	after, _ := utf8.DecodeRuneInString(s.text[end:])
	return inWord(before) && inWord(after) && !strings.Contains(line, "//")
}

// takeOut returns the fix that removes a statement, with its line if nothing else is
// on it.
func (s *source) takeOut(at Span) *Fix {
	start, end := at.Start-s.base, at.End-s.base
	first, last := s.lines[s.line(start)], len(s.text)
	if next := s.line(end) + 1; next < len(s.lines) {
		last = s.lines[next]
	}
	before, after := strings.TrimSpace(s.text[first:start]), strings.TrimSpace(s.text[end:last])
	switch {
	case before == "" && after == "":
		start, end = first, last
	case after == "" || strings.HasPrefix(after, "}"):
		start = first + len(strings.TrimRight(s.text[first:start], " \t"))
	default:
		end += len(s.text[end:last]) - len(strings.TrimLeft(s.text[end:last], " \t"))
	}
	return &Fix{s.span(start, end), ""}
}

// newLine returns the fix that puts a statement on a line of its own before the
// closing brace at the offset.
func (s *source) newLine(brace int, statement string) *Fix {
	line := s.lines[s.line(brace)]
	if strings.TrimSpace(s.text[line:brace]) == "" {
		return &Fix{s.span(line, line), "  " + statement + "\n"}
	}
	return &Fix{s.span(brace, brace), "\n  " + statement + "\n"}
}

// same reports whether two spans hold the same words and the second no comment.
func (s *source) same(a, b Span) bool {
	words := func(x Span) []string { return strings.Fields(s.text[x.Start-s.base : x.End-s.base]) }
	return slices.Equal(words(a), words(b)) && !strings.Contains(s.text[b.Start-s.base:b.End-s.base], "//")
}

// Apply makes the fixes of the diagnostics in a file, and of two that overlap the
// first. It returns the file, and the diagnostics whose fix was made.
func Apply(src []byte, diags []Diagnostic) (fixed []byte, applied []Diagnostic) {
	for _, d := range diags {
		if d.Fix != nil {
			applied = append(applied, d)
		}
	}
	slices.SortStableFunc(applied, func(a, b Diagnostic) int { return a.Fix.Start - b.Fix.Start })
	done := 0
	made := applied[:0]
	for _, d := range applied {
		if d.Fix.Start < done || len(made) > 0 && d.Fix.Start == made[len(made)-1].Fix.Start {
			continue
		}
		fixed = append(append(fixed, src[done:d.Fix.Start]...), d.Fix.Text...)
		done = d.Fix.End
		made = append(made, d)
	}
	return append(fixed, src[done:]...), made
}
