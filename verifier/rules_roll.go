package verifier

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// family C: registration and roll
var rollRules = []rule{
	{"V22", "REG-ANCHOR", "E", mixed, (*audit).registryAnchor},
	{"V23", "REG-UNIQUE", "E", exchanged, (*audit).registryUnique},
	{"V24", "ROLL-ANCHOR", "E", always, (*audit).rollAnchor},
	{"V25", "ROLL-UNIQUE", "E", rolled, (*audit).rollUnique},
	{"V26", "ROLL-SIZE", "E", rolled, (*audit).rollSize},
	{"V27", "ROLL-COIN", "I", rolled, (*audit).rollCoin},
	{"V28", "ROLL-DISJOINT", "W", rolled, (*audit).rollDisjoint},
}

// V24: the roll is anchored in time, with a head that is on the board.
func (a *audit) rollAnchor(s *sheet) { a.anchoredBy(s, election.RollClosed, a.e.Policy.Times.Roll) }

// anchoredBy checks that the anchor of a kind is there by its last block, and
// commits to this board.
func (a *audit) anchoredBy(s *sheet, kind int, by uint32) {
	anchor := a.setup.Phases.Anchors[kind]
	if anchor == nil && a.tip <= by {
		s.skip("not yet")
		return
	}
	s.expect(1)
	switch {
	case anchor == nil:
		s.fail(fmt.Sprintf("block %d", by), "no %s anchor up to here", election.AnchorNames[kind])
	case a.setup.Phases.Closed[kind] < 0:
		s.fail("tx "+anchor.TxID, "the head is not on the board")
	case anchor.Height > by:
		s.fail("tx "+anchor.TxID, "anchored in block %d, due by %d", anchor.Height, by)
	default:
		s.pass()
	}
}

// V25: the supervisor's lines have distinct keys and coins, each accepted by
// the key itself; named voters are the policy's. Others' lines do not count.
func (a *audit) rollUnique(s *sheet) {
	lines := election.InPhase[board.Roll](a.setup.Phases, nil)
	s.expect(len(lines))
	keys, coins := make(map[curve.PublicKey]int), make(map[string]int)
	named := make(map[curve.PublicKey]bool)
	for _, v := range a.e.Policy.Named {
		named[v.Key] = true
	}
	accepted := a.acceptedByKeys(lines)
	for i, l := range lines {
		where, b := fmt.Sprintf("line %d", l.N), l.Body
		switch {
		case l.Line.By != a.e.Policy.Supervisor:
			s.pass()
			s.note(where, "does not count: by %s, who is not the supervisor", l.Line.By)
			continue
		case keys[b.Key] > 0:
			s.fail(where, "the key of line %d again", keys[b.Key])
		case coins[string(b.Outpoint)] > 0:
			s.fail(where, "the coin of line %d again", coins[string(b.Outpoint)])
		case len(named) > 0 && !named[b.Key]:
			s.fail(where, "a key that the policy does not name")
		case !accepted[i]:
			s.fail(where, "the roll key did not sign this entry")
		default:
			s.pass()
		}
		keys[b.Key], coins[string(b.Outpoint)] = l.N, l.N
	}
}

// acceptedByKeys tells of each roll line whether its key signed the entry.
func (a *audit) acceptedByKeys(lines []election.Posted[board.Roll]) []bool {
	all := make([]curve.Signed, len(lines))
	for i, l := range lines {
		b := l.Body
		all[i] = curve.Signed{Key: b.Key, Hash: board.RollHash(a.e.EID, b.Key, b.Outpoint), Sig: b.Sig}
	}
	return a.verifySigned(all, curve.VerifySchnorrBatch)
}

// V26: the roll is not longer than the voters registered, and with mixing than
// the good deposits.
func (a *audit) rollSize(s *sheet) {
	s.expect(1)
	n := len(a.setup.Roll)
	if n > a.e.Policy.Voters {
		s.fail("roll", "%d entries for %d voters", n, a.e.Policy.Voters)
	} else {
		s.pass()
	}
	if a.mix == nil || a.mix.Registry == nil {
		return
	}
	good := 0
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil {
			good++
		}
	}
	s.expect(1)
	if n > good || good > len(a.mix.Registry.Voters) {
		s.fail("roll", "%d entries, %d good deposits, %d registered", n, good, len(a.mix.Registry.Voters))
	} else {
		s.pass()
	}
	for _, v := range a.mix.Vouchers {
		if a.setup.Slots[v.By] == 0 && a.mix.Valid(v) == nil && a.mix.PaymentOf(v) != nil {
			s.note(v.Where(), "a valid voucher, paid and not on the roll: its owner did not sign for the coin, or the supervisor left it out")
		}
	}
}

// V27: behind every entry stands one coin as the policy says.
func (a *audit) rollCoin(s *sheet) {
	s.expect(len(a.setup.Roll))
	for i, r := range a.setup.Roll {
		s.test(fmt.Sprintf("slot %d, outpoint %s", i+1, r.Outpoint), a.setup.CoinFault(r, a.replay.Coins[r.Outpoint]))
	}
}

// V28: no roll key is somebody else's of the election.
func (a *audit) rollDisjoint(s *sheet) {
	s.expect(len(a.setup.Roll))
	others := map[curve.PublicKey]string{a.e.Policy.Supervisor: "the supervisor"}
	payouts := make(map[string]string)
	if m := a.setup.Mixing; m != nil && m.Registry != nil {
		for _, v := range m.Registry.Voters {
			others[v.Key] = "a registered voter"
		}
		for _, x := range m.Mixers {
			others[x.Key] = "mixer " + x.Name
		}
	}
	for _, c := range a.e.Policy.Candidates {
		others[c.Key], payouts[string(c.Payout)] = "candidate "+c.Name, c.Name
	}
	for i, r := range a.setup.Roll {
		where := fmt.Sprintf("slot %d", i+1)
		if of := others[r.Key]; of != "" {
			s.fail(where, "the key of %s", of)
		} else if of := payouts[string(templates.P2PKH(r.KeyHash()))]; of != "" {
			s.fail(where, "the payout of %s", of)
		} else {
			s.pass()
		}
	}
}
