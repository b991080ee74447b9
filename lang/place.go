package lang

import (
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Place is a place between words, or in a word that is begun, and what the grammar
// takes there.
type Place struct {
	Start      int      // of the word that is begun; the place itself where none is
	Before     []string // the words of the statement up to Start
	Takes      []string // what may come next, as messages name it: "`block`", "a number"
	Statements bool     // a statement may begin here
}

// PlaceAt returns the place at an offset of the file. Comments, quoted texts and what
// is behind the election take nothing.
func (o *Outline) PlaceAt(offset int) Place {
	p := Place{Start: offset}
	if w, ok := o.At(offset); ok && w.Start < offset && w.Kind != "mark" {
		switch {
		case w.Kind == "comment", w.Kind == "text" && offset < w.End:
			return p
		case w.Kind != "text":
			p.Start = w.Start
		}
	}
	tokens := o.tree.tokens
	next := sort.Search(len(tokens)-1, func(i int) bool { return tokens[i].Pos.Offset+o.src.base >= p.Start })
	if end := o.tree.end; end >= 0 && p.Start > end+o.src.base {
		return p
	}
	at := sort.Search(len(o.Statements), func(i int) bool { return o.Statements[i].first >= next }) - 1
	if at < 0 {
		p.Takes = wants(nil, trialOf(versionParser))
		return p
	}
	first := o.Statements[at].first
	if next-first > maxProbed {
		return p
	}
	before := tokens[first:next]
	for _, t := range before {
		p.Before = append(p.Before, t.Value)
	}
	line := o.src.text[o.src.lines[o.src.line(p.Start-o.src.base)] : p.Start-o.src.base]
	switch keyword := o.Statements[at].Keyword; {
	case keyword == "bevote" && at == 0:
		p.Takes, _ = takes(before, versionParser)
		if len(p.Takes) == 0 {
			p.Takes, _ = takes(nil, openingParser)
		}
	case keyword == "election" && tokens[first].Pos.Offset == o.tree.tokens[max(o.opening(), 0)].Pos.Offset:
		p.Takes, p.Statements = takes(before, openingParser)
	default:
		p.Takes, p.Statements = takes(before, statementParser)
		p.Statements = p.Statements || strings.TrimSpace(line) == ""
	}
	return p
}

// takes returns what may follow the tokens in a production, and whether they are a
// whole one.
func takes[P any](tokens []token, parser *participle.Parser[P]) (says []string, whole bool) {
	try := trialOf(parser)
	ended := append(tokens[:len(tokens):len(tokens)], token{Token: lexer.EOFToken(lexer.Position{})})
	used, err := try(ended)
	return wants(tokens, try), err == nil && used == len(tokens)
}
