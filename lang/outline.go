package lang

import (
	"slices"
	"sort"

	"github.com/alecthomas/participle/v2/lexer"
)

// Outline is what a policy file is made of, with or without mistakes: what editors
// need to find the other places of a name, to colour words, to complete a line.
type Outline struct {
	Words      []Word      // and comments, in their order
	Statements []Statement // whole or not, in their order

	src   *source
	tree  *tree
	named map[int]Word // what the names and roles are, by the offset of their tokens
}

// Word is a word of a policy file, or a comment.
type Word struct {
	Span
	Text      string
	Kind      string // keyword, word, name, role, number, text, key, address, outpoint, mark, comment; "" if unknown
	Names     string // of a name: election, candidate, voter, mixer or branch
	Declares  bool   // of a name: it is declared here
	Statement int    // index of its statement, or -1
}

// Statement is a statement of a policy file, the version and the election's head
// among them.
type Statement struct {
	Span
	Keyword string // "" if there is none
	Whole   bool   // false if it could not be read to its end

	first, last int // tokens
}

// NewOutline reads a policy file. It is nil of a file that is not read at all: one
// that is too large or no UTF-8 (E0004).
func NewOutline(src []byte) *Outline {
	s, t, refused := scan(src)
	if refused != nil {
		return nil
	}
	o := &Outline{src: s, tree: t, named: map[int]Word{}}
	o.head()
	for _, x := range t.statements {
		o.Statements = append(o.Statements, o.statement(x.first, x.last, true))
	}
	for _, x := range t.lost {
		o.Statements = append(o.Statements, o.statement(x.first, x.last, false))
	}
	sort.SliceStable(o.Statements, func(i, j int) bool { return o.Statements[i].first < o.Statements[j].first })
	o.names()
	o.words()
	return o
}

// head adds the version and the election's head, as far as they are there.
func (o *Outline) head() {
	t := o.tree.tokens
	if t[0].Value == "bevote" {
		number := len(t) > 2 && t[1].is("Number")
		o.Statements = append(o.Statements, o.statement(0, btoi(number), number))
	}
	at := o.opening()
	if at < 0 {
		return
	}
	last := at
	for _, is := range []func(token) bool{
		func(t token) bool { return t.is("Word") }, func(t token) bool { return t.Value == "{" },
	} {
		if !is(t[last+1]) {
			break
		}
		last++
	}
	o.Statements = append(o.Statements, o.statement(at, last, last == at+2))
	if last > at {
		o.name(t[at+1].Token, "election", true)
	}
}

