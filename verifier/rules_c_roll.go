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
		row("V24", "ROLL-ANCHOR", "A", always, rollAnchor),
		row("V25", "ROLL-UNIQUE", "A", rolled, rollUnique),
		row("V26", "ROLL-SIZE", "A", rolled, rollSize),
		row("V27", "ROLL-COIN", "I", rolled, rollCoin),
		row("V28", "ROLL-DISJOINT", "W", rolled, rollDisjoint),
	}
}

// V24: the anchors up to the roll's, those of the exchange among them, continue the
// sequence, each in time, with a head that is on the board.
func rollAnchor(f *facts, ck *check) {
	kind := election.RollClosed
	if m := f.setup.Phases.Missing(); m != nil && m.Kind > election.Announce && m.Kind < kind {
		kind = m.Kind
	}
	anchorRow(f, ck, kind)
}

// anchorRow is [anchorOf] as a check of its own.
func anchorRow(f *facts, ck *check, kind int) {
	switch {
	case anchorOf(f, ck, kind):
	case f.setup.Ended != "":
		ck.skip("ended")
	case f.setup.Phases.Missing() != nil:
		ck.skip("there is no announcement")
	default:
		ck.skip("not yet")
	}
}

// anchorOf checks that the anchor of a kind is there. Without it the election has ended.
// It reports whether the anchor is owed and due, or there. Evidence that does not show
// the announcement shows none of the anchors that continue it.
func anchorOf(f *facts, ck *check, kind int) bool {
	missing, where := f.setup.Phases.Missing(), fmt.Sprintf("block %d", f.last(kind))
	closed := f.setup.Phases.Closed(kind)
	absent := missing != nil && missing.Kind == kind
	if due := f.setup.Ended == "" && missing == nil && f.tip > f.last(kind); !closed && !absent && !due {
		return false
	}
	ck.expect(1)
	switch {
	case closed && f.showsBeginning():
		ck.pass()
	case closed:
		where = "tx " + f.setup.Phases.Anchor(kind).TxID
		ck.leave(where, "continues an announcement that is not shown to be the first: %s", f.beginning())
		ck.fatal = true
	case absent && f.showsBeginning():
		ck.fail(missing.Where, "the supervisor: %s", missing.Reason)
	default:
		ck.leave(where, "no %s anchor is shown; %s", election.AnchorName(kind), f.beginning())
		ck.fatal = true
	}
	return true
}

// V25: the supervisor's roll lists entries, sorted by key, each key and each coin once.
// Without such a roll the election has ended. Lines by other authors do not count.
func rollUnique(f *facts, ck *check) {
	ck.expect(1)
	ck.test(fmt.Sprintf("line %d", f.setup.RollLine), f.setup.RollFault)
	listRefused(f, ck, func(t board.Type) bool { return t == board.TypeRoll })
}

// V26: the roll leaves off no entry that it owes a place, and with mixing lists no key
// without a payable voucher. Named voters that are not on the roll are listed: the
// board does not show whether they declined.
func rollSize(f *facts, ck *check) {
	if f.setup.RollFault != nil {
		ck.skip("there is no roll")
		return
	}
	due := f.setup.Entries(f.replay)
	ck.expect(len(due))
	for _, entry := range due {
		where := fmt.Sprintf("line %d", entry.N)
		switch listed := f.setup.SlotOf(entry.Key); {
		case listed == 0:
			ck.fail(where, "the supervisor leaves off an entry whose coin is right")
		case wrongEntry(f, f.setup.Roll[listed-1]):
			ck.fail(where, "the supervisor lists the entry of line %d of the same key instead, whose coin is not right", f.setup.Roll[listed-1].N)
		default:
			ck.pass()
		}
	}
	if absent := leftOff(f); len(absent) > 0 {
		named := len(f.e.Policy.Named)
		ck.note("roll", "%d of %d named voters; left off: %s", named-len(absent), named, strings.Join(absent, ", "))
	}
	for _, entry := range f.setup.Unentitled {
		ck.expect(1)
		if depositsHidden(f) {
			ck.leave(fmt.Sprintf("line %d", entry.N), "whether its voucher is payable is not shown: %s", f.beginning())
			continue
		}
		ck.fail(fmt.Sprintf("line %d", entry.N), "the supervisor lists a key without a payable voucher, which is no member")
	}
	if f.mix == nil {
		return
	}
	for _, v := range f.mix.Payable() {
		if !f.setup.OnRoll(v.By) && f.mix.CoinOf(v) != nil {
			ck.note(v.Where(), "a voucher that was paid, and its key is not on the roll: its owner did not enter, or the supervisor left it out")
		}
	}
}

// wrongEntry reports whether the coin of a slot is shown not to be right.
func wrongEntry(f *facts, r election.Slot) bool {
	return !coinUnshown(f, r) && f.setup.CoinFault(r, f.replay.Coin(r.Outpoint)) != nil
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
	if log := f.mix; log != nil && log.Registry != nil {
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
