package lang

// warnings reports statements that are valid and often unintended.
func (c *checker) warnings() {
	c.thresholds()
	c.sweepable()
	c.sessionsInRow()
	c.locked()
	named := c.lines["voter"]
	if len(named) > 0 && !c.Salted && (c.valid["ballots"] || !c.tree.met["ballots"]) {
		d := c.report("W0206", named[0].span,
			"named voters with plain ballots: after the count everybody sees how each voted")
		d.Help = "register voters with `voters N` and `mixing`, or say in an `allow` why an open vote is wanted"
	}
	win, ok := c.first["win"]
	switch {
	case !ok:
	case c.Win == WinPaper:
		c.report("W0401", win.span, "whoever holds the joint key can pay anyone: the script names no winner").Help =
			"write `win when joint and candidate sign`"
	case c.Win == WinCustodial:
		c.report("W0401", win.span, "the supervisor can pay anyone: the script names no winner").Help =
			"write `win when joint and candidate sign`"
	case c.Joint == JointOne:
		d := c.report("W0402", win.span, "one joint key for all: once it is known any candidate can sweep what is left")
		if s, ok := c.first["joint"]; ok {
			d.Secondary = []Label{{s.span, "one key is dealt here"}}
		}
		d.Help = "write `joint by voters for each candidate`"
	}
}
