package verifier

import (
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// chainRules are family A, sources and chain: V01–V13.
func chainRules() []rule {
	return []rule{
		{ID: "V01", Name: "RECORD-PARSE", Class: "E", textual: true, judge: recordParse},
		row("V02", "RECORD-CHAIN", "A/E", always, recordChain),
		row("V03", "NETWORK", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Network })),
		row("V04", "HDR-LINK", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Links })),
		row("V05", "HDR-POW", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Mined })),
		row("V06", "HDR-TIME", "E/W", always, counted(func(f *facts) evidence.Findings { return f.chain.Times })),
		row("V07", "HDR-WORK", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Work })),
		row("V08", "TX-INCLUDED", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Included })),
		row("V09", "TX-SANE", "E", always, counted(func(f *facts) evidence.Findings { return f.chain.Sane })),
		row("V10", "SPEND-EVIDENCE", "U", rolled, spendEvidence),
		row("V11", "SCRIPT-EXEC", "E", rolled, scriptExec),
		row("V12", "SOURCES-AGREE", "–", always, sourcesAgree),
		row("V13", "FINAL", "U", rolled, finality),
	}
}

// counted returns the predicate of a check that package evidence made while the
// chain was read.
func counted(of func(*facts) evidence.Findings) func(*facts, *check) {
	return func(f *facts, ck *check) { ck.take(of(f)) }
}

// V12: all sources show the same headers and blocks.
func sourcesAgree(f *facts, ck *check) {
	if len(f.chain.Sources()) < 2 {
		ck.skip("one source: nothing to compare")
		return
	}
	ck.take(f.chain.Agree)
}

// V01: policy, contract and every line decode strictly. What does not decode has
// no report ([InputError]).
func recordParse(f *facts, ck *check) {
	ck.expect(2 + len(f.lines))
	for range f.decoded {
		ck.pass()
	}
}

// V02: every line up to the last anchor is linked, and there those in their phases and by
// their authors are signed and name blocks of this chain. What the supervisor took wrongly
// does not count and is held against it. After the last anchor a mirror may continue the
// board: what is wrong there is listed.
func recordChain(f *facts, ck *check) {
	anchored := f.setup.Phases.Anchored()
	found := func(i int, fatal bool, format string, args ...any) {
		where := fmt.Sprintf("line %d", i+1)
		if i >= anchored {
			ck.note(where, format, args...)
			return
		}
		ck.expect(1)
		ck.fail(where, format, args...)
		ck.fatal = ck.fatal || fatal
	}
	for i := range f.lines {
		r := f.setup.Phases.Refused(i)
		switch {
		case !f.linked[i]:
			found(i, true, "prev is not the hash of the line before")
		case i == 0:
			ck.expect(1)
			firstSeen(f, ck)
		case r == nil:
			ck.expect(1)
			ck.pass()
		case f.tookWrongly(i):
			found(i, false, "does not count, and the supervisor took it: %s", r.Reason)
		}
	}
	listRefused(f, ck, func(t board.Type) bool {
		return t != board.TypeRoll && t != board.TypeOpening && t != board.TypeDeposit
	})
}

// firstSeen judges the block that line 1 names: it is on the chain, below the announcement. Where the chain
// that is shown ends before both, nothing is known of it.
func firstSeen(f *facts, ck *check) {
	seen, announced := f.lines[0].Seen, f.setup.Phases.Anchor(election.Announce)
	switch hash, known := f.chain.HashAt(seen.Height); {
	case known && hash != seen.Hash:
		ck.fail("line 1", "the supervisor: has seen block %s at height %d, where the chain has %s", seen.Hash, seen.Height, hash)
	case known:
		ck.pass()
	case announced != nil:
		ck.fail("line 1", "the supervisor: has seen block %d, the announcement is in block %d", seen.Height, announced.Height)
	default:
		ck.leave("line 1", "has seen block %d, the chain that is shown ends at %d", seen.Height, f.tip)
	}
}

