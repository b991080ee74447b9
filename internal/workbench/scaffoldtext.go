package workbench

import (
	"fmt"
	"strconv"
	"strings"

	"bevote/lang"
)

// Replace is the comment that marks a placeholder.
const Replace = "// replace"

const scaffoldHead = `bevote 1

// What is marked ` + "`replace`" + ` is a placeholder: a key that is hashed from a text, so
// that nobody knows its secret, or the address of such a key. To play the
// election, ` + "`bevote rehearse`" + ` puts stand-ins in their places.
`

// text writes the policy in the canonical layout.
func (s *scaffold) text() ([]byte, error) {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	b.WriteString(scaffoldHead)
	line("election %s {", s.election)
	line("network %s", s.like.Network)
	line("supervisor %s %s\n", s.pub("supervisor"), Replace)
	s.writeVoters(line)
	s.writeTimes(line)
	for _, c := range s.candidates {
		display := ""
		if c.Display != "" {
			display = strconv.Quote(c.Display)
		}
		pay, err := addressOf(placeholder(s.seed("payout "+c.Name)), s.like.Network)
		if err != nil {
			return nil, err
		}
		line("candidate %s %s {\nkey %s %s\npay %s %s\n}", c.Name, display, s.pub("candidate "+c.Name), Replace, pay, Replace)
	}
	s.writeSpending(line)
	for _, a := range s.allows {
		line("allow %s %q %s: a reason of yours", a.Code, a.Reason, Replace)
	}
	line("")
	for _, t := range s.tests {
		line("%s", t)
	}
	line("}")
	text, diags := lang.Format([]byte(b.String()))
	if text == nil {
		return nil, unplanned("%s: %s", diags[0].Code, diags[0].Message)
	}
	return text, nil
}

// seed is the text that a role's placeholder is hashed from.
func (s *scaffold) seed(role string) string { return "bevote placeholder " + s.election + ": " + role }

func (s *scaffold) pub(role string) string { return "pub:" + placeholder(s.seed(role)).String() }

func (s *scaffold) writeVoters(line func(string, ...any)) {
	p := s.like
	for _, name := range s.named {
		line("voter %s %s %s", name, s.pub("voter "+name), Replace)
	}
	if len(s.named) == 0 {
		line("voters %d", s.voters)
	}
	line("threshold %d of %d", s.k, s.voters)
	line("stake %s", sat(s.stake))
	line("fee %d sat/vB", p.Fee)
	line("confirmations %d", p.Confirmations)
	m := p.Mixing
	switch {
	case m.Scheme == lang.SchemeGroupBlind:
		line("mixing %s { modulus %d rounds %d mixers %d }", m.Scheme, m.Modulus, m.Rounds, m.Mixers)
	case m.Scheme == lang.SchemeBlindRSA:
		line("mixing %s { modulus %d mixers %d }", m.Scheme, m.Modulus, m.Mixers)
	case len(s.named) == 0:
		line("mixing none")
	}
	for _, x := range m.Named {
		line("mixer %s %s %s", x.Name, s.pub("mixer "+x.Name), Replace)
	}
	line("")
}

func (s *scaffold) writeTimes(line func(string, ...any)) {
	t := s.times
	line("roll by block %d // the roll of anonymous voters is anchored", t.Roll)
	if s.like.Dealt() {
		line("commit by block %d // dealers are bound", t.Commit)
		line("deal by block %d // shares are out", t.Deal)
		line("setup by block %d // the joint key is anchored", t.Setup)
	}
	line("vote from block %d to block %d", t.VoteFrom, t.VoteTo)
	line("claim by block %d // a winner's claim counts up to here", t.Claim)
	line("timeout block %d // in any later block a voter may take the stake back", t.Timeout)
	line("reveal from block %d // ballots may be opened even if a stake is still unspent\n", t.Reveal)
}

func (s *scaffold) writeSpending(line func(string, ...any)) {
	p := s.like
	line("")
	switch p.Joint {
	case lang.JointOne:
		line("joint by voters")
	case lang.JointEach:
		line("joint by voters for each candidate")
	}
	line("win when %s", map[lang.Win]string{
		lang.WinHardened: "joint and candidate sign", lang.WinPaper: "joint signs", lang.WinCustodial: "supervisor signs",
	}[p.Win])
	line("refund voter after timeout")
	for _, branch := range s.branches {
		line("%s", branch)
	}
	if p.Salted {
		line("ballots salted")
	} else {
		line("ballots plain")
	}
	line("target p2sh { selector %s }\n", p.Selector)
}
