package verifier

import (
	"maps"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
)

// claimRules are family I, claims: V81–V91.
func claimRules() []rule {
	return []rule{
		row("V81", "WIN-SET", "–", voting, winSet),
		row("V82", "WIN-SIG-KEY", "E/W", voting, winSignatures),
		row("V83", "WIN-SIGHASH", "A/E", voting, winHashTypes),
		row("V84", "WIN-NONCE", "A", voting, winNonces),
		row("V85", "WIN-PAYOUT", "A/E", voting, winPayouts),
		row("V86", "WIN-WINNER", "A/E", voting, winWinner),
		row("V87", "WIN-DEADLINE", "A", voting, winDeadline),
		row("V88", "WIN-NOT-EARLY", "A", voting, winNotEarly),
		row("V89", "WIN-THRESHOLD", "–", voting, winThreshold),
		row("V90", "WIN-COMPLETE", "W", voting, winComplete),
		row("V91", "WIN-TEMPLATE-ONLY", "W", voting, keysOnlyHere),
	}
}

// candidate names candidate number j, or says that there is none.
func (in *inputs) candidate(j int) string {
	if j == 0 {
		return "nobody that can be told"
	}
	return in.e.Policy.Candidates[j-1].Name
}

// V81: every spend of a counted stake has its class. Claims, and spends of the stakes
// of excluded votes, are listed.
func winSet(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots) - len(f.unspent))
	for _, sp := range f.spends {
		if sp.class == "" {
			ck.fail(sp.where(), "has no class")
			continue
		}
		ck.pass()
	}
	for _, c := range f.claims {
		ck.note(c.where(), "%d stakes claimed in block %d for %s", len(c.spends), c.at.Height, f.candidate(c.claimant))
	}
	for _, v := range f.votes {
		if st := f.replay.Stake(v.Stake); !v.Counted() && st != nil && st.Spent != nil {
			ck.note("tx "+st.Spent.ID.String(), "spends the stake of slot %d, whose vote does not count", v.Index)
		}
	}
}

// V82: each claim's signature verifies under a key of the win path as the dealing
// gives it, whatever keys the script holds.
func winSignatures(f *facts, ck *check) {
	eachWin(f, ck, func(_ *claim, sp *spend) { ck.test(sp.where(), sp.signer) })
}

// beneficiary names the candidate for whom a claim is made.
func beneficiary(f *facts, c *claim) string {
	if c.claimant == 0 {
		return "nobody that can be told"
	}
	return f.candidate(c.claimant)
}

func eachWin(f *facts, ck *check, visit func(*claim, *spend)) {
	for _, c := range f.claims {
		ck.expect(len(c.spends))
		for _, sp := range c.spends {
			visit(c, sp)
		}
	}
}

// V83: SIGHASH_ALL on every claim. A SIGHASH_SINGLE signature without its
// output is valid on every stake.
func winHashTypes(f *facts, ck *check) {
	eachWin(f, ck, func(c *claim, sp *spend) {
		if t := scriptsig.HashType(sp.sig); t != txscript.SigHashAll {
			ck.fatal = ck.fatal || decides(f, c)
			ck.fail(sp.where(), "claimed for %s with hash type %#02x, want SIGHASH_ALL", beneficiary(f, c), byte(t))
			return
		}
		ck.pass()
	})
}

// V84: no two claim signatures share their r.
func winNonces(f *facts, ck *check) {
	seen := make(map[[32]byte]string)
	eachWin(f, ck, func(c *claim, sp *spend) {
		r, ok := curve.NonceOf(sp.sig[:max(0, len(sp.sig)-1)])
		if !ok {
			ck.pass() // V82 names it
			return
		}
		if other := seen[r]; other != "" {
			ck.fail(sp.where(), "claimed for %s with the nonce of %s again", beneficiary(f, c), other)
			return
		}
		seen[r] = sp.where()
		ck.pass()
	})
}

// V85: a claim pays all to its claimant's payout script.
func winPayouts(f *facts, ck *check) {
	ck.expect(len(f.claims))
	for _, c := range f.claims {
		paid := f.paid(c.at.Tx)
		switch {
		case paid > 0 && (c.claimant == 0 || paid == c.claimant):
			ck.pass()
		case paid > 0:
			ck.fatal = ck.fatal || decides(f, c)
			ck.fail(c.where(), "signed by %s, pays %s", f.candidate(c.claimant), f.candidate(paid))
		default:
			ck.fatal = ck.fatal || decides(f, c)
			ck.fail(c.where(), "claimed for %s, does not pay all to one candidate's payout", beneficiary(f, c))
		}
	}
}

