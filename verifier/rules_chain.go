package verifier

import (
	"fmt"

	"bevote/verifier/election"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// family A: sources and chain
var chainRules = []rule{
	{"V01", "RECORD-PARSE", "E", always, (*audit).recordParse},
	{"V02", "RECORD-CHAIN", "E", always, (*audit).recordChain},
	{"V03", "NETWORK", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Network })},
	{"V04", "HDR-LINK", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Links })},
	{"V05", "HDR-POW", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Mined })},
	{"V06", "HDR-TIME", "E/W", always, counted(func(a *audit) evidence.Findings { return a.chain.Times })},
	{"V07", "HDR-WORK", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Work })},
	{"V08", "TX-INCLUDED", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Included })},
	{"V09", "TX-SANE", "E", always, counted(func(a *audit) evidence.Findings { return a.chain.Sane })},
	{"V10", "SPEND-EVIDENCE", "U", rolled, (*audit).spendEvidence},
	{"V11", "SCRIPT-EXEC", "E", rolled, (*audit).scriptExec},
	{"V12", "SOURCES-AGREE", "–", always, (*audit).sourcesAgree},
	{"V13", "FINAL", "U", rolled, (*audit).final},
}

// counted is the predicate of checks that were made while the chain streamed by.
func counted(of func(*audit) evidence.Findings) func(*audit, *sheet) {
	return func(a *audit, s *sheet) { s.take(of(a)) }
}

// V12: all sources tell the same.
func (a *audit) sourcesAgree(s *sheet) {
	if len(a.chain.Sources()) < 2 {
		s.skip("one source: nothing to compare")
		return
	}
	s.take(a.chain.Agree)
}

// V01: policy, contract and every line decode strictly; what does not was
// refused before there was anything to report on.
func (a *audit) recordParse(s *sheet) {
	s.expect(2 + len(a.lines))
	s.examined = 2 + len(a.lines)
}

// V02: every line is linked, signed, and of its time, and the anchors' heads
// occur in order.
func (a *audit) recordChain(s *sheet) {
	s.expect(len(a.lines))
	for i, l := range a.lines {
		where := fmt.Sprintf("line %d", i+1)
		switch hash, known := a.chain.HashAt(l.Seen.Height); {
		case a.signed[i] != nil:
			s.fail(where, "%v", a.signed[i])
		case !known:
			s.fail(where, "has seen block %d, the chain ends at %d", l.Seen.Height, a.tip)
		case hash != l.Seen.Hash:
			s.fail(where, "has seen block %s at height %d, where the chain has %s", l.Seen.Hash, l.Seen.Height, hash)
		default:
			s.pass()
		}
	}
	a.anchoredInOrder(s)
	a.linesInTime(s)
	a.linesOutOfPhase(s)
}

// linesOutOfPhase lists lines that do not count because of where they stand.
func (a *audit) linesOutOfPhase(s *sheet) {
	for i, l := range a.lines {
		from, to, _, begun := a.setup.Phases.Span(l.Type)
		if begun && (i < from || i >= to) {
			s.note(fmt.Sprintf("line %d", i+1), "does not count: %s outside its phase", l.Type)
		}
	}
}

// anchoredInOrder checks that later anchors commit to longer boards.
func (a *audit) anchoredInOrder(s *sheet) {
	last := 0
	for kind, anchor := range a.setup.Phases.Anchors {
		if anchor == nil {
			continue
		}
		s.expect(1)
		closed := a.setup.Phases.Closed[kind]
		switch {
		case closed < 0:
			s.fail("tx "+anchor.TxID, "the head of the %s anchor is not on the board", election.AnchorNames[kind])
		case closed < last:
			s.fail("tx "+anchor.TxID, "the %s anchor closes %d lines, an earlier one %d", election.AnchorNames[kind], closed, last)
		default:
			s.pass()
		}
		last = max(last, closed)
	}
}

