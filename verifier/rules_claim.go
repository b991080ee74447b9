package verifier

import (
	"bytes"
	"fmt"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"

	"github.com/btcsuite/btcd/txscript/v2"
)

// family I: winning transactions
var claimRules = []rule{
	{"V81", "WIN-SET", "–", voting, (*audit).winSet},
	{"V82", "WIN-SIG-KEY", "E", voting, (*audit).winSignatures},
	{"V83", "WIN-SIGHASH", "A/E", voting, (*audit).winHashTypes},
	{"V84", "WIN-NONCE", "A", voting, (*audit).winNonces},
	{"V85", "WIN-PAYOUT", "A/E", voting, (*audit).winPayouts},
	{"V86", "WIN-WINNER", "A/E", voting, (*audit).winWinner},
	{"V87", "WIN-DEADLINE", "A", voting, (*audit).winDeadline},
	{"V88", "WIN-NOT-EARLY", "A", voting, (*audit).winNotEarly},
	{"V89", "WIN-THRESHOLD", "–", voting, (*audit).winThreshold},
	{"V90", "WIN-COMPLETE", "W", voting, (*audit).winComplete},
	{"V91", "WIN-TEMPLATE-ONLY", "W", voting, (*audit).keysOnlyHere},
}

// candidate names a claimant.
func (a *audit) candidate(j int) string {
	if j == 0 {
		return "nobody that can be told"
	}
	return a.e.Policy.Candidates[j-1].Name
}

// V81: every spend of a counted stake is sorted by its path.
func (a *audit) winSet(s *sheet) {
	s.expect(len(a.spends))
	s.examined = len(a.spends)
	for _, c := range a.claims {
		s.note(c.where(), "%d stakes claimed in block %d for %s", len(c.spends), c.at.Height, a.candidate(c.claimant))
	}
	for _, v := range a.votes {
		if st := a.replay.Stakes[v.Stake]; !v.Counted() && st != nil && st.Spent != nil {
			s.note("tx "+st.Spent.ID.String(), "spends the stake of slot %d, whose vote does not count", v.Index)
		}
	}
}

// V82: each claim's signature is by the joint key, a claim key, or the
// supervisor's, checked under that key and not by the script's word.
func (a *audit) winSignatures(s *sheet) {
	a.eachWin(s, func(_ *claim, sp *spend) { s.test(sp.where(), sp.signer) })
}

// beneficiary names for whom a claim is.
func (a *audit) beneficiary(c *claim) string {
	if c.claimant == 0 {
		return "nobody that can be told"
	}
	return a.candidate(c.claimant)
}

func (a *audit) eachWin(s *sheet, f func(*claim, *spend)) {
	for _, c := range a.claims {
		s.expect(len(c.spends))
		for _, sp := range c.spends {
			f(c, sp)
		}
	}
}

// V83: SIGHASH_ALL on every claim. A SIGHASH_SINGLE signature without its
// output is valid on every stake.
func (a *audit) winHashTypes(s *sheet) {
	a.eachWin(s, func(c *claim, sp *spend) {
		if t := scriptsig.HashType(sp.sig); t != txscript.SigHashAll {
			s.fatal = s.fatal || a.decides(c)
			s.fail(sp.where(), "claimed for %s with hash type %#02x, want SIGHASH_ALL", a.beneficiary(c), byte(t))
			return
		}
		s.pass()
	})
}

// V84: no two claim signatures share their r.
func (a *audit) winNonces(s *sheet) {
	seen := make(map[[32]byte]string)
	a.eachWin(s, func(c *claim, sp *spend) {
		r, ok := curve.NonceOf(sp.sig[:max(0, len(sp.sig)-1)])
		if !ok {
			s.pass() // V82 names it
			return
		}
		if other := seen[r]; other != "" {
			s.fail(sp.where(), "claimed for %s with the nonce of %s again", a.beneficiary(c), other)
			return
		}
		seen[r] = sp.where()
		s.pass()
	})
}

