package lang

import (
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// tests reads the test lines.
func (c *checker) tests() {
	for _, s := range c.lines["test"] {
		line := s.Test
		t := Test{Name: strings.Trim(line.Name.Value, `"`), Span: s.span, Expect: c.expect(line.Expect)}
		at, ok := c.height(line.At)
		t.At = at
		for _, x := range line.Signers {
			t.Signers = append(t.Signers, c.signer(x))
		}
		if ok {
			c.Tests = append(c.Tests, t)
		}
	}
}

// signer reads one signer of a test and returns it as written.
func (c *checker) signer(x *signer) string {
	switch {
	case x.Joint.Value != "" && x.Of.Value != "":
		if c.jointRole(x.Joint) && c.party(x.Of, false) && c.Joint == JointOne {
			d := c.report("E0102", c.at(x.Of), "there is no joint key of `%s`: one serves all candidates", x.Of.Value)
			d.Help = "write `joint`"
		}
		return "joint " + x.Of.Value
	case x.Joint.Value != "":
		c.jointRole(x.Joint)
		return "joint"
	}
	switch name := x.Role.Name; name.Value {
	case "supervisor", "voter":
		return name.Value
	default:
		c.party(name, true)
		return name.Value
	}
}

// expect reads the outcome that a test expects and returns it as written.
func (c *checker) expect(o *outcome) string {
	switch {
	case o.Reject.Value != "":
		return "reject"
	case o.Refund.Value != "":
		return "refund"
	case o.Branch.Value != "":
		c.expectBranch(o.Name)
		return "branch " + o.Name.Value
	case o.Winner.Value == "":
		return "win"
	}
	if c.party(o.Winner, false) && c.valid["win"] && c.Win != WinHardened {
		d := c.report("E0102", c.at(o.Winner), "there is no win path of `%s`: the script names no winner", o.Winner.Value)
		d.Help = "write `expect win`"
	}
	return "win " + o.Winner.Value
}

func (c *checker) expectBranch(t lexer.Token) {
	if _, ok := c.branched[t.Value]; ok || c.tree.broken["branch "+t.Value] || c.tree.broken["branch "+lostName] {
		return
	}
	c.unknown(t, "branch", func() []string { return slices.Collect(maps.Keys(c.branched)) })
}
