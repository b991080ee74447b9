package lang

import (
	"fmt"
	"slices"
)

// Blocks between two heights beside those of grace and confirmations, and how much
// fits into them.
const (
	linesGap    = 2 // to write what the next phase asks for
	payGap      = 3 // to pay coins, beside one for each payBatch voters
	lateGap     = 7 // to pay late coins and to list the roll, beside one for each payBatch voters
	payBatch    = 1000
	memberKeys  = 16 // of one mixer at most
	sessionGap  = 3  // of one group-blind session: offer, challenge, answer
	leastHeight = 2  // of the first phase: the announcement stands below it, in block 1 or later
)

// sweepsPerBlock is the number of stakes that claims spend in each block: one
// standard transaction of 400,000 weight, and inputs of about 2,600 weight, which
// is one with the largest redeem script (520 bytes).
const sweepsPerBlock = 150

// order is a rule on two heights: later ≥ earlier + gap.
type order struct {
	earlier, later string
	gap            uint64
	why            string
}

// room tells how far the heights of a policy must lie apart, as far as its numbers are
// known.
type room struct {
	*Policy
	deals, counts, mixes bool // the kind of election; counts is custodial
	depth, grace         bool // confirmations, and these with the blocks of grace
	voters, scheme       bool
}

// rules returns the rules on the order of heights.
func (r room) rules() []order {
	all := []order{
		{"vote from", "vote to", 0, ""},
		{"vote to", "claim", 1, ""},
		{"claim", "timeout", 1, ""},
	}
	if r.depth {
		all = append(all, order{"timeout", "reveal", r.d(), r.deep()})
	}
	if r.mixes {
		all = append(all, r.closed("register", "deposit"), r.sessions(), r.closed("issue", "voucher"), r.pay(), r.late())
	}
	switch {
	case r.deals:
		all = append(all, r.closed("roll", "commit"), r.closed("commit", "deal"), r.closed("deal", "setup"),
			r.closed("setup", "vote from"))
	case r.counts:
		all = append(all, r.closed("roll", "vote from"))
	}
	return all
}

func (r room) d() uint64    { return uint64(r.Confirmations) }
func (r room) deep() string { return plural(r.d(), "confirmation") }

// batches is the number of transactions that pay the voters' coins.
func (r room) batches() uint64 {
	if !r.voters {
		return 1
	}
	return uint64((r.Voters + payBatch - 1) / payBatch)
}

// sweeps is the number of blocks between the last claim and the refunds in which every
// stake can be swept and the last sweep can become deep.
func (r room) sweeps() uint64 {
	return uint64((r.Voters+sweepsPerBlock-1)/sweepsPerBlock) + r.d()
}

// anchored returns the rule that asks for the blocks in which the anchor of the first
// phase counts and becomes deep, and for some more, or for the order alone where these
// numbers are not known:
//
//	later ≥ earlier + grace + confirmations + more
func (r room) anchored(earlier, later string, more uint64, what string) order {
	if !r.grace {
		return order{earlier, later, 1, ""}
	}
	grace := uint64(r.Policy.Grace)
	return order{earlier, later, grace + r.d() + more, fmt.Sprintf("%s of grace for the anchor of `%s`, %s, and %d %s",
		plural(grace, "block"), earlier, r.deep(), more, what)}
}

// closed returns the rule on the height of a phase and that of the next.
func (r room) closed(earlier, later string) order {
	return r.anchored(earlier, later, linesGap, "for what follows")
}

// sessions returns the rule on the time for issuing. Group-blind sessions are one at a
// time at each member key, and those at the mixers' most member keys must fit.
func (r room) sessions() order {
	if r.Mixing.Scheme != SchemeGroupBlind || !r.scheme || !r.voters {
		return r.closed("deposit", "issue")
	}
	row := r.inRow(memberKeys)
	return r.anchored("deposit", "issue", row, fmt.Sprintf("for the sessions of %d voters, %d one after the other "+
		"at each of %d mixers' %d member keys", r.Voters, row/sessionGap, r.Mixing.Mixers, memberKeys))
}

// inRow returns the blocks that the sessions take where every mixer has a number of
// member keys.
func (r room) inRow(keys int) uint64 {
	keys *= r.Mixing.Mixers
	return sessionGap * uint64((r.Voters+keys-1)/keys)
}

func (r room) pay() order {
	return r.anchored("voucher", "payout", r.batches()+payGap, "to pay the coins")
}

func (r room) late() order {
	if !r.depth {
		return order{"payout", "roll", 1, ""}
	}
	more := lateGap + r.batches()
	return order{"payout", "roll", 2*r.d() + more, fmt.Sprintf(
		"%s twice, for the coins and for those that are late, and %d to pay these and to list the roll", r.deep(), more)}
}

// sequence are the statements that have a height, in their order.
var sequence = []string{
	"register", "deposit", "issue", "voucher", "payout",
	"roll", "commit", "deal", "setup", "vote from", "vote to", "claim", "timeout", "reveal",
}

// at returns the height of a statement.
func (t *Times) at(statement string) *uint32 {
	return []*uint32{
		&t.Register, &t.Deposit, &t.Issue, &t.Voucher, &t.Payout,
		&t.Roll, &t.Commit, &t.Deal, &t.Setup, &t.VoteFrom, &t.VoteTo, &t.Claim, &t.Timeout, &t.Reveal,
	}[slices.Index(sequence, statement)]
}

// Stretch moves heights later where they lie closer together than the rules on their
// order ask for (E0505), than sweeping every stake takes (W0506), or than issuing takes
// with one member key a mixer (W0507). Each moves by as little as that takes, and every
// height behind it by as much. Of a policy with a grace of 0 it sets the default.
func (p *Policy) Stretch() {
	if p.Grace == 0 {
		p.Grace = defaultGrace(p.Confirmations)
	}
	r := room{Policy: p, deals: p.Dealt(), counts: !p.Dealt(), mixes: p.Mixed(), depth: true, grace: true, voters: true, scheme: true}
	rules := append(r.rules(), order{"claim", "timeout", r.sweeps(), ""})
	if p.Mixing.Scheme == SchemeGroupBlind {
		rules = append(rules, r.anchored("deposit", "issue", r.inRow(1), ""))
	}
	moved := uint32(0)
	for _, statement := range sequence {
		at := p.Times.at(statement)
		if *at == 0 {
			continue
		}
		*at += moved
		for _, rule := range rules {
			if rule.later != statement {
				continue
			}
			if least := uint32(uint64(*p.Times.at(rule.earlier)) + rule.gap); *at < least {
				moved += least - *at
				*at = least
			}
		}
	}
}
