package verifier

import (
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// rollRules are family C, the roll: V24–V28.
func rollRules() []rule {
	return []rule{
		row("V24", "ROLL-ANCHOR", "E", always, rollAnchor),
		row("V25", "ROLL-UNIQUE", "E", rolled, rollUnique),
		row("V26", "ROLL-SIZE", "E", rolled, rollSize),
		row("V27", "ROLL-COIN", "I", rolled, rollCoin),
		row("V28", "ROLL-DISJOINT", "W", rolled, rollDisjoint),
	}
}

// V24: the roll is anchored in time, with a head that is on the board.
func rollAnchor(f *facts, ck *check) { anchoredBy(f, ck, election.RollClosed, f.e.Policy.Times.Roll) }

// anchoredBy checks that the anchor of a kind is there by its last block, and
// commits to this board.
func anchoredBy(f *facts, ck *check, kind int, by uint32) {
	anchor := f.setup.Phases.Anchor(kind)
	if anchor == nil && f.tip <= by {
		ck.skip("not yet")
		return
	}
	ck.expect(1)
	switch {
	case anchor == nil && (f.chain.Proven || anchorsUnshown(f)):
		ck.leave(fmt.Sprintf("block %d", by), "no %s anchor is shown; %s", election.AnchorName(kind), f.beginning())
		ck.fatal = true
	case anchorsUnshown(f) && (!f.setup.Phases.Closed(kind) || anchor.Height > by):
		ck.leave("tx "+anchor.TxID, "an earlier %s anchor may not be shown; %s", election.AnchorName(kind), f.beginning())
		ck.fatal = true
	case anchor == nil:
		ck.fail(fmt.Sprintf("block %d", by), "no %s anchor up to here", election.AnchorName(kind))
	case !f.setup.Phases.Closed(kind):
		ck.fail("tx "+anchor.TxID, "the head is not on the board")
	case anchor.Height > by:
		ck.fail("tx "+anchor.TxID, "anchored in block %d, due by %d", anchor.Height, by)
	default:
		ck.pass()
	}
}

// V25: the supervisor's roll lines have distinct keys and coins, and each is signed
// by its roll key. Named voters are the policy's. Lines by other authors do not
// count.
func rollUnique(f *facts, ck *check) {
	lines := election.InPhase[board.Roll](f.setup.Phases)
	ck.expect(len(lines))
	keys, coins := make(map[curve.PublicKey]int), make(map[string]int)
	named := make(map[curve.PublicKey]bool)
	for _, v := range f.e.Policy.Named {
		named[v.Key] = true
	}
	accepted := acceptedByKeys(f, lines)
	for i, l := range lines {
		where, b := fmt.Sprintf("line %d", l.N), l.Body
		switch {
		case l.Line.By != f.e.Policy.Supervisor:
			ck.pass()
			ck.note(where, "does not count: by %s, who is not the supervisor", l.Line.By)
			continue
		case keys[b.Key] > 0:
			ck.fail(where, "the key of line %d again", keys[b.Key])
		case coins[string(b.Outpoint)] > 0:
			ck.fail(where, "the coin of line %d again", coins[string(b.Outpoint)])
		case len(named) > 0 && !named[b.Key]:
			ck.fail(where, "a key that the policy does not name")
		case !accepted[i]:
			ck.fail(where, "the roll key did not sign this entry")
		default:
			ck.pass()
		}
		keys[b.Key], coins[string(b.Outpoint)] = l.N, l.N
	}
}

// acceptedByKeys reports for each roll line whether its roll key signed the entry.
func acceptedByKeys(f *facts, lines []election.Entry[board.Roll]) []bool {
	all := make([]curve.Signed, len(lines))
	for i, l := range lines {
		b := l.Body
		all[i] = curve.Signed{Key: b.Key, Hash: board.RollHash(f.e.EID, b.Key, b.Outpoint), Sig: b.Sig}
	}
	return f.verifySigned(all, curve.VerifySchnorrBatch)
}

// V26: the roll is not longer than the policy's number of voters. With mixing,
// roll ≤ good deposits ≤ registered keys. Named voters that are not on the roll are
// listed: the board does not show whether they declined.
func rollSize(f *facts, ck *check) {
	ck.expect(1)
	n := len(f.setup.Roll)
	if n > f.e.Policy.Voters {
		ck.fail("roll", "%d entries for %d voters", n, f.e.Policy.Voters)
	} else {
		ck.pass()
	}
	if absent := leftOff(f); len(absent) > 0 {
		named := len(f.e.Policy.Named)
		ck.note("roll", "%d of %d named voters; left off: %s", named-len(absent), named, strings.Join(absent, ", "))
	}
	if f.mix == nil || f.mix.Registry == nil {
		return
	}
	good := 0
	for _, d := range f.mix.Deposits {
		if f.mix.CheckDeposit(d) == nil {
			good++
		}
	}
	ck.expect(1)
	if n > good || good > len(f.mix.Registry.Voters) {
		ck.fail("roll", "%d entries, %d good deposits, %d registered", n, good, len(f.mix.Registry.Voters))
	} else {
		ck.pass()
	}
	for _, v := range f.mix.Vouchers {
		if !f.setup.OnRoll(v.By) && f.mix.VerifyVoucher(v) == nil && f.mix.CoinOf(v) != nil {
			ck.note(v.Where(), "a valid voucher, paid and not on the roll: "+
				"its owner did not sign for the coin, or the supervisor left it out")
		}
	}
}

// leftOff returns the names of the policy's voters that are not on the roll.
func leftOff(f *facts) (names []string) {
	for _, v := range f.e.Policy.Named {
		if !f.setup.OnRoll(v.Key) {
			names = append(names, v.Name)
		}
	}
	return names
}

// V27: the coin of every entry is as the policy says.
func rollCoin(f *facts, ck *check) {
	ck.expect(len(f.setup.Roll))
	for i, r := range f.setup.Roll {
		where := fmt.Sprintf("slot %d, outpoint %s", i+1, r.Outpoint)
		if coinUnshown(f, r) {
			ck.leave(where, "the coin's creation is not shown: %s", f.beginning())
			ck.fatal = true
			continue
		}
		ck.test(where, f.setup.CoinFault(r, f.replay.Coin(r.Outpoint)))
	}
}

// V28: no roll key is another role's key, or has a candidate's payout.
func rollDisjoint(f *facts, ck *check) {
	ck.expect(len(f.setup.Roll))
	others := map[curve.PublicKey]string{f.e.Policy.Supervisor: "the supervisor"}
	payouts := make(map[string]string)
	if log := f.setup.ExchangeLog; log != nil && log.Registry != nil {
		for _, v := range log.Registry.Voters {
			others[v.Key] = "a registered voter"
		}
		for _, x := range log.Mixers {
			others[x.Key] = "mixer " + x.Name
		}
	}
	for _, c := range f.e.Policy.Candidates {
		others[c.Key], payouts[string(c.Payout)] = "candidate "+c.Name, c.Name
	}
	for i, r := range f.setup.Roll {
		where := fmt.Sprintf("slot %d", i+1)
		if of := others[r.Key]; of != "" {
			ck.fail(where, "the key of %s", of)
		} else if of := payouts[string(templates.P2PKH(r.KeyHash()))]; of != "" {
			ck.fail(where, "the payout of %s", of)
		} else {
			ck.pass()
		}
	}
}
