package lang

import (
	"fmt"
	"slices"
)

// The statements that every policy must have, and those that it must have besides
// where the voters deal a joint key.
var (
	required = []string{"network", "supervisor", "threshold", "stake", "fee", "roll", "vote", "claim", "timeout", "reveal",
		"win", "refund"}
	dealing = []string{"commit", "deal", "setup"}
	mixes   = []string{"register", "deposit", "issue", "voucher", "payout"}
)

// missing reports the required statements that are not in the file. A broken one is
// not missing.
func (c *checker) missing() {
	need := required
	if !c.tree.met["voter"] {
		need = append(need[:len(need):len(need)], "voters", "mixing")
	}
	if c.deals() {
		need = append(append(need[:len(need):len(need)], dealing...), "joint")
	}
	if c.mixes() {
		need = append(need[:len(need):len(need)], mixes...)
	}
	for _, keyword := range need {
		if c.tree.met[keyword] {
			continue
		}
		d := c.report("E0103", c.places["election"], "missing statement `%s`", keyword)
		d.Help = fmt.Sprintf("add a line such as `%s`", forms[keyword])
		if keyword == "refund" && c.tree.end >= 0 { // it has one form
			d.Fix = c.src.newLine(c.tree.end, forms[keyword])
		}
	}
	if n := len(c.lines["candidate"]); n < 2 && !c.tree.broken["candidate"] {
		at := c.places["election"]
		if n == 1 {
			at = c.lines["candidate"][0].span
		}
		c.report("E0207", at, "fewer than two candidates").Help = fmt.Sprintf("add a line such as `%s`", forms["candidate"])
	}
}

// knowledge notes for [Policy.Knows] what could be read.
func (c *checker) knowledge() {
	for keyword, ok := range c.valid {
		c.known[keyword] = ok
	}
	for _, keyword := range []string{"confirmations", "ballots", "target", "grace", "announced"} {
		c.known[keyword] = c.valid[keyword] || !c.tree.met[keyword]
	}
	clean := func(keyword string, read int) bool {
		return !c.tree.broken[keyword] && !c.misnamed[keyword] && len(c.lines[keyword]) == read
	}
	switch { // of statements that exclude each other neither is known
	case c.Win == WinCustodial:
		c.known["joint"] = !c.tree.met["joint"]
	case c.Win == WinPaper && c.Joint == JointEach:
		c.known["joint"] = false
	}
	c.known["voters"] = c.votersKnown() && !c.misnamed["voter"]
	c.known["branch"] = clean("branch", len(c.Branches)) && !c.misnamed["voter"]
	c.known["candidate"] = clean("candidate", len(c.Candidates)) && len(c.Candidates) > 0
	unpaid := func(x Candidate) bool { return x.Payout == nil }
	c.known["payouts"] = c.known["candidate"] && !slices.ContainsFunc(c.Candidates, unpaid)
}

// deals reports whether the voters deal a joint key, as far as the file says.
func (c *checker) deals() bool {
	if c.tree.met["win"] {
		return c.Win == WinHardened || c.Win == WinPaper
	}
	met := c.tree.met
	return met["joint"] || met["commit"] || met["deal"] || met["setup"]
}

// mixes reports whether the voters' coins are mixed, as far as the file says. Those of
// named voters are not.
func (c *checker) mixes() bool { return c.Mixing.Scheme != SchemeNone && !c.tree.met["voter"] }

// exclude reports a statement that another one excludes.
func (c *checker) exclude(at Span, by parsed, why, format string, a ...any) *Diagnostic {
	d := c.report("E0106", at, format, a...)
	d.Secondary = []Label{{by.span, why}}
	d.Help = "take one of the two out"
	return d
}

// exclusions reports statements that exclude each other.
func (c *checker) exclusions() {
	win, haveWin := c.first["win"]
	if haveWin && c.Win == WinCustodial {
		why := "the supervisor's key takes the place of the joint key"
		for _, keyword := range append(dealing[:len(dealing):len(dealing)], "joint") {
			if s, ok := c.first[keyword]; ok {
				c.exclude(s.span, win, why, "`%s` in an election that the supervisor counts", keyword)
			}
		}
		if s, ok := c.first["ballots"]; ok && c.Salted {
			d := c.exclude(s.span, win, why, "`ballots salted` in an election that the supervisor counts")
			d.Help = "write `ballots plain`"
		}
	}
	if s, ok := c.first["joint"]; ok && haveWin && c.Win == WinPaper && c.Joint == JointEach {
		d := c.exclude(s.span, win, "the joint key alone signs here", "`for each candidate` where the joint key signs alone")
		d.Help = "write `joint by voters`, or `win when joint and candidate sign`"
	}
	if named := c.lines["voter"]; len(named) > 0 {
		if s, ok := c.first["voters"]; ok {
			c.exclude(s.span, named[0], "the voters are named here", "`voters` counts voters who are named")
		}
		if s, ok := c.first["mixing"]; ok && c.Mixing.Scheme != SchemeNone {
			c.exclude(s.span, named[0], "named voters are not mixed", "`mixing %s` with named voters", c.Mixing.Scheme).Help =
				"write `mixing none`, or `voters N` in the place of the names"
		}
	}
	c.mixers()
	c.unmixed()
}

// unmixed reports heights of mixing in an election that does not mix.
func (c *checker) unmixed() {
	var by parsed
	why := "nothing is mixed"
	switch s, ok := c.first["mixing"]; {
	case ok && s.Mixing.None.Value != "":
		by = s
	case !c.tree.met["mixing"] && len(c.lines["voter"]) > 0:
		by, why = c.lines["voter"][0], "named voters are not mixed"
	default:
		return
	}
	for _, keyword := range mixes {
		if s, ok := c.first[keyword]; ok {
			c.exclude(s.span, by, why, "`%s by` where nothing is mixed", keyword).Help =
				"take the line out, or name a scheme of mixing"
		}
	}
}
