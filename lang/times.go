package lang

import "fmt"

// sweepsPerBlock is the number of stakes that claims spend in each block: one
// standard transaction of 400,000 weight, and inputs of about 2,600 weight, which
// is one with the largest redeem script (520 bytes).
const sweepsPerBlock = 150

// time reads a statement about blocks and reports whether that was possible.
func (c *checker) time(s parsed) (ok bool) {
	t := &c.Times
	switch {
	case s.By != nil:
		phase := s.By.Phase.Value
		at := map[string]*uint32{
			"roll": &t.Roll, "commit": &t.Commit, "deal": &t.Deal, "setup": &t.Setup, "claim": &t.Claim,
		}[phase]
		*at, ok = c.phase(phase, s.By.By)
	case s.Vote != nil:
		var to bool
		t.VoteFrom, ok = c.phase("vote from", s.Vote.From)
		t.VoteTo, to = c.phase("vote to", s.Vote.To)
		ok = ok && to
	case s.Timeout != nil:
		t.Timeout, ok = c.phase("timeout", s.Timeout.At)
	case s.Reveal != nil:
		t.Reveal, ok = c.phase("reveal", s.Reveal.From)
	default:
		panic("lang: a statement without a reader: " + s.keyword)
	}
	return ok
}

// phase reads the height of a phase, which must lie ahead.
func (c *checker) phase(phase string, h *height) (uint32, bool) {
	n, ok := c.height(h)
	if !ok {
		return 0, false
	}
	at := c.heightSpan(h)
	if c.now > 0 && n <= c.now {
		d := c.report("E0503", at, "block %d has already passed", n)
		d.Notes = []string{fmt.Sprintf("the chain is at block %d", c.now)}
		d.Help = "move the phases to blocks that are to come"
	}
	c.heights[phase] = phaseHeight{n, at}
	return n, true
}

// height reads `block N`.
func (c *checker) height(h *height) (uint32, bool) {
	n, ok := c.number(h.Number)
	switch {
	case !ok:
		return 0, false
	case n == 0:
		c.report("E0501", c.at(h.Number), "`0` is not a block height to wait for").Help =
			"write the height of a block that is to come"
		return 0, false
	case n >= firstDate:
		d := c.report("E0502", c.at(h.Number), "Bitcoin reads the height `%s` as a date", shorten(h.Number.Value))
		d.Notes = []string{fmt.Sprintf("locks from %d on are seconds since 1970, not blocks", firstDate)}
		d.Help = "write the height of a block"
		return 0, false
	}
	return uint32(n), true
}

func (c *checker) heightSpan(h *height) Span {
	return c.src.span(h.Pos.Offset, h.Number.Pos.Offset+len(h.Number.Value))
}

// order is a rule on two heights: later ≥ earlier + gap.
type order struct {
	earlier, later string
	gap            uint32
	why            string
}

// phases reports phases that are out of order or too close.
func (c *checker) phases() {
	d := c.Confirmations
	deep := plural(d, "confirmation")
	rules := []order{
		{"vote from", "vote to", 0, ""},
		{"vote to", "claim", 1, ""},
		{"claim", "timeout", 1, ""},
	}
	if c.deals() {
		rules = append(rules, order{"roll", "commit", 1, ""},
			order{"deal", "setup", 2, "complaints and their transcript are anchored apart"})
	} else if c.Win == WinCustodial {
		rules = append(rules, order{"roll", "vote from", 1, ""})
	}
	if !c.tree.met["confirmations"] || c.valid["confirmations"] {
		rules = append(rules, order{"timeout", "reveal", d, deep})
		if c.deals() {
			rules = append(rules, order{"commit", "deal", d, deep}, order{"setup", "vote from", d, deep})
		}
	}
	for _, r := range rules {
		c.order(r)
	}
}

func (c *checker) order(r order) {
	earlier, ok1 := c.heights[r.earlier]
	later, ok2 := c.heights[r.later]
	if !ok1 || !ok2 || uint64(later.height) >= uint64(earlier.height)+uint64(r.gap) {
		return
	}
	d := c.report("E0505", later.span, "`%s` at block %d, but `%s` is at block %d",
		r.later, later.height, r.earlier, earlier.height)
	d.Secondary = []Label{{earlier.span, fmt.Sprintf("`%s` is here", r.earlier)}}
	if r.why != "" {
		d.Notes = []string{fmt.Sprintf("at least %s between them: %s", plural(r.gap, "block"), r.why)}
	}
	d.Help = fmt.Sprintf("write `block %d` or later", uint64(earlier.height)+uint64(r.gap))
}

// plural returns a number with its noun.
func plural(n uint32, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// sweepable warns of too few blocks between the last claim and the refunds. They
// suffice to sweep every stake and to confirm the last sweep if
//
//	timeout − claim ≥ ⌈voters / sweepsPerBlock⌉ + confirmations
func (c *checker) sweepable() {
	claim, ok1 := c.heights["claim"]
	timeout, ok2 := c.heights["timeout"]
	if !ok1 || !ok2 || timeout.height <= claim.height || !c.votersKnown() {
		return
	}
	need := uint32((c.Voters+sweepsPerBlock-1)/sweepsPerBlock) + c.Confirmations
	if have := timeout.height - claim.height; have < need {
		d := c.report("W0506", timeout.span, "%s between `claim by` and `timeout`, but sweeping %d stakes may take %d",
			plural(have, "block"), c.Voters, need)
		d.Secondary = []Label{{claim.span, "a winner may claim as late as here"}}
		d.Notes = []string{fmt.Sprintf("counted with %d stakes a block and %s; "+
			"what is not swept in time, voters may take back", sweepsPerBlock, plural(c.Confirmations, "confirmation"))}
		d.Help = fmt.Sprintf("write `timeout block %d` or later", uint64(claim.height)+uint64(need))
	}
}