// V85: a claim pays all to its claimant's payout script.
func (a *audit) winPayouts(s *sheet) {
	s.expect(len(a.claims))
	for _, c := range a.claims {
		paid := a.paid(c.at.Tx)
		switch {
		case paid > 0 && (c.claimant == 0 || paid == c.claimant):
			s.pass()
		case paid > 0:
			s.fatal = s.fatal || a.decides(c)
			s.fail(c.where(), "signed by %s, pays %s", a.candidate(c.claimant), a.candidate(paid))
		default:
			s.fatal = s.fatal || a.decides(c)
			s.fail(c.where(), "claimed for %s, does not pay all to one candidate's payout", a.beneficiary(c))
		}
	}
}

// V86: the winner is the earliest timely claimant with k ballots. Others are
// listed; the election is refuted only if no claimant can have k. In custodial
// elections the supervisor may take the winner's stakes alone.
func (a *audit) winWinner(s *sheet) {
	s.expect(len(a.claims))
	k, hopeless := a.e.Policy.K, true
	for _, c := range a.claims {
		hopeless = hopeless && (c.claimant == 0 || a.tally.max[c.claimant-1] < k)
	}
	s.fatal = hopeless
	for _, c := range a.claims {
		switch j := c.claimant; {
		case j == 0:
			s.fail(c.where(), "claimed for %s", a.beneficiary(c))
		case a.tally.max[j-1] < k:
			s.fail(c.where(), "%s claims with at most %d of %d ballots", a.candidate(j), a.tally.max[j-1], k)
		case a.foreign(c) > 0:
			s.fail(c.where(), "claimed for %s, %d of the stakes are of ballots for others", a.candidate(j), a.foreign(c))
		default:
			if j != a.winner {
				s.note(c.where(), "%s claims with at least %d ballots and is not the winner", a.candidate(j), a.tally.min[j-1])
			}
			s.pass()
		}
	}
}

// foreign counts the stakes of a custodial claim whose ballots are not its claimant's.
func (a *audit) foreign(c *claim) (n int) {
	if a.e.Policy.Win != lang.WinCustodial {
		return 0
	}
	for _, sp := range c.spends {
		if !a.tally.bySlot[sp.vote.Index].possible[c.claimant-1] {
			n++
		}
	}
	return n
}

// V87: claims after `claim by` do not count.
func (a *audit) winDeadline(s *sheet) {
	s.expect(len(a.claims))
	for _, c := range a.claims {
		if by := a.e.Policy.Times.Claim; c.at.Height > by {
			s.fail(c.where(), "LATE: claimed for %s in block %d, claims count up to %d", a.beneficiary(c), c.at.Height, by)
			continue
		}
		s.pass()
	}
}

// V88: nor do claims before the vote has closed.
func (a *audit) winNotEarly(s *sheet) {
	s.expect(len(a.claims))
	for _, c := range a.claims {
		if to := a.e.Policy.Times.VoteTo; c.at.Height <= to {
			s.fail(c.where(), "claimed for %s in block %d, the vote closes with %d", a.beneficiary(c), c.at.Height, to)
			continue
		}
		s.pass()
	}
}

// V89: whether k ballots are opened for the winner; it decides the level, not the verdict.
func (a *audit) winThreshold(s *sheet) {
	if a.winner == 0 {
		return // 0/0
	}
	s.expect(1)
	s.pass()
	s.note("candidate "+a.candidate(a.winner), "%d ballots opened, the threshold is %d", a.tally.min[a.winner-1], a.e.Policy.K)
}

// V90: stakes that nobody has taken yet.
func (a *audit) winComplete(s *sheet) {
	s.expect(len(a.tally.readings))
	s.examined = len(a.tally.readings)
	if a.winner == 0 && !a.over {
		return
	}
	for _, v := range a.unspent {
		s.failed++
		s.note("outpoint "+v.Stake.String(), "the stake of slot %d is still open", v.Index)
	}
}

