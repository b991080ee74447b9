package lang

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"
)

// Bounds on the numbers of a mixing statement. With the upper ones, which are far
// beyond use, every message fits into a line of the board.
const (
	minModulus, maxModulus = 2048, 8192
	minRounds, maxRounds   = 128, 1024
	minMixers, maxMixers   = 2, 1000
)

// mixing reads the mixing statement.
func (c *checker) mixing(m *mixingLine) bool {
	switch {
	case m.GroupBlind != nil:
		c.Mixing.Scheme = SchemeGroupBlind
		modulus, rounds := c.modulus(m.GroupBlind.Modulus), c.rounds(m.GroupBlind.Rounds)
		return c.mixersCount(m.GroupBlind.Mixers) && modulus && rounds
	case m.BlindRSA != nil:
		c.Mixing.Scheme = SchemeBlindRSA
		modulus := c.modulus(m.BlindRSA.Modulus)
		return c.mixersCount(m.BlindRSA.Mixers) && modulus
	default:
		return true
	}
}

func (c *checker) modulus(t lexer.Token) bool {
	n, ok := c.count(t, "bits", maxModulus)
	if c.Mixing.Modulus = n; ok && n < minModulus {
		c.report("E0801", c.at(t), "`modulus %d`, want at least %d bits", n, minModulus).Help = "write `modulus 2048`"
		return false
	}
	return ok
}

func (c *checker) rounds(t lexer.Token) bool {
	n, ok := c.count(t, "rounds", maxRounds)
	if c.Mixing.Rounds = n; ok && (n < minRounds || n%2 != 0) {
		d := c.report("E0802", c.at(t), "`rounds %d`, want an even number of at least %d", n, minRounds)
		d.Notes = []string{"a depositor makes a second voucher of its one for about 2 to half the rounds hashes"}
		d.Help = "write `rounds 128`, or `rounds 256` against depositors who can compute that many"
		return false
	}
	return ok
}

func (c *checker) mixersCount(t lexer.Token) bool {
	n, ok := c.count(t, "mixers", maxMixers)
	if c.Mixing.Mixers = n; ok && n < minMixers {
		d := c.report("E0803", c.at(t), "`mixers %d`, want at least %d", n, minMixers)
		d.Notes = []string{"a single mixer sees when every deposit and every coin comes and goes"}
		d.Help = "write `mixers 2`, or more"
		return false
	}
	return ok
}

// mixers compares the mixer lines with the scheme.
func (c *checker) mixers() {
	lines := c.lines["mixer"]
	s, ok := c.first["mixing"]
	if len(lines) == 0 || !ok || !c.valid["mixing"] || c.tree.broken["mixer"] {
		return
	}
	if c.Mixing.Scheme == SchemeNone {
		c.exclude(lines[0].span, s, "nothing is mixed", "`mixer` with `mixing none`").Help =
			"take the `mixer` lines out, or name a scheme of mixing"
	} else if n := len(c.Mixing.Named); n != c.Mixing.Mixers {
		why := fmt.Sprintf("%d mixers are announced", c.Mixing.Mixers)
		c.exclude(lines[0].span, s, why, "%d `mixer` lines for %d mixers", n, c.Mixing.Mixers).Help =
			fmt.Sprintf("write `mixers %d`, or a line for each mixer", n)
	}
}
