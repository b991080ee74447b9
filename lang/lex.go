package lang

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Limits on a file, refused before parsing.
const (
	maxSize  = 256 << 10
	maxDepth = 8
)

// definition lexes any UTF-8: what no other rule takes is Invalid, which no
// production takes. Keyword is never lexed: lex makes it of Word.
var definition = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Space", Pattern: `(?:[ \t\n]|\r\n)+`},
	{Name: "Comment", Pattern: `//[^` + unseen + `]*`},
	{Name: "String", Pattern: `"[^"\t` + unseen + `]*"`},
	{Name: "Key", Pattern: `pub:[^\s{},"/]*`},
	{Name: "Address", Pattern: `addr:[^\s{},"/]*`},
	{Name: "Outpoint", Pattern: `[0-9A-Za-z]{32,}:[^\s{},"/]*`}, // before Number, which takes colons too
	{Name: "Number", Pattern: `[0-9][0-9A-Za-z_.:-]*`},
	{Name: "Word", Pattern: `[\pL_][\pL\pN_-]*(?:/\pL+)?`},
	{Name: "Punct", Pattern: `[{},%]`},
	{Name: "Keyword", Pattern: `[^\s\S]`},
	{Name: "Invalid", Pattern: `(?s:.)`},
})

var symbols = definition.Symbols()

// keywords begin a statement. Neither they nor none and reject may be names.
var keywords = []string{
	"bevote", "election",
	"network", "supervisor", "voters", "voter", "threshold", "stake", "fee", "confirmations", "grace", "announced", "mixing", "mixer",
	"register", "deposit", "issue", "voucher", "payout", "roll", "commit", "deal", "setup", "vote", "claim", "timeout", "reveal",
	"candidate", "joint", "win", "refund", "branch", "ballots", "target", "allow", "test",
}

// repeatable are the keywords of statements that may occur more than once.
var repeatable = []string{"voter", "mixer", "candidate", "branch", "allow", "test"}

func isKeyword(word string) bool  { return slices.Contains(keywords, word) }
func isReserved(word string) bool { return isKeyword(word) || word == "none" || word == "reject" }

// token is a token of the file, with what error recovery needs.
type token struct {
	lexer.Token
	leading bool // first of its line, or follows { or }
}

func (t token) is(name string) bool { return t.Type == symbols[name] }
func (t token) end() int            { return t.Pos.Offset + len(t.Value) }

// lex returns the tokens without space, of which the last is the end of the file,
// and the comments apart. A keyword where a statement may begin becomes a Keyword,
// which no production takes for a name.
//
// It reads line by line, since no token but space holds a line end: the time of the
// lexer's expressions grows with the text that they are given.
func lex(text string) (tokens []token, comments []lexer.Token, err error) {
	at, leading := 0, true
	for line := range strings.Lines(text) {
		lx, err := definition.LexString("", line)
		if err != nil {
			return nil, nil, err
		}
		for {
			t, err := lx.Next()
			if err != nil {
				return nil, nil, err
			}
			if t.EOF() {
				break
			}
			t.Pos.Offset += at
			switch t.Type {
			case symbols["Space"]:
				leading = leading || strings.Contains(t.Value, "\n")
				continue
			case symbols["Comment"]:
				comments = append(comments, t)
				continue
			}
			if leading && t.Type == symbols["Word"] && isKeyword(t.Value) {
				t.Type = symbols["Keyword"]
			}
			tokens = append(tokens, token{t, leading})
			leading = t.Value == "{" || t.Value == "}"
		}
		at += len(line)
	}
	return append(tokens, token{lexer.EOFToken(lexer.Position{Offset: len(text)}), leading}), comments, nil
}

// tooDeep returns the index of the brace that nests deeper than the limit, or -1.
func tooDeep(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.Type == symbols["Punct"] && t.Value == "{":
			depth++
		case t.Type == symbols["Punct"] && t.Value == "}":
			depth = max(depth-1, 0)
		}
		if depth > maxDepth {
			return i
		}
	}
	return -1
}

// feed is a lexer over tokens that are already there.
type feed struct{ rest []token }

func (f *feed) Next() (lexer.Token, error) {
	t := f.rest[0]
	if !t.EOF() {
		f.rest = f.rest[1:]
	}
	return t.Token, nil
}