// V91: the joint key and the claim keys occur in the stakes' scripts alone.
func (a *audit) keysOnlyHere(s *sheet) {
	if !a.e.Policy.Dealt() {
		s.skip("custodial")
		return
	}
	s.expect(len(a.replay.WatchedKeys))
	s.examined = len(a.replay.WatchedKeys)
	a.presenceOnly(s, "other use of the keys")
	s.failed += len(a.replay.KeyUses.List)
	a.replay.KeyUses.Show(s.note)
}

// family J: refunds
var refundRules = []rule{
	{"V92", "REF-PATH", "E", voting, (*audit).refundPath},
	{"V93", "REF-HEIGHT", "E", voting, (*audit).refundHeight},
	{"V94", "REF-KEY", "E", voting, (*audit).refundKey},
	{"V95", "REF-STATE", "E", voting, (*audit).refundState},
	{"V96", "REF-RACE", "W", voting, (*audit).refundRace},
	{"V97", "REF-NOWINNER", "E", voting, (*audit).noWinner},
}

func (a *audit) refunds() (out []*spend) {
	for _, sp := range a.spends {
		if sp.class == "refund" {
			out = append(out, sp)
		}
	}
	return out
}

// V92: a refund carries the locktime and a sequence that lets it count.
func (a *audit) refundPath(s *sheet) {
	s.expect(len(a.refunds()))
	for _, sp := range a.refunds() {
		tx, timeout := sp.at.Tx, a.e.Policy.Times.Timeout
		switch {
		case tx.LockTime < timeout || tx.LockTime >= txscript.LockTimeThreshold:
			s.fail(sp.where(), "locktime %d, want %d or later", tx.LockTime, timeout)
		case tx.TxIn[sp.at.Input].Sequence == 0xffffffff:
			s.fail(sp.where(), "a final sequence switches the locktime off")
		default:
			s.pass()
		}
	}
}

// V93: no refund before block T+1.
func (a *audit) refundHeight(s *sheet) {
	s.expect(len(a.refunds()))
	for _, sp := range a.refunds() {
		if timeout := a.e.Policy.Times.Timeout; sp.at.Height <= timeout {
			s.fail(sp.where(), "in block %d, refunds begin with %d", sp.at.Height, timeout+1)
			continue
		}
		s.pass()
	}
}

// V94: a refund is signed by the roll key of its slot.
func (a *audit) refundKey(s *sheet) {
	refunds := a.refunds()
	s.expect(len(refunds))
	faults := make([]error, len(refunds))
	cores.Each(len(refunds), func(i int) { faults[i] = a.verifyRefund(refunds[i]) })
	for i, sp := range refunds {
		s.test(sp.where(), faults[i])
	}
}

func (a *audit) verifyRefund(sp *spend) error {
	key := a.setup.Roll[sp.vote.Index-1].Key
	for _, item := range sp.items {
		if len(item) == len(key) && !bytes.Equal(item, key[:]) {
			return fmt.Errorf("by key %x, want the roll key of slot %d", item, sp.vote.Index)
		}
	}
	return sp.signedBy(sp.sig, key)
}

// V95: every counted stake is in exactly one state. Who took one by a branch is
// listed: no count decides that.
func (a *audit) refundState(s *sheet) {
	s.expect(len(a.tally.readings))
	s.examined = len(a.unspent)
	for _, sp := range a.spends {
		switch sp.class {
		case "alien":
			s.fail(sp.where(), "spends the stake of slot %d by no path of the contract", sp.vote.Index)
			continue
		case "win", "refund":
		default:
			s.note(sp.where(), "the stake of slot %d is taken by %s in block %d", sp.vote.Index, sp.class, sp.at.Height)
		}
		s.pass()
	}
}

// V97: where no candidate can have k ballots, nobody claims.
func (a *audit) noWinner(s *sheet) {
	for _, most := range a.tally.max {
		if most >= a.e.Policy.K {
			return // 0/0: somebody may have them
		}
	}
	s.expect(len(a.claims))
	for _, c := range a.claims {
		s.fail(c.where(), "claimed for %s although no candidate can have %d ballots", a.candidate(c.claimant), a.e.Policy.K)
	}
}
