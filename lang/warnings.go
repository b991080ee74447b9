package lang

import "fmt"

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

// live reports whether the policy is of a network on which others make blocks.
func (c *checker) live() bool { return c.Network == "mainnet" || c.Network == "testnet4" }

// onLive reports what a policy of a live network lacks, and warns of mainnet.
func (c *checker) onLive() {
	if !c.live() {
		return
	}
	at := c.first["network"].span
	if c.Network == "mainnet" {
		d := c.report("W0111", at, "real money: the code has no review from outside yet")
		d.Help = "try the election on regtest and testnet4, or say in an `allow` why the stakes may be lost"
	}
	if !c.tree.met["announced"] {
		d := c.report("W0112", at, "nothing names the coin that the announcement spends")
		d.Notes = []string{"with it there is one sequence of anchors wherever a search begins, also in a record of proofs"}
		d.Help = "write `announced by spending TXID:N`, with a coin of the supervisor's"
	}
	s, ok := c.first["mixing"]
	if ok && c.mixes() && c.valid["mixing"] && !c.tree.met["mixer"] {
		d := c.report("E0804", s.span, "no names of the %d mixers on %s", c.Mixing.Mixers, c.Network)
		d.Help = fmt.Sprintf("add %d lines such as `%s`", c.Mixing.Mixers, forms["mixer"])
	}
}
