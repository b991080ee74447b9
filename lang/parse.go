package lang

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxSyntaxErrors is the number of mistakes of grammar after which reading stops.
const maxSyntaxErrors = 50

// tree holds the statements of a file and its mistakes of grammar.
type tree struct {
	tokens     []token       // the last is the end of the file
	comments   []lexer.Token // not among tokens
	election   lexer.Token   // its name, or the token in the place of the name
	named      bool          // election is a name
	statements []parsed
	lost       []lost
	met        map[string]bool // keywords of statements, whole or broken
	broken     map[string]bool // broken statements by keyword, and by keyword and name: "candidate alice"
	whole      bool            // false if reading stopped early
	end        int             // offset of the brace that closes the election, or -1
	diags      []Diagnostic
}

// lostName is the name under which a broken statement counts whose own name could
// not be read.
const lostName = "?"

// parsed is a statement that could be read.
type parsed struct {
	*statement
	keyword     string
	span        Span
	first, last int // its tokens
}

// lost is what could not be read as a statement: the tokens from first to last.
type lost struct{ first, last int }

// reader walks the tokens of a file. After a mistake it resumes at a keyword
// that is the first token of its line or follows a brace.
type reader struct {
	tree
	src  *source
	feed *lexer.PeekingLexer
}

// parse reads the tokens, of which the last is the end of the file. An error
// is a bug of the parser: mistakes of the author are in the tree.
func parse(src *source, tokens []token, comments []lexer.Token) (*tree, error) {
	pk, err := lexer.Upgrade(&feed{tokens})
	if err != nil {
		return nil, err
	}
	r := &reader{tree: tree{tokens: tokens, comments: comments}, src: src, feed: pk}
	r.met, r.broken, r.end = map[string]bool{}, map[string]bool{}, -1
	found, err := r.head()
	if err == nil && found {
		r.whole, err = r.body()
	}
	r.joiners()
	return &r.tree, err
}

// at is the index of the next token.
func (r *reader) at() int { return int(r.feed.RawCursor()) }

func (r *reader) next() token { return r.tokens[r.at()] }

// skipTo moves forward to the token with the index.
func (r *reader) skipTo(index int) {
	if index > r.at() {
		r.feed.FastForward(lexer.RawCursor(index - 1))
	}
}

// head reads up to the election's brace and reports whether there is an election.
func (r *reader) head() (bool, error) {
	v, err := read(r, versionParser)
	if err != nil {
		return false, err
	}
	if v != nil && v.Number.Value != "1" {
		d := r.wanted(r.at()-1, "version `1`")
		d.Help = "write `bevote 1`"
		r.report(d)
	} else if v == nil && r.tokens[0].Value == "election" {
		r.diags[0].Fix = &Fix{r.src.span(0, 0), "bevote 1\n\n"}
	}
	at := r.at()
	for !r.tokens[at].EOF() && r.tokens[at].Value != "election" {
		at++
	}
	if r.next().Value != "election" && len(r.diags) == 0 { // else it follows from the mistake before
		d := r.wanted(r.at(), "`election`")
		d.Help = "the form is `" + forms["election"] + "`"
		r.report(d)
	}
	if r.tokens[at].EOF() {
		return false, nil
	}
	r.skipTo(at)
	r.election = r.next().Token
	o, err := read(r, openingParser)
	if err != nil {
		return false, err
	}
	if o != nil {
		r.election, r.named = o.Name, true
	} else {
		r.recover(at)
	}
	return true, nil
}

// body reads statements, and reports whether it reached the end of the file.
func (r *reader) body() (bool, error) {
	for closed := false; ; {
		start, t := r.at(), r.next()
		switch {
		case t.EOF():
			if !closed {
				r.unclosed(start)
			}
			return true, nil
		case t.Value == "}" && !closed:
			closed = true
			r.end = t.Pos.Offset
			r.skipTo(start + 1)
			if !r.next().EOF() {
				d := r.wanted(r.at(), "the end of the file")
				d.Help = "one file holds one election; nothing follows the brace that closes it"
				r.report(d)
			}
		case closed && t.Value == "election":
			return true, nil // a second policy, which was reported at the brace before
		case t.is("Keyword") || t.is("Word") && isKeyword(t.Value):
			if err := r.statement(); err != nil {
				return false, err
			}
		default:
			if !closed {
				r.report(r.unknown(start))
			}
			r.recover(start)
			r.lost = append(r.lost, lost{start, r.at() - 1})
		}
		if len(r.diags) >= maxSyntaxErrors {
			last := &r.diags[len(r.diags)-1]
			last.Notes = append(last.Notes, fmt.Sprintf("reading stopped here, after %d mistakes", maxSyntaxErrors))
			return false, nil
		}
	}
}

