package lang

import "fmt"

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
