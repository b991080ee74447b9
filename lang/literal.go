package lang

import (
	"fmt"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// Literal is a pub: or addr: literal of a policy file. Its span includes the tag.
type Literal struct {
	Span
	Kind string // pub or addr
	Role string // supervisor, candidate NAME, payout NAME, voter NAME or mixer NAME
}

// Literals returns every key and address of a policy file in source order. The
// file must parse; keys and addresses are not checked.
func Literals(src []byte) ([]Literal, error) {
	s, t, refused := scan(src)
	if refused == nil && len(t.diags) > 0 {
		refused = &t.diags[0]
	}
	if refused != nil {
		return nil, fmt.Errorf("%d:%d: %s", refused.Primary.Line, refused.Primary.Column, refused.Message)
	}
	var all []Literal
	add := func(kind, role string, l lexer.Token) {
		all = append(all, Literal{s.span(l.Pos.Offset, l.Pos.Offset+len(l.Value)), kind, role})
	}
	for _, x := range t.statements {
		switch {
		case x.Supervisor != nil:
			add("pub", "supervisor", x.Supervisor.Key)
		case x.Voter != nil:
			add("pub", "voter "+x.Voter.Name.Value, x.Voter.Key)
		case x.Mixer != nil:
			add("pub", "mixer "+x.Mixer.Name.Value, x.Mixer.Key)
		case x.Candidate != nil:
			add("pub", "candidate "+x.Candidate.Name.Value, x.Candidate.Key)
			add("addr", "payout "+x.Candidate.Name.Value, x.Candidate.Pay)
		}
	}
	slices.SortFunc(all, func(a, b Literal) int { return a.Start - b.Start })
	return all, nil
}
