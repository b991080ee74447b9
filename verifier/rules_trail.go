package verifier

import (
	"fmt"

	"bevote/verifier/election"
)

// leastCrowd is how many voters a coin must be one of. In a crowd of two each
// knows which coin is the other's.
const leastCrowd = 3

// V36: nothing on the chain leads from a deposit to a coin around the mixers,
// and every coin is one of a crowd.
func (a *audit) untraceable(s *sheet) {
	a.presenceOnly(s, "other path")
	s.expect(len(a.mix.Deposits))
	for _, d := range a.mix.Deposits {
		if l, linked := a.replay.Trails.Links[d.Outpoint]; linked && a.mix.EscrowOf(d) != nil {
			s.fail("tx "+l.At.ID.String(), "%d transactions from the deposit of line %d: %s", l.Hops, d.N, l.At.Note)
			continue
		}
		s.pass()
		if a.replay.Trails.Many[d.Outpoint] > election.MaxTrails {
			s.note(d.Where(), "over %d outputs lead away from it; the others were not followed", election.MaxTrails)
		}
	}
	for i, r := range a.setup.Roll {
		v := a.mix.VoucherOf(r.Key)
		if v == nil || a.mix.Valid(v) != nil {
			continue // V30, V31 and V33 name it
		}
		s.expect(1)
		if n := a.mix.Crowd(v); n < leastCrowd {
			s.fail(fmt.Sprintf("slot %d", i+1), "one of %d whose deposit had been issued for when its voucher was shown, want %d", n, leastCrowd)
			continue
		}
		s.pass()
	}
}

// linked counts the deposits that a trail joins to a coin of the roll.
func (a *audit) linked() (n int) {
	if a.mix == nil {
		return 0
	}
	for _, d := range a.mix.Deposits {
		if _, linked := a.replay.Trails.Links[d.Outpoint]; linked {
			n++
		}
	}
	return n
}