// linesInTime checks that no line has seen the block of the anchor that
// commits to it.
func (a *audit) linesInTime(s *sheet) {
	from := 0
	for kind := election.Announce; kind <= election.LastAnchor; kind++ {
		anchor, to := a.setup.Phases.Anchors[kind], a.setup.Phases.Closed[kind]
		for i := from; i < to; i++ {
			if h := a.lines[i].Seen.Height; h >= anchor.Height {
				s.failed++
				s.note(fmt.Sprintf("line %d", i+1), "has seen block %d and is anchored in block %d", h, anchor.Height)
			}
		}
		from = max(from, to)
	}
}

// V10: for every eligible coin, every counted stake and every deposit the
// evidence shows the spend, or no spend up to the tip. Whole blocks show both, proofs only spends.
func (a *audit) spendEvidence(s *sheet) {
	stakes := a.countedStakes()
	s.expect(len(a.setup.Roll) + len(stakes))
	complete, spends := a.chain.Included.Failed == 0, 0
	look := func(op wire.OutPoint, spent bool) {
		switch {
		case !complete:
			s.leave("outpoint "+op.String(), "blocks are missing or not those of the chain")
			return
		case !spent && a.chain.Proven:
			s.leave("outpoint "+op.String(), "not shown to be spent; merkle proofs cannot show that it is unspent")
			return
		case spent:
			spends++
		}
		s.pass()
	}
	for _, r := range a.setup.Roll {
		c := a.replay.Coins[r.Outpoint]
		look(r.Outpoint, c != nil && c.Spent != nil)
	}
	for _, op := range stakes {
		_, spent := a.replay.StakeSpent(op)
		look(op, spent)
	}
	s.fatal = s.unresolved > 0 // what is not shown can hide a vote
	for _, op := range a.depositsIn() {
		s.expect(1)
		look(op, a.replay.Mixed[op].Spent != nil)
	}
	a.noteAbsence(s, spends)
}

// noteAbsence says on what a claim rests that an output is unspent.
func (a *audit) noteAbsence(s *sheet, spends int) {
	evidence := "whole blocks"
	if a.chain.Proven {
		evidence = "none: merkle proofs show spends only"
	}
	s.note("evidence", "%d outputs spent, %d not; evidence of absence: %s", spends, s.expected-spends, evidence)
}

// depositsIn are the deposits that are on the chain.
func (a *audit) depositsIn() (out []wire.OutPoint) {
	if a.mix == nil {
		return nil
	}
	for _, d := range a.mix.Deposits {
		if a.mix.EscrowOf(d) != nil {
			out = append(out, d.Outpoint)
		}
	}
	return out
}

func (a *audit) countedStakes() (out []wire.OutPoint) {
	for _, r := range a.tally.readings {
		out = append(out, r.vote.Stake)
	}
	return out
}

// V11: every spend of an eligible coin, a deposit or a stake is accepted by the script
// engine under the consensus rules.
func (a *audit) scriptExec(s *sheet) {
	s.expect(len(a.runs))
	for _, r := range a.runs {
		s.test(r.where(), r.err)
	}
}

// V13: every event that counts is buried d blocks deep. The verdict waits for
// votes and claims alone.
func (a *audit) final(s *sheet) {
	look := func(where string, height uint32) {
		s.expect(1)
		if d := a.e.Policy.Confirmations; a.depth(height) < d {
			s.leave(where, "in block %d, %d of %d confirmations", height, a.depth(height), d)
			return
		}
		s.pass()
	}
	for kind, anchor := range a.setup.Phases.Anchors {
		if anchor != nil {
			look("tx "+anchor.TxID+", "+election.AnchorNames[kind], anchor.Height)
		}
	}
	for _, sp := range a.spends {
		if sp.class != "win" {
			look(sp.where(), sp.at.Height)
		}
	}
	others := s.unresolved
	for _, r := range a.tally.readings {
		look(r.vote.Where(), r.vote.Height)
	}
	for _, sp := range a.spends {
		if sp.class == "win" {
			look(sp.where(), sp.at.Height)
		}
	}
	s.fatal = s.unresolved > others
}
