package verifier

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"bevote/verifier/election"
	"bevote/verifier/result"
)

// history lists the events, phases and flows that the audit established.
func history(f *facts) *result.History {
	s := &result.History{Phases: policyPhases(f)}
	for kind, anchor := range f.setup.Phases.Anchors() {
		if anchor != nil {
			addEvent(s, anchor.Height, anchorPhases[kind], result.EventAnchor, "tx "+anchor.TxID,
				"%s anchored", election.AnchorName(kind))
		}
	}
	for _, v := range f.votes {
		if v.Counted() {
			addEvent(s, v.Height, result.PhaseVote, result.EventVote, "tx "+v.TxID, "slot %d votes", v.Index)
			continue
		}
		fault := v.Exclusion()
		addEvent(s, v.Height, result.PhaseVote, result.EventExcluded, "tx "+v.TxID,
			"a vote of slot %d that does not count: %s, %s", v.Index, voteChecks[fault.Kind], fault.Message)
	}
	addExchange(f, s)
	addSpends(f, s)
	for _, l := range f.tally.lines {
		addEvent(s, l.Line.Seen.Height, result.PhaseReveal, result.EventOpening, fmt.Sprintf("line %d", l.N),
			"%s opens %d ballots", f.party(f.e.Opener(l.Line.By)), len(l.Body.Openings))
	}
	sort.SliceStable(s.Events, func(i, j int) bool { return s.Events[i].Height < s.Events[j].Height })
	s.Flows, s.Deposits = flows(f), depositFlows(f)
	date(f, s)
	return s
}

// date adds the times of the headers that the evidence shows.
func date(f *facts, s *result.History) {
	at := func(height uint32) (none time.Time) {
		if t, ok := f.chain.TimeAt(height); ok && height <= f.tip {
			return t
		}
		return none
	}
	for i := range s.Phases {
		s.Phases[i].Begins, s.Phases[i].Ends = at(s.Phases[i].From), at(s.Phases[i].To)
	}
	for i := range s.Events {
		s.Events[i].At = at(s.Events[i].Height)
	}
}

// anchorPhases are the phases that the anchors' kinds close.
var anchorPhases = [election.LastAnchor + 1]string{
	"", result.PhaseRoll, result.PhaseRoll, result.PhaseDeposit, result.PhaseIssue, result.PhaseVoucher,
	result.PhaseRoll, result.PhaseCommit, result.PhaseDeal, result.PhaseSetup,
}

func addEvent(s *result.History, height uint32, phase string, kind result.EventKind, where, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.Events = append(s.Events, result.Event{Height: height, Phase: phase, Kind: kind, Text: text, Where: where})
}

// policyPhases returns the phases of the policy, in blocks. The first begins with the
// announcement.
func policyPhases(f *facts) []result.Phase {
	t, first := f.e.Policy.Times, f.e.Policy.Times.Roll
	if announced := f.setup.Phases.Anchor(election.Announce); announced != nil {
		first = min(first, announced.Height)
	}
	out := append([]result.Phase{{Name: result.PhaseRoll, From: first, To: t.Roll}}, mixPhases(f, first)...)
	if f.e.Policy.Dealt() {
		out = append(out,
			result.Phase{Name: result.PhaseCommit, From: t.Roll + 1, To: t.Commit},
			result.Phase{Name: result.PhaseDeal, From: t.Commit + 1, To: t.Deal},
			result.Phase{Name: result.PhaseSetup, From: t.Deal + 1, To: t.Setup})
	}
	return append(out,
		result.Phase{Name: result.PhaseVote, From: t.VoteFrom, To: t.VoteTo},
		result.Phase{Name: result.PhaseClaim, From: t.VoteTo + 1, To: t.Claim},
		result.Phase{Name: result.PhaseRefund, From: t.Timeout + 1},
		result.Phase{Name: result.PhaseReveal, From: t.Reveal})
}

// addSpends adds an event for each claim and for every other spend of a stake.
func addSpends(f *facts, s *result.History) {
	for _, c := range f.claims {
		note := ", which does not count"
		if c.claimant > 0 && f.timely(c) {
			note = ""
		}
		addEvent(s, c.at.Height, result.PhaseClaim, claimKind(f, c), c.where(),
			"%s claims %d stakes%s", f.candidate(c.claimant), len(c.spends), note)
	}
	for _, sp := range f.spends {
		add := func(kind result.EventKind, format string, args ...any) {
			addEvent(s, sp.at.Height, result.PhaseRefund, kind, sp.where(), format, args...)
		}
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			add(result.EventBranch, "branch %s takes the stake of slot %d", name, sp.vote.Index)
		case sp.class == "refund":
			add(result.EventRefund, "slot %d takes its stake back", sp.vote.Index)
		case sp.class == "alien":
			add(result.EventAlien, "the stake of slot %d is spent by no path of the contract", sp.vote.Index)
		}
	}
}

// flows adds up the stakes of counted votes by kind of spend and receiver, in the
// order of flowOrder.
func flows(f *facts) (out []result.Flow) {
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
	for _, c := range f.claims {
		for _, sp := range c.spends {
			claimed[sp] = c
		}
	}
	fees := spendFees(f)
	for _, sp := range f.spends {
		kind, to := result.EventAlien, ""
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			kind, to = result.EventBranch, name
		case sp.class == "refund":
			kind = result.EventRefund
		case claimed[sp] != nil:
			kind, to = claimKind(f, claimed[sp]), f.candidate(claimed[sp].claimant)
		}
		add(kind, to, sp.vote.Value, fees[sp])
	}
	for _, v := range f.unspent {
		add(result.StillLocked, "", v.Value, 0)
	}
	sort.SliceStable(out, func(i, j int) bool { return flowOrder[out[i].Kind] < flowOrder[out[j].Kind] })
	return out
}

