package verifier

import (
	"fmt"
	"sort"
	"strings"

	"bevote/verifier/election"
	"bevote/verifier/result"
)

// story gathers what the audit established.
func (a *audit) story() *result.History {
	s := &result.History{Display: make(map[string]string), Phases: a.phases()}
	for _, c := range a.e.Policy.Candidates {
		if c.Display != "" {
			s.Display[c.Name] = c.Display
		}
	}
	for kind, anchor := range a.setup.Phases.Anchors {
		if anchor != nil {
			addEvent(s, anchor.Height, anchorPhases[kind], result.EventAnchor, "tx "+anchor.TxID, "%s anchored", election.AnchorNames[kind])
		}
	}
	for _, v := range a.votes {
		if v.Counted() {
			addEvent(s, v.Height, result.PhaseVote, result.EventVote, "tx "+v.TxID, "slot %d votes", v.Index)
			continue
		}
		f := v.Exclusion()
		addEvent(s, v.Height, result.PhaseVote, result.EventExcluded, "tx "+v.TxID, "a vote of slot %d that does not count: %s, %s",
			v.Index, voteChecks[f.Kind], f.Message)
	}
	a.tellExchange(s)
	a.tellSpends(s)
	for _, l := range a.tally.lines {
		if author, entitled := a.author(l.Line.By); entitled {
			addEvent(s, l.Line.Seen.Height, result.PhaseReveal, result.EventOpening, fmt.Sprintf("line %d", l.N), "%s opens %d ballots", a.party(author), len(l.Body.Openings))
		}
	}
	sort.SliceStable(s.Events, func(i, j int) bool { return s.Events[i].Height < s.Events[j].Height })
	s.Flows, s.Mixed = a.flows(), a.depositFlows()
	return s
}

// anchorPhases are the phases that the anchors' kinds close.
var anchorPhases = [election.LastAnchor + 1]string{"", result.PhaseRoll, result.PhaseRoll, result.PhaseCommit, result.PhaseDeal, result.PhaseSetup, result.PhaseSetup}

func addEvent(s *result.History, height uint32, phase string, kind result.EventKind, where, format string, args ...any) {
	s.Events = append(s.Events, result.Event{Height: height, Phase: phase, Kind: kind, Text: fmt.Sprintf(format, args...), Where: where})
}

// phases are the policy's, in blocks. The first begins with the announcement.
func (a *audit) phases() []result.Phase {
	t, first := a.e.Policy.Times, a.e.Policy.Times.Roll
	if announced := a.setup.Phases.Anchors[election.Announce]; announced != nil {
		first = min(first, announced.Height)
	}
	out := append([]result.Phase{{Name: result.PhaseRoll, From: first, To: t.Roll}}, a.mixPhases(first)...)
	if a.e.Policy.Dealt() {
		out = append(out, result.Phase{Name: result.PhaseCommit, From: t.Roll + 1, To: t.Commit}, result.Phase{Name: result.PhaseDeal, From: t.Commit + 1, To: t.Deal}, result.Phase{Name: result.PhaseSetup, From: t.Deal + 1, To: t.Setup})
	}
	return append(out, result.Phase{Name: result.PhaseVote, From: t.VoteFrom, To: t.VoteTo}, result.Phase{Name: result.PhaseClaim, From: t.VoteTo + 1, To: t.Claim},
		result.Phase{Name: result.PhaseRefund, From: t.Timeout + 1}, result.Phase{Name: result.PhaseReveal, From: t.Reveal})
}

// tellSpends adds the claims, one event each, and every other spend of a stake.
func (a *audit) tellSpends(s *result.History) {
	for _, c := range a.claims {
		note := ", which does not count"
		if c.claimant > 0 && a.timely(c) {
			note = ""
		}
		addEvent(s, c.at.Height, result.PhaseClaim, a.claimKind(c), c.where(), "%s claims %d stakes%s", a.candidate(c.claimant), len(c.spends), note)
	}
	for _, sp := range a.spends {
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			addEvent(s, sp.at.Height, result.PhaseRefund, result.EventBranch, sp.where(), "branch %s takes the stake of slot %d", name, sp.vote.Index)
		case sp.class == "refund":
			addEvent(s, sp.at.Height, result.PhaseRefund, result.EventRefund, sp.where(), "slot %d takes its stake back", sp.vote.Index)
		case sp.class == "alien":
			addEvent(s, sp.at.Height, result.PhaseRefund, result.EventAlien, sp.where(), "the stake of slot %d is spent by no path of the contract", sp.vote.Index)
		}
	}
}

// flows adds up the stakes of counted votes by where they went, in the order of
// the kinds above, and at the end what is still locked.
func (a *audit) flows() (out []result.Flow) {
	at := make(map[result.Flow]int) // of kind and receiver
	add := func(kind result.EventKind, to string, sats, fee int64) {
		key := result.Flow{Kind: kind, To: to}
		i, known := at[key]
		if !known {
			i = len(out)
			at[key], out = i, append(out, key)
		}
		out[i].Stakes++
		out[i].Sats += sats
		out[i].Fees += fee
	}
	claimed := make(map[*spend]*claim)
	for _, c := range a.claims {
		for _, sp := range c.spends {
			claimed[sp] = c
		}
	}
	fees := a.spendFees()
	for _, sp := range a.spends {
		kind, to := result.EventAlien, ""
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			kind, to = result.EventBranch, name
		case sp.class == "refund":
			kind = result.EventRefund
		case claimed[sp] != nil:
			kind, to = a.claimKind(claimed[sp]), a.candidate(claimed[sp].claimant)
		}
		add(kind, to, sp.vote.Value, fees[sp])
	}
	for _, v := range a.unspent {
		add(result.StillLocked, "", v.Value, 0)
	}
	sort.SliceStable(out, func(i, j int) bool { return flowOrder[out[i].Kind] < flowOrder[out[j].Kind] })
	return out
}

// flowOrder is the order in which flows are told.
var flowOrder = map[result.EventKind]int{result.EventWin: 1, result.EventClaim: 2, result.EventBranch: 3, result.EventRefund: 4, result.EventAlien: 5, result.StillLocked: 6}

// claimKind tells the claims that decide from the others.
func (a *audit) claimKind(c *claim) result.EventKind {
	if a.winner > 0 && c.claimant == a.winner && a.timely(c) {
		return result.EventWin
	}
	return result.EventClaim
}

// spendFees is each spend's part of its transaction's fee. Where other coins
// are spent along with stakes, whose fee it was cannot be told, and it is 0.
func (a *audit) spendFees() map[*spend]int64 {
	byTx := make(map[string][]*spend)
	for _, sp := range a.spends {
		byTx[sp.at.ID.String()] = append(byTx[sp.at.ID.String()], sp)
	}
	fees := make(map[*spend]int64)
	for _, together := range byTx {
		tx := together[0].at.Tx
		if len(tx.TxIn) != len(together) {
			continue
		}
		fee := int64(0)
		for _, sp := range together {
			fee += sp.vote.Value
		}
		for _, out := range tx.TxOut {
			fee -= out.Value
		}
		for i, sp := range together {
			fees[sp] = fee / int64(len(together)-i)
			fee -= fees[sp]
		}
	}
	return fees
}