// V86: the winner is the earliest timely claimant with k ballots. Other claimants are
// listed. A failure is fatal only if no timely claimant can have k. In custodial
// elections a claim spends only stakes whose ballots are its claimant's.
func winWinner(f *facts, ck *check) {
	ck.expect(len(f.claims))
	k, claims, hopeless := f.e.Policy.K, 0, 0
	for _, c := range f.claims {
		if f.late(c) {
			continue
		}
		claims++
		if c.claimant == 0 || f.tally.max[c.claimant-1] < k {
			hopeless++
		}
	}
	ck.fatal = claims > 0 && hopeless == claims
	for _, c := range f.claims {
		switch j := c.claimant; {
		case j == 0 && f.late(c):
			ck.pass() // V87 names the claim; its claimant is not known
		case j == 0:
			ck.fail(c.where(), "claimed for %s", beneficiary(f, c))
		case f.tally.max[j-1] < k && votesHidden(f):
			ck.leave(c.where(), "%s claims; %d of %d ballots are shown, and votes may be hidden", f.candidate(j), f.tally.max[j-1], k)
		case f.tally.max[j-1] < k:
			ck.fail(c.where(), "%s claims with at most %d of %d ballots", f.candidate(j), f.tally.max[j-1], k)
		case foreign(f, c) > 0:
			ck.fail(c.where(), "claimed for %s, %d of the stakes are of ballots for others", f.candidate(j), foreign(f, c))
		default:
			if j != f.winner {
				ck.note(c.where(), "%s claims with at least %d ballots and is not the winner", f.candidate(j), f.tally.min[j-1])
			}
			ck.pass()
		}
	}
}

// votesHidden reports whether the evidence does not show what has become of a coin of the
// roll: it may have been spent by a vote.
func votesHidden(f *facts) bool {
	return slices.ContainsFunc(f.setup.Roll, func(r election.Slot) bool { return coinHidden(f, r) })
}

// coinHidden is [votesHidden] of one coin.
func coinHidden(f *facts, r election.Slot) bool {
	c := f.replay.Coin(r.Outpoint)
	return coinUnshown(f, r) || f.chain.Proven && c.Spent == nil
}

// foreign counts the stakes of a custodial claim whose ballots are not its claimant's.
func foreign(f *facts, c *claim) (n int) {
	if f.e.Policy.Win != lang.WinCustodial {
		return 0
	}
	for _, sp := range c.spends {
		if !f.tally.bySlot[sp.vote.Index].possible[c.claimant-1] {
			n++
		}
	}
	return n
}

// V87: claims after `claim by` do not count.
func winDeadline(f *facts, ck *check) {
	ck.expect(len(f.claims))
	for _, c := range f.claims {
		if by := f.e.Policy.Times.Claim; c.at.Height > by {
			ck.fail(c.where(), "LATE: claimed for %s in block %d, claims count up to %d",
				beneficiary(f, c), c.at.Height, by)
			continue
		}
		ck.pass()
	}
}

// V88: claims before the vote has closed do not count.
func winNotEarly(f *facts, ck *check) {
	ck.expect(len(f.claims))
	for _, c := range f.claims {
		if to := f.e.Policy.Times.VoteTo; c.at.Height <= to {
			ck.fail(c.where(), "claimed for %s in block %d, the vote closes with %d",
				beneficiary(f, c), c.at.Height, to)
			continue
		}
		ck.pass()
	}
}

// V89 lists how many ballots are opened for the winner. The number decides level L2
// only.
func winThreshold(f *facts, ck *check) {
	if f.winner == 0 {
		return // 0/0
	}
	ck.expect(1)
	ck.pass()
	ck.note("candidate "+f.candidate(f.winner), "%d ballots opened, the threshold is %d",
		f.tally.min[f.winner-1], f.e.Policy.K)
}

// V90: once there is a winner, or the election is over, no stake is unspent.
func winComplete(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots))
	for range f.spends {
		ck.pass()
	}
	for _, v := range f.unspent {
		if f.winner == 0 && !f.over {
			ck.pass()
			continue
		}
		ck.fail("outpoint "+v.Stake.String(), "the stake of slot %d is still open", v.Index)
	}
}

// V91: the joint key and the claim keys, each of which was looked for in the blocks, occur
// in the stakes' scripts alone.
func keysOnlyHere(f *facts, ck *check) {
	if !f.e.Policy.Dealt() {
		ck.skip("custodial")
		return
	}
	ck.expect(len(f.keys))
	for _, name := range slices.Sorted(maps.Keys(f.keys)) {
		if !f.replay.Watches(curve.PublicKey(f.keys[name])) {
			ck.fail("key "+name, "the blocks were not searched for it")
			continue
		}
		ck.pass()
	}
	presenceOnly(f, ck, "other use of the keys")
	ck.failed += f.replay.KeyUses.Len()
	f.replay.KeyUses.Show(ck.note)
}
