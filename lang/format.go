package lang

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The canonical layout: one statement a line, two spaces deep; keywords of a kind
// padded to one width, names of neighbours to the longest, comments of neighbours
// in one column. Empty lines are the author's, at most one at a time.
const (
	depth       = 2
	commentGap  = 2  // columns between a line and its comment
	longestKept = 60 // longer lines do not push the comments of their neighbours
)

// Format returns a policy file in its canonical layout. It moves white space and
// nothing else: words, comments and the policy id stay. A byte order mark and CR
// are dropped. Of a file with mistakes of grammar it returns nil and these.
func Format(src []byte) ([]byte, []Diagnostic) {
	s, t, refused := scan(src)
	if refused != nil {
		return nil, []Diagnostic{*refused}
	}
	if len(t.diags) > 0 {
		return nil, sorted(t.diags)
	}
	out := (&layout{source: s, tree: t}).bytes()
	if _, u, refused := scan(out); refused != nil || !t.sameWords(u) {
		return nil, []Diagnostic{{
			Code: "E0000", Message: "the layout changes words of the file", Primary: Label{Span: s.span(0, 0)},
			Notes: []string{"this is a bug of the program, not of the file"},
		}}
	}
	return out, nil
}

// sameWords reports whether two trees have the same tokens and comments.
func (t *tree) sameWords(u *tree) bool {
	text := func(a, b lexer.Token) bool {
		return strings.TrimRight(a.Value, " \t") == strings.TrimRight(b.Value, " \t")
	}
	return slices.EqualFunc(t.tokens, u.tokens, func(a, b token) bool { return text(a.Token, b.Token) }) &&
		slices.EqualFunc(t.comments, u.comments, text)
}

// layout holds a file and the lines of its canonical form.
type layout struct {
	*source
	*tree
	items []item
	lines []line
}

// item is a statement, the head or the closing brace, or a comment that stands
// on lines of its own.
type item struct {
	words   []token // none in a comment
	parts   []int   // indices of words that begin a part between braces
	deep    bool    // between the election's braces
	blank   bool    // an empty line is before it
	comment string  // the comment, or the one that ends the statement's line
	inner   []inner // comments among the words
}

// inner is a comment among the words of a statement.
type inner struct {
	after int // index of the word that it follows
	own   bool
	text  string
}

// line is a line of the result.
type line struct {
	text, comment string
	run           int // lines of a run have their comments in one column; 0 is no run
}

func (l *layout) bytes() []byte {
	l.collect()
	l.write()
	var b strings.Builder
	column := l.commentColumns()
	for _, x := range l.lines {
		b.WriteString(x.text)
		if x.comment != "" {
			pad := max(column[x.run]-columnsOf(x.text), commentGap)
			b.WriteString(strings.Repeat(" ", pad) + x.comment)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// commentColumns returns for each run the column of its comments.
func (l *layout) commentColumns() map[int]int {
	column := map[int]int{}
	for _, x := range l.lines {
		if width := columnsOf(x.text); x.run > 0 && width <= longestKept {
			column[x.run] = max(column[x.run], width+commentGap)
		}
	}
	return column
}

// unit is a range of tokens that has a line of its own.
type unit struct {
	first, last int
	parts       []int
}

// units cuts the tokens into the head, the statements and the closing brace.
func (l *layout) units() []unit {
	brace := len(l.tokens) - 2 // before the end of the file
	units := []unit{{first: 0, last: 1}, {first: 2, last: 4}}
	for _, x := range l.statements {
		units = append(units, unit{x.first, x.last, x.parts()})
	}
	return append(units, unit{first: brace, last: brace})
}

// collect makes items of the units, each with its comments.
func (l *layout) collect() {
	comments, units := l.comments, l.units()
	ended := 0 // the source line on which the item before ends
	add := func(it item, from, to int) {
		it.blank = len(l.items) > 0 && from-ended > 1
		l.items = append(l.items, it)
		ended = to
	}
	own := func(limit int, deep bool) {
		for len(comments) > 0 && comments[0].Pos.Offset < limit {
			at := l.line(comments[0].Pos.Offset)
			add(item{comment: tidy(comments[0]), deep: deep}, at, at)
			comments = comments[1:]
		}
	}
	for i, u := range units {
		own(l.tokens[u.first].Pos.Offset, i > 1)
		it := item{words: l.tokens[u.first : u.last+1], parts: u.parts, deep: i > 1 && i < len(units)-1}
		comments = l.inside(&it, comments, l.tokens[u.last+1])
		add(it, l.line(it.words[0].Pos.Offset), l.line(it.words[len(it.words)-1].Pos.Offset))
	}
	own(len(l.text)+1, false)
}

// inside takes from the comments those among the words of an item and the one
// that ends its last line, before the token next, and returns the rest.
func (l *layout) inside(it *item, comments []lexer.Token, next token) []lexer.Token {
	last := it.words[len(it.words)-1]
	for w := 0; len(comments) > 0 && comments[0].Pos.Offset < last.Pos.Offset; comments = comments[1:] {
		at := comments[0].Pos.Offset
		for it.words[w+1].Pos.Offset < at {
			w++
		}
		own := l.line(at) != l.line(it.words[w].Pos.Offset)
		it.inner = append(it.inner, inner{w, own, tidy(comments[0])})
	}
	if len(comments) == 0 {
		return nil
	}
	if at := comments[0].Pos.Offset; at < next.Pos.Offset && l.line(at) == l.line(last.Pos.Offset) {
		it.comment = tidy(comments[0])
		return comments[1:]
	}
	return comments
}

func tidy(comment lexer.Token) string { return strings.TrimRight(comment.Value, " \t") }
