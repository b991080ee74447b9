package lang

import (
	"fmt"
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// checker turns a tree into a policy and reports what is wrong with it. A check
// whose inputs could not be read reports nothing: their mistake has a diagnostic of
// its own.
type checker struct {
	*Policy
	src  *source
	tree *tree
	now  uint32

	diags     []Diagnostic
	suggested int                    // unknown names so far
	first     map[string]parsed      // statements that occur once, by keyword
	valid     map[string]bool        // those whose content could be read
	heights   map[string]phaseHeight // "roll", …, "vote from", "vote to"
	parties   map[string]declared    // candidates, voters and mixers by name
	branched  map[string]declared    // branches by name
	misnamed  map[string]bool        // keywords of statements with an invalid name
	roles     []usedKey
	lines     map[string][]parsed // statements that may repeat, by keyword
}

// phaseHeight is a phase's height with its place.
type phaseHeight struct {
	height uint32
	span   Span
}

// declared is the statement that a name stands for.
type declared struct {
	what            string // candidate, voter, mixer or branch
	span, statement Span
}

func check(src *source, t *tree, now uint32) *checker {
	c := &checker{
		Policy: &Policy{places: map[string]Span{}, known: map[string]bool{}, used: map[string]bool{}},
		src:    src, tree: t, now: now,
		first: map[string]parsed{}, lines: map[string][]parsed{}, valid: map[string]bool{},
		parties: map[string]declared{}, branched: map[string]declared{}, misnamed: map[string]bool{},
		heights: map[string]phaseHeight{},
	}
	c.defaults()
	for _, s := range t.statements {
		c.collect(s)
	}
	if c.tree.whole {
		c.missing()
	}
	c.graceOrDefault()
	c.exclusions()
	c.counts()
	c.phases()
	c.keys()
	c.placeholders()
	c.onLive()
	c.payouts()
	c.sameNames()
	c.branches()
	c.tests()
	c.allows()
	c.warnings()
	c.knowledge()
	sort.Slice(c.Candidates, func(i, j int) bool { return c.Candidates[i].Name < c.Candidates[j].Name })
	sort.Slice(c.Named, func(i, j int) bool { return c.Named[i].Name < c.Named[j].Name })
	sort.Slice(c.Mixing.Named, func(i, j int) bool { return c.Mixing.Named[i].Name < c.Mixing.Named[j].Name })
	sort.Slice(c.Branches, func(i, j int) bool { return c.Branches[i].Name < c.Branches[j].Name })
	return c
}

// defaults sets what a file may leave out, and the election's name.
func (c *checker) defaults() {
	c.Confirmations = defaultConfirmations
	c.Selector = "signature"
	c.Mixing.Scheme = SchemeNone
	c.Joint = JointNone
	c.places["election"] = c.at(c.tree.election)
	if c.tree.named {
		c.name("election", c.tree.election)
		c.Election = c.tree.election.Value
	}
}

// collect reads one statement into the policy.
func (c *checker) collect(s parsed) {
	if name := s.names(); name != nil {
		c.lines[s.keyword] = append(c.lines[s.keyword], s)
		c.declare(s, *name)
		return
	}
	if s.keyword == "allow" || s.keyword == "test" {
		c.lines[s.keyword] = append(c.lines[s.keyword], s)
		return
	}
	if before, ok := c.first[s.keyword]; ok {
		d := c.report("E0101", s.span, "`%s` is declared twice", s.keyword)
		d.Secondary = []Label{{before.span, "first declared here"}}
		c.doubled(d, before.span, s.span)
		return
	}
	c.first[s.keyword] = s
	c.places[s.keyword] = s.span
	c.valid[s.keyword] = c.single(s)
}

// single reads a statement that occurs once and reports whether that was possible.
func (c *checker) single(s parsed) (ok bool) {
	switch {
	case s.Supervisor != nil:
		c.Supervisor, ok = c.key(s.Supervisor.Key, "supervisor", "")
	case s.Voters != nil:
		c.Voters, ok = c.count(s.Voters.Number, "voters", maxVoters)
	case s.Threshold != nil:
		ok = c.threshold(s.Threshold)
	case s.Stake != nil:
		c.Stake, ok = c.amount(s.Stake.Number, s.Stake.Unit.Value)
	case s.Fee != nil:
		c.Fee, ok = c.rate(s.Fee.Number)
	case s.Confirmations != nil:
		ok = c.confirmations(s.Confirmations.Number)
	case s.Grace != nil:
		ok = c.grace(s.Grace.Number)
	case s.Announced != nil:
		ok = c.seal(s.Announced.Outpoint)
	case s.Mixing != nil:
		ok = c.mixing(s.Mixing)
	default:
		ok = c.choice(s) || c.time(s)
	}
	return ok
}

// choice reads a statement whose content is one of a few words. It returns false
// for any other statement.
func (c *checker) choice(s parsed) bool {
	switch {
	case s.Network != nil:
		c.Network = s.Network.Name.Value
	case s.Joint != nil:
		c.Joint = JointOne
		if s.Joint.Each.Value != "" {
			c.Joint = JointEach
		}
	case s.Win != nil:
		c.Win = s.Win.means()
	case s.Refund != nil: // there is one form
	case s.Ballots != nil:
		c.Salted = s.Ballots.Kind.Value == "salted"
	case s.Target != nil:
		c.Selector = s.Target.Selector.Value
		c.places["selector"] = c.at(s.Target.Selector)
	default:
		return false
	}
	return true
}

func (w *winLine) means() Win {
	switch {
	case w.Supervisor.Value != "":
		return WinCustodial
	case w.Hardened.Value != "":
		return WinHardened
	default:
		return WinPaper
	}
}

// names returns the name that a statement declares, nil for one that occurs once.
func (s parsed) names() *lexer.Token {
	switch {
	case s.Voter != nil:
		return &s.Voter.Name
	case s.Mixer != nil:
		return &s.Mixer.Name
	case s.Candidate != nil:
		return &s.Candidate.Name
	case s.Branch != nil:
		return &s.Branch.Name
	default:
		return nil
	}
}

// declare reads a statement that declares a name.
func (c *checker) declare(s parsed, name lexer.Token) {
	c.name(s.keyword, name)
	names := c.parties
	if s.Branch != nil {
		names = c.branched
	}
	if before, ok := names[name.Value]; ok {
		d := c.report("E0101", c.at(name), "`%s` is declared twice", shorten(name.Value))
		d.Secondary = []Label{{before.span, fmt.Sprintf("first declared here, as a %s", before.what)}}
		if c.doubled(d, before.statement, s.span); d.Fix == nil {
			d.Help = "give one of them another name"
		}
		return
	}
	names[name.Value] = declared{s.keyword, c.at(name), s.span}
	c.places[s.keyword+" "+name.Value] = s.span
	switch {
	case s.Voter != nil:
		key, _ := c.key(s.Voter.Key, "voter", name.Value)
		c.Named = append(c.Named, Named{name.Value, key})
	case s.Mixer != nil:
		key, _ := c.key(s.Mixer.Key, "mixer", name.Value)
		c.Mixing.Named = append(c.Mixing.Named, Named{name.Value, key})
	case s.Candidate != nil:
		key, _ := c.key(s.Candidate.Key, "candidate", name.Value)
		c.Candidates = append(c.Candidates, Candidate{
			Name: name.Value, Display: c.display(s.Candidate.Display), Key: key,
			Address: strings.TrimPrefix(s.Candidate.Pay.Value, "addr:"),
		})
	}
}

// report adds an error or a warning and returns it. The caller may add labels,
// notes, help and a fix to it until the next call, which may move it.
func (c *checker) report(code string, at Span, format string, a ...any) *Diagnostic {
	c.diags = append(c.diags, Diagnostic{Code: code, Message: fmt.Sprintf(format, a...), Primary: Label{Span: at}})
	return &c.diags[len(c.diags)-1]
}

// doubled completes the diagnostic of a statement that occurs twice. Where both have
// the same words the fix removes the second.
func (c *checker) doubled(d *Diagnostic, first, second Span) {
	d.Help = "take one of them out"
	if c.src.same(first, second) {
		d.Help = "take the second one out: it says the same"
		d.Fix = c.src.takeOut(second)
	}
}

// at returns the place of a token.
func (c *checker) at(t lexer.Token) Span {
	return c.src.span(t.Pos.Offset, t.Pos.Offset+len(t.Value))
}