// V10: for every eligible coin, every counted stake and every deposit the
// evidence shows the spend, or that there is none up to the tip. Whole blocks show
// both, proofs spends only.
func spendEvidence(f *facts, ck *check) {
	stakes := countedStakes(f)
	ck.expect(len(f.setup.Roll) + len(stakes))
	complete, spends := f.chain.Included.Failed == 0, 0
	look := func(op wire.OutPoint, spent bool) {
		switch {
		case !complete:
			ck.leave("outpoint "+op.String(), "blocks are missing or not those of the chain")
			return
		case !spent && f.chain.Proven:
			ck.leave("outpoint "+op.String(), "not shown to be spent; merkle proofs cannot show that it is unspent")
			return
		case spent:
			spends++
		}
		ck.pass()
	}
	for _, r := range f.setup.Roll {
		if coinUnshown(f, r) {
			ck.leave("outpoint "+r.Outpoint.String(), "the coin's creation is not shown: %s", f.beginning())
			continue
		}
		c := f.replay.Coin(r.Outpoint)
		look(r.Outpoint, c != nil && c.Spent != nil)
	}
	for _, op := range stakes {
		_, spent := f.replay.StakeSpent(op)
		look(op, spent)
	}
	ck.fatal = ck.unresolved > 0 && f.setup.Ended == "" // what is not shown can hide a vote
	for _, d := range depositsIn(f) {
		ck.expect(1)
		look(d.Outpoint, f.mix.SpendingTx(d) != nil)
	}
	noteAbsence(f, ck, spends)
}

// noteAbsence lists how many outputs are unspent, and what shows it.
func noteAbsence(f *facts, ck *check, spends int) {
	evidence := "whole blocks"
	if f.chain.Proven {
		evidence = "none: merkle proofs show spends only"
	}
	ck.note("evidence", "%d outputs spent, %d not; evidence of absence: %s", spends, ck.expected-spends, evidence)
}

// depositsIn returns the deposits that are on the chain.
func depositsIn(f *facts) (out []*election.Deposit) {
	if f.mix == nil {
		return nil
	}
	for _, d := range f.mix.Deposits {
		if f.mix.EscrowOf(d) != nil {
			out = append(out, d)
		}
	}
	return out
}

// countedStakes returns the outpoints of the stakes of counted votes.
func countedStakes(f *facts) (out []wire.OutPoint) {
	for _, r := range f.tally.ballots {
		out = append(out, r.vote.Stake)
	}
	return out
}

// V11: the script engine accepts every spend of a roll member's coin, a deposit or a vote's
// stake under the consensus rules.
func scriptExec(f *facts, ck *check) {
	ck.expect(len(f.runs))
	for _, r := range f.runs {
		ck.test(r.where(), r.err)
	}
}

// V13: every event that counts has d confirmations. A failure is fatal only for a vote
// or a timely claim.
func finality(f *facts, ck *check) {
	look := func(where string, height uint32) {
		ck.expect(1)
		if d := f.e.Policy.Confirmations; f.depth(height) < d {
			ck.leave(where, "in block %d, %d of %d confirmations", height, f.depth(height), d)
			return
		}
		ck.pass()
	}
	for kind, anchor := range f.setup.Phases.Anchors() {
		if anchor != nil {
			look("tx "+anchor.TxID+", "+election.AnchorName(kind), anchor.Height)
		}
	}
	counts := func(sp *spend) bool { return sp.class == "win" && sp.at.Height <= f.e.Policy.Times.Claim }
	for _, sp := range f.spends {
		if !counts(sp) {
			look(sp.where(), sp.at.Height)
		}
	}
	others := ck.unresolved
	for _, r := range f.tally.ballots {
		look(r.vote.Where(), r.vote.Height)
	}
	for _, sp := range f.spends {
		if counts(sp) {
			look(sp.where(), sp.at.Height)
		}
	}
	ck.fatal = ck.unresolved > others
}
