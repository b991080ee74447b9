package lang

import "fmt"

// maxWhole bounds what percentages are taken of; voters are fewer anyway.
const maxWhole = 1 << 32

// threshold reads `3 of 5` or `60% of 25`.
func (c *checker) threshold(s *thresholdLine) bool {
	k, ok1 := c.number(s.Number)
	of, ok2 := c.number(s.Of)
	if !ok1 || !ok2 {
		return false
	}
	if s.Percent.Value != "" {
		if k > 100 {
			c.report("E0201", c.at(s.Number), "threshold out of range: %s%% is more than all", shorten(s.Number.Value)).Help =
				"write a percentage of at most 100"
			return false
		}
		if of < maxWhole && k*of%100 != 0 {
			c.report("E0203", c.at(s.Number), "%d%% of %d is not whole", k, of).Help = "write the number of shares itself"
			return false
		}
		k = k * min(of, maxWhole) / 100
	}
	if k < 1 || k > of {
		c.report("E0201", c.at(s.Number), "threshold out of range: %d of %d shares", k, of).Help =
			fmt.Sprintf("more than half of the voters elect with `%d of %d`", of/2+1, of)
		return false
	}
	if of > maxVoters {
		c.report("E0004", c.at(s.Of), "`%s` is too large: at most %d voters", shorten(s.Of.Value), maxVoters).Help =
			"write a smaller number"
		return false
	}
	c.K, c.Of = int(k), int(of)
	return true
}

// counts compares the threshold with the number of voters.
func (c *checker) counts() {
	if !c.votersKnown() || !c.valid["threshold"] {
		return
	}
	s := c.first["threshold"]
	if c.Of != c.Voters {
		d := c.report("E0202", s.span, "`%d of %d` but %d voters", c.K, c.Of, c.Voters)
		if v, ok := c.first["voters"]; ok {
			d.Secondary = []Label{{v.span, "the voters are counted here"}}
		}
		d.Help = fmt.Sprintf("write `threshold … of %d`", c.Voters)
	}
}

// votersKnown reports whether the number of voters is known. If they are named it sets
// that number.
func (c *checker) votersKnown() bool {
	named := len(c.lines["voter"])
	if named == 0 {
		return c.valid["voters"]
	}
	c.Voters = len(c.Named)
	return !c.tree.met["voters"] && !c.tree.broken["voter"] && named == len(c.Named)
}

// thresholds reports thresholds under 2 where voters deal, and warns of those with
// 2k ≤ n or k = n.
func (c *checker) thresholds() {
	if !c.valid["threshold"] {
		return
	}
	at := c.first["threshold"].span
	if c.K < 2 && c.deals() {
		d := c.report("E0201", at, "threshold out of range: one share elects")
		d.Notes = []string{"any voter who deals would know the whole secret"}
		d.Help = "write at least 2"
		return
	}
	if 2*c.K <= c.Of {
		d := c.report("W0204", at, "two candidates can both reach %d of %d", c.K, c.Of)
		d.Notes = []string{"then the earlier timely claim wins"}
		d.Help = "more than half of the voters elect with `threshold " + half(c.Of) + "`"
	}
	if c.K == c.Of {
		d := c.report("W0205", at, "unanimity: one lost share forces a refund")
		d.Notes = []string{"a voter who abstains or loses a key blocks the election"}
		d.Help = "ask for fewer shares, or say in an `allow` why all must agree"
	}
}
