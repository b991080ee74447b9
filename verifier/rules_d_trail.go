package verifier

import (
	"fmt"

	"bevote/verifier/election"
)

// trailRules are family D, paths around the mixers: V36.
func trailRules() []rule {
	return []rule{
		row("V36", "MIX-GRAPH", "W", after(election.RollClosed), untraceable),
	}
}

// leastCrowd is the smallest anonymity set without a warning, in voters. In a set
// of two each voter knows which coin is the other's.
const leastCrowd = 3

// V36: nothing on the chain leads from a deposit to a coin around the mixers,
// and every coin is one of a crowd.
func untraceable(f *facts, ck *check) {
	presenceOnly(f, ck, "other path")
	ck.expect(len(f.mix.Deposits))
	for _, d := range f.mix.Deposits {
		if l, linked := f.replay.Link(d.Outpoint); linked && f.mix.EscrowOf(d) != nil {
			ck.fail("tx "+l.At.ID.String(), "%d transactions from the deposit of line %d: %s", l.Hops, d.N, l.At.Note)
			continue
		}
		ck.pass()
		if f.replay.Untraced(d.Outpoint) {
			ck.note(d.Where(), "over %d outputs lead away from it; the others were not followed", election.MaxTrails)
		}
	}
	for i, r := range f.setup.Roll {
		v := f.mix.VoucherOf(r.Key)
		if v == nil {
			continue // of no voter with mixing
		}
		ck.expect(1)
		if n := f.mix.AnonymitySet(v); n < leastCrowd {
			ck.fail(fmt.Sprintf("slot %d", i+1),
				"one of %d whose deposit was issued for, want %d", n, leastCrowd)
			continue
		}
		ck.pass()
	}
}

// linkedDeposits counts the deposits from which a trail leads to a coin of the
// roll.
func linkedDeposits(f *facts) (n int) {
	if f.mix == nil {
		return 0
	}
	for _, d := range f.mix.Deposits {
		if _, linked := f.replay.Link(d.Outpoint); linked {
			n++
		}
	}
	return n
}