// flowOrder is the order of flows in a report.
var flowOrder = map[result.EventKind]int{
	result.EventWin: 1, result.EventClaim: 2, result.EventBranch: 3,
	result.EventRefund: 4, result.EventAlien: 5, result.StillLocked: 6,
}

// claimKind is EventWin for claims of the winner that count, else EventClaim.
func claimKind(f *facts, c *claim) result.EventKind {
	if f.winner > 0 && c.claimant == f.winner && f.timely(c) {
		return result.EventWin
	}
	return result.EventClaim
}

// spendFees divides each transaction's fee among the stakes that it spends, in
// satoshis. The share is 0 if the transaction also spends other outputs, whose values
// are not known.
func spendFees(f *facts) map[*spend]int64 {
	byTx := make(map[string][]*spend)
	for _, sp := range f.spends {
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

// mixPhases returns the phases of mixing, in blocks. The first begins with the
// announcement.
func mixPhases(f *facts, first uint32) (out []result.Phase) {
	if f.mix == nil {
		return nil
	}
	t := f.e.Policy.Times
	for _, p := range []result.Phase{
		{Name: result.PhaseRegister, To: t.Register}, {Name: result.PhaseDeposit, To: t.Deposit},
		{Name: result.PhaseIssue, To: t.Issue}, {Name: result.PhaseVoucher, To: t.Voucher},
		{Name: result.PhasePayout, To: t.Payout},
	} {
		p.From, first = first, p.To+1
		out = append(out, p)
	}
	return out
}

// addExchange adds the events of deposits and vouchers.
func addExchange(f *facts, s *result.History) {
	if f.mix == nil {
		return
	}
	written := func(n int) uint32 { return f.lines[n-1].Seen.Height + f.e.Policy.Depth() - 1 } // the author's tip
	for _, x := range f.mix.Mixers {
		addEvent(s, written(x.N), result.PhaseRegister, result.EventMixer, fmt.Sprintf("line %d", x.N),
			"mixer %s accepts to pay %d coins", x.Name, x.Coins)
	}
	for _, d := range f.mix.Deposits {
		if f.mix.CheckDeposit(d) == nil {
			addEvent(s, f.mix.EscrowOf(d).Created.Height, result.PhaseDeposit, result.EventDeposit, "outpoint "+d.Outpoint.String(),
				"a deposit with mixer %s", d.Mixer.Name)
		}
		if f.mix.RightlyIssued(d) {
			addEvent(s, written(d.Answer.N), result.PhaseIssue, result.EventIssue, d.Where(),
				"mixer %s issues for a deposit", d.Mixer.Name)
		}
		if f.mix.SpendPath(d) == election.Returned {
			back := f.mix.SpendingTx(d)
			addEvent(s, back.Height, result.PhaseRefund, result.EventReturn, "tx "+back.ID.String(),
				"a deposit goes back to its owner")
		}
	}
	for _, sweep := range f.mix.SweepTxs() {
		addEvent(s, sweep.Height, result.PhasePayout, result.EventSweep, "tx "+sweep.ID.String(),
			"a sweep of %d deposits", len(sweep.Tx.TxIn))
	}
	for _, v := range f.mix.Payable() {
		addEvent(s, written(v.N), result.PhaseVoucher, result.EventVoucher, v.Where(),
			"a voucher for mixer %s", v.Mixer.Name)
		if c := f.mix.CoinOf(v); c != nil {
			addEvent(s, c.Height, result.PhasePayout, result.EventCoin, "outpoint "+c.Outpoint.String(),
				"a coin for the voucher of line %d", v.N)
		}
	}
}

// depositFlows adds up the deposits by how they were spent.
func depositFlows(f *facts) (out []result.Flow) {
	if f.mix == nil {
		return nil
	}
	sums := make(map[string]*result.Flow)
	for _, path := range []string{election.Swept, election.Returned, ""} {
		sums[path] = &result.Flow{}
	}
	for _, d := range f.mix.Deposits {
		if flow := sums[f.mix.SpendPath(d)]; flow != nil && f.mix.Sats(d) > 0 {
			flow.Stakes++
			flow.Sats += f.mix.Sats(d)
		}
	}
	coins := result.Flow{Kind: result.EventCoin}
	for _, v := range f.mix.Payable() {
		if f.mix.CoinOf(v) != nil {
			coins.Stakes++
			coins.Sats += f.e.Policy.Coin()
		}
	}
	coins.Sats = min(coins.Sats, sums[election.Swept].Sats) // mixers lent the rest
	kept := result.Flow{Kind: result.EventKept, Stakes: 0, Sats: sums[election.Swept].Sats - coins.Sats}
	back, open := *sums[election.Returned], *sums[""]
	back.Kind, open.Kind = result.EventReturn, result.StillLocked
	for _, flow := range []result.Flow{coins, kept, back, open} {
		if flow.Sats > 0 {
			out = append(out, flow)
		}
	}
	return out
}