// opening returns the index of the word election before the statements, or -1.
func (o *Outline) opening() int {
	at := slices.IndexFunc(o.tree.tokens, func(t token) bool { return t.Value == "election" })
	if len(o.tree.statements) > 0 && at > o.tree.statements[0].first {
		return -1
	}
	return at
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (o *Outline) statement(first, last int, whole bool) Statement {
	t := o.tree.tokens
	s := Statement{Span: o.src.span(t[first].Pos.Offset, t[last].end()), Whole: whole, first: first, last: last}
	if isKeyword(t[first].Value) {
		s.Keyword = t[first].Value
	}
	return s
}

// name notes what a token names.
func (o *Outline) name(t lexer.Token, what string, declares bool) {
	o.named[t.Pos.Offset] = Word{Kind: "name", Names: what, Declares: declares}
}

// names finds the names and the roles: those of whole statements by the grammar, of
// others by their place or because a statement declares them.
func (o *Outline) names() {
	parties, branches := map[string]string{}, map[string]string{}
	declare := func(keyword string, name lexer.Token) {
		o.name(name, keyword, true)
		if keyword == "branch" {
			branches[name.Value] = keyword
		} else if parties[name.Value] == "" {
			parties[name.Value] = keyword
		}
	}
	for _, x := range o.tree.statements {
		if name := x.names(); name != nil {
			declare(x.keyword, *name)
		}
	}
	for _, x := range o.tree.lost {
		t := o.tree.tokens[x.first]
		if next := o.tree.tokens[x.first+1]; slices.Contains(declaring, t.Value) && next.is("Word") && x.last > x.first {
			declare(t.Value, next.Token)
		}
	}
	use := func(t lexer.Token, among map[string]string) {
		switch what := among[t.Value]; {
		case t.Value == "" || o.named[t.Pos.Offset].Declares:
		case slices.Contains(roleWords, t.Value):
			o.named[t.Pos.Offset] = Word{Kind: "role"}
		case what != "":
			o.name(t, what, false)
		}
	}
	for _, x := range o.tree.statements {
		for _, t := range x.signers() {
			use(t, parties)
		}
		if x.Test != nil {
			use(x.Test.Expect.Winner, parties)
			use(x.Test.Expect.Name, branches)
		}
	}
	for _, x := range o.tree.lost {
		o.used(x, func(before string, t lexer.Token) {
			if before == "branch" {
				use(t, branches)
			} else if slices.Contains(roleWords, t.Value) || !isLiteral(t.Value) {
				use(t, parties)
			}
		})
	}
}

// roleWords are the roles that are no names.
var roleWords = []string{"joint", "candidate", "supervisor", "voter"}

// declaring are the keywords that a name follows.
var declaring = []string{"voter", "mixer", "candidate", "branch"}

// used calls f with the words of a broken branch or test that may be names, each with
// the word before it.
func (o *Outline) used(x lost, f func(before string, t lexer.Token)) {
	t := o.tree.tokens
	if keyword := t[x.first].Value; keyword != "branch" && keyword != "test" {
		return
	}
	for i := x.first + 1; i <= x.last; i++ {
		if t[i].is("Word") {
			f(t[i-1].Value, t[i].Token)
		}
	}
}

// signers returns the words that stand for signers in a branch or a test.
func (s parsed) signers() (all []lexer.Token) {
	if s.Branch != nil {
		for _, term := range s.Branch.When.Terms {
			for _, f := range term.Factors {
				if f.Role != nil {
					all = append(all, f.Role.Name)
					continue
				}
				for _, r := range f.Of.Roles {
					all = append(all, r.Name)
				}
			}
		}
	}
	if s.Test != nil {
		for _, x := range s.Test.Signers {
			all = append(all, x.Joint, x.Of)
			if x.Role != nil {
				all = append(all, x.Role.Name)
			}
		}
	}
	return all
}

// isLiteral reports whether a word is one of the grammar.
func isLiteral(word string) bool {
	return slices.ContainsFunc(probes, func(p probe) bool { return p.says == "`"+word+"`" })
}

// words lists the tokens and the comments.
func (o *Outline) words() {
	at, comments := 0, o.tree.comments
	for i, t := range o.tree.tokens {
		for ; len(comments) > 0 && comments[0].Pos.Offset < t.Pos.Offset; comments = comments[1:] {
			start, text := comments[0].Pos.Offset, comments[0].Value
			o.Words = append(o.Words, Word{Span: o.src.span(start, start+len(text)), Text: text, Kind: "comment", Statement: -1})
		}
		if t.EOF() {
			break
		}
		for at < len(o.Statements) && o.Statements[at].last < i {
			at++
		}
		w := o.named[t.Pos.Offset]
		w.Span, w.Text, w.Statement = o.src.span(t.Pos.Offset, t.end()), t.Value, -1
		if at < len(o.Statements) && o.Statements[at].first <= i {
			w.Statement = at
		}
		if w.Kind == "" {
			w.Kind = o.kind(t, w.Statement >= 0 && o.Statements[at].first == i)
		}
		o.Words = append(o.Words, w)
	}
}

// kinds are the kinds of word by the lexer's names of tokens.
var kinds = map[string]string{
	"String": "text", "Key": "key", "Address": "address", "Outpoint": "outpoint", "Number": "number", "Punct": "mark",
}

// kind returns the kind of a token that is no name; first says that it is the first
// one of a statement.
func (o *Outline) kind(t token, first bool) string {
	for name, kind := range kinds {
		if t.is(name) {
			return kind
		}
	}
	switch {
	case first && isKeyword(t.Value):
		return "keyword"
	case isLiteral(t.Value):
		return "word"
	}
	return ""
}

// At returns the word at an offset of the file, at its end too.
func (o *Outline) At(offset int) (Word, bool) {
	i := sort.Search(len(o.Words), func(i int) bool { return o.Words[i].End >= offset })
	if i+1 < len(o.Words) && o.Words[i].End == offset && o.Words[i+1].Start == offset {
		i++
	}
	if i < len(o.Words) && o.Words[i].Start <= offset {
		return o.Words[i], true
	}
	return Word{}, false
}
