package lang

import "fmt"

// time reads a statement about blocks and reports whether that was possible.
func (c *checker) time(s parsed) (ok bool) {
	t := &c.Times
	switch {
	case s.By != nil:
		phase := s.By.Phase.Value
		*t.at(phase), ok = c.phase(phase, s.By.By)
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

// phases reports phases that are out of order or too close.
func (c *checker) phases() {
	for _, r := range c.rules() {
		c.order(r)
	}
	c.announcement()
}

// rules returns the rules on the file's heights. Where a number cannot be read its
// part of a gap is left out.
func (c *checker) rules() []order {
	r := room{Policy: c.Policy, deals: c.deals(), counts: c.Win == WinCustodial, mixes: c.mixes(), voters: c.votersKnown()}
	r.depth = c.defaulted("confirmations")
	r.grace = r.depth && c.defaulted("grace")
	r.scheme = c.valid["mixing"]
	return r.rules()
}

// defaulted reports whether a statement that has a default could be read or is absent.
func (c *checker) defaulted(keyword string) bool { return !c.tree.met[keyword] || c.valid[keyword] }

// announcement reports a first height that has no block for the announcement below
// it.
func (c *checker) announcement() {
	first := "roll"
	if c.mixes() {
		first = "register"
	}
	h, ok := c.heights[first]
	if least := max(leastHeight, c.now+2); ok && h.height < least && h.height > c.now {
		d := c.report("E0505", h.span, "`%s` at block %d leaves no block for the announcement", first, h.height)
		d.Notes = []string{"the announcement stands in a block below the first height"}
		d.Help = fmt.Sprintf("write `block %d` or later", least)
	}
}

func (c *checker) order(r order) {
	earlier, ok1 := c.heights[r.earlier]
	later, ok2 := c.heights[r.later]
	least := uint64(earlier.height) + r.gap
	if !ok1 || !ok2 || uint64(later.height) >= least {
		return
	}
	d := c.report("E0505", later.span, "`%s` at block %d, but `%s` is at block %d",
		r.later, later.height, r.earlier, earlier.height)
	d.Secondary = []Label{{earlier.span, fmt.Sprintf("`%s` is here", r.earlier)}}
	if r.why != "" {
		d.Notes = []string{fmt.Sprintf("at least %s between them: %s", plural(r.gap, "block"), r.why)}
	}
	d.Help = fmt.Sprintf("write `block %d` or later", least)
}

// plural returns a number with its noun.
func plural(n uint64, noun string) string {
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
	need := uint32(room{Policy: c.Policy}.sweeps())
	if have := timeout.height - claim.height; have < need {
		d := c.report("W0506", timeout.span, "%s between `claim by` and `timeout`, but sweeping %d stakes may take %d",
			plural(uint64(have), "block"), c.Voters, need)
		d.Secondary = []Label{{claim.span, "a winner may claim as late as here"}}
		d.Notes = []string{fmt.Sprintf("counted with %d stakes a block and %s; "+
			"what is not swept in time, voters may take back", sweepsPerBlock, plural(uint64(c.Confirmations), "confirmation"))}
		d.Help = fmt.Sprintf("write `timeout block %d` or later", uint64(claim.height)+uint64(need))
	}
}

// sessionsInRow warns of too few blocks to issue where each mixer has one member key:
// from the last block in which the anchor of `deposit` can become deep there should be
// three blocks for each voter of a mixer.
func (c *checker) sessionsInRow() {
	deposit, ok1 := c.heights["deposit"]
	issue, ok2 := c.heights["issue"]
	known := c.defaulted("confirmations") && c.defaulted("grace") && c.valid["mixing"] && c.votersKnown()
	if !ok1 || !ok2 || !known || !c.mixes() || c.Mixing.Scheme != SchemeGroupBlind {
		return
	}
	r := room{Policy: c.Policy}
	begin, end := uint64(deposit.height)+uint64(c.Grace)+r.d(), uint64(issue.height)
	need, keys := r.inRow(1), 2
	if begin+need <= end || begin+r.inRow(memberKeys) > end {
		return // there is room, or E0505 says that there is none
	}
	for begin+r.inRow(keys) > end {
		keys++
	}
	d := c.report("W0507", issue.span, "%s to issue, but the sessions of %d voters may take %d",
		plural(end-begin, "block"), c.Voters, need)
	d.Secondary = []Label{{deposit.span, fmt.Sprintf("sessions begin when the anchor of this is deep, as late as block %d", begin)}}
	d.Notes = []string{fmt.Sprintf("counted with %d blocks a session, one after the other at each of %d mixers; "+
		"with %d member keys each the time suffices", sessionGap, c.Mixing.Mixers, keys)}
	d.Help = fmt.Sprintf("write `issue by block %d` or later, or let every mixer register %d member keys", begin+need, keys)
}

// year is the number of blocks in a year at one in ten minutes.
const year = 365 * 144

// locked warns of a timeout over a year after the first vote: a stake without a
// winner cannot be taken back before.
func (c *checker) locked() {
	from, ok1 := c.heights["vote from"]
	timeout, ok2 := c.heights["timeout"]
	if !ok1 || !ok2 || uint64(timeout.height) <= uint64(from.height)+year {
		return
	}
	blocks := uint64(timeout.height) - uint64(from.height)
	d := c.report("W0508", timeout.span, "%d blocks, about %d years, between `vote from` and `timeout`",
		blocks, max(1, (blocks+year/2)/year))
	d.Secondary = []Label{{from.span, "a stake may be locked from here on"}}
	d.Notes = []string{"a stake that no winner claims cannot be taken back before"}
	d.Help = "look whether the height has a digit too many"
}