// unclosed reports that the file ends at the index, inside the election. If all else
// could be read the fix is a brace.
func (r *reader) unclosed(index int) {
	d := r.wanted(index, "`}`")
	d.Help = "close the election with `}`"
	if end := len(r.src.text); len(r.diags) == 0 {
		d.Fix = &Fix{r.src.span(end, end), "\n}\n"}
		if strings.HasSuffix(r.src.text, "\n") {
			d.Fix.Text = "}\n"
		}
	}
	r.report(d)
}

// statement reads one statement, or reports its mistake and recovers.
func (r *reader) statement() error {
	start := r.at()
	keyword := r.tokens[start].Value
	r.met[keyword] = true
	s, err := read(r, statementParser)
	if err != nil {
		return err
	}
	if s == nil {
		r.broken[keyword] = true
		if name := r.tokens[start+1]; name.is("Word") {
			r.broken[keyword+" "+name.Value] = true
		} else {
			r.broken[keyword+" "+lostName] = true
		}
		r.recover(start)
		r.lost = append(r.lost, lost{start, r.at() - 1})
		return nil
	}
	span := r.src.span(r.tokens[start].Pos.Offset, r.tokens[r.at()-1].end())
	r.statements = append(r.statements, parsed{s, keyword, span, start, r.at() - 1})
	return nil
}

// recover moves from a mistake in what begins at start to the next keyword that is
// first on its line, or to the brace that closes the election.
func (r *reader) recover(start int) {
	at, depth := start, 0
	for ; ; at++ {
		t := r.tokens[at]
		if t.EOF() || at > start && at >= r.at() && t.is("Keyword") {
			break
		}
		if t.is("Punct") && t.Value == "{" {
			depth++
		}
		if t.is("Punct") && t.Value == "}" {
			if depth == 0 && at > start {
				break
			}
			depth = max(depth-1, 0)
		}
		if t.is("Word") && isKeyword(t.Value) {
			r.met[t.Value] = true // skipped, not missing
		}
	}
	r.skipTo(at)
}

// read parses one production. If a token does not fit it reports that and returns
// nil, with the reader at that token.
func read[P any](r *reader, p *participle.Parser[P]) (*P, error) {
	start, checkpoint := r.at(), r.feed.MakeCheckpoint()
	v, err := attempt(p, r.feed)
	if err == nil {
		return v, nil
	}
	r.feed.LoadCheckpoint(checkpoint)
	var fault participle.Error
	if !errors.As(err, &fault) {
		return nil, err
	}
	fail := sort.Search(len(r.tokens)-1, func(i int) bool {
		return r.tokens[i].Pos.Offset >= fault.Position().Offset
	})
	r.skipTo(fail)
	r.report(r.mismatch(start, fail, trialOf(p)))
	return nil, nil
}

// trialOf returns the trial of a production.
func trialOf[P any](p *participle.Parser[P]) trial {
	return func(tokens []token) (int, error) {
		pk, err := lexer.Upgrade(&feed{tokens})
		if err != nil {
			return 0, err
		}
		_, err = attempt(p, pk)
		return int(pk.RawCursor()), err
	}
}

// attempt parses one production. A panic of the parser is returned as an error.
func attempt[P any](p *participle.Parser[P], pk *lexer.PeekingLexer) (v *P, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = fmt.Errorf("parser: %v", bug)
		}
	}()
	return p.ParseFromLexer(pk, participle.AllowTrailing(true))
}

func (r *reader) report(d Diagnostic) { r.diags = append(r.diags, d) }

// joiners reports the first misplaced joiner of each text and comment.
func (r *reader) joiners() {
	check := func(t lexer.Token) {
		at := misplacedJoiner(t.Value)
		if at < 0 || len(r.diags) >= maxSyntaxErrors {
			return
		}
		char := []rune(t.Value[at:])[0]
		start := t.Pos.Offset + at
		place := r.src.span(start, start+len(string(char)))
		r.report(Diagnostic{
			Code: "E0001", Primary: Label{Span: place}, Help: "take it out", Fix: &Fix{place, ""},
			Message: "expected no joiner where letters do not join, found " + named(char),
		})
	}
	for _, t := range r.tokens {
		if t.is("String") {
			check(t.Token)
		}
	}
	for _, c := range r.comments {
		check(c)
	}
}
