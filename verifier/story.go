package verifier

import (
	"fmt"
	"sort"
	"strings"
)

// Story is what happened, block by block and satoshi by satoshi: what pictures
// of an election need beyond the verdict. A report's JSON leaves it out.
type Story struct {
	Display map[string]string // what the policy calls candidates for people, where it does
	Phases  []Phase           // in the order in which they begin
	Events  []Event           // in the order of their blocks
	Flows   []Flow            // where the stakes of counted votes are now
	Mixed   []Flow            // where the deposits went, with mixing
}

// Phase is a stretch of blocks in which the policy lets something happen.
type Phase struct {
	Name     string
	From, To uint32 // first and last block; To is 0 where nothing ends it
}

// The names of phases, in the order in which they begin.
const (
	PhaseRoll   = "roll"
	PhaseCommit = "commit"
	PhaseDeal   = "deal"
	PhaseSetup  = "setup"
	PhaseVote   = "vote"
	PhaseClaim  = "claim"
	PhaseRefund = "refund" // and whatever takes a stake but a claim
	PhaseReveal = "reveal"
)

// EventKind says what sort of thing happened.
type EventKind string

// The kinds of event.
const (
	EventAnchor   EventKind = "anchor"
	EventVote     EventKind = "vote"     // a counted vote
	EventExcluded EventKind = "excluded" // a vote that breaks a rule
	EventWin      EventKind = "win"      // the claim that decides
	EventClaim    EventKind = "claim"    // any other claim
	EventRefund   EventKind = "refund"
	EventBranch   EventKind = "branch"
	EventAlien    EventKind = "alien" // a stake spent by no path of the contract
	EventOpening  EventKind = "opening"

	StillLocked EventKind = "" // of a flow: nobody has taken the stakes
)

// Event is one thing that happened, and where it can be looked up.
type Event struct {
	Height uint32 // of its block; of an opening, the newest block that its author had seen; of a line of the exchange, its author's tip
	Phase  string // to which it belongs, in time or not
	Kind   EventKind
	Text   string
	Where  string
}

// Flow is where some of the stakes went.
type Flow struct {
	Kind   EventKind // a spend's, or StillLocked
	To     string    // a candidate, a branch, or ""
	Stakes int       // or deposits, or coins
	Sats   int64     // in those
	Fees   int64     // of Sats, what miners took, as far as it can be told
}

// story gathers what the audit established.
func (a *audit) story() *Story {
	s := &Story{Display: make(map[string]string), Phases: a.phases()}
	for _, c := range a.e.Policy.Candidates {
		if c.Display != "" {
			s.Display[c.Name] = c.Display
		}
	}
	for kind, anchor := range a.setup.ph.anchors {
		if anchor != nil {
			s.add(anchor.Height, anchorPhases[kind], EventAnchor, "tx "+anchor.TxID, "%s anchored", anchorNames[kind])
		}
	}
	for _, v := range a.votes {
		if v.Counted() {
			s.add(v.Height, PhaseVote, EventVote, "tx "+v.TxID, "slot %d votes", v.Index)
			continue
		}
		s.add(v.Height, PhaseVote, EventExcluded, "tx "+v.TxID, "a vote of slot %d that does not count: %s", v.Index, v.exclusion())
	}
	a.tellExchange(s)
	a.tellSpends(s)
	for _, l := range a.tally.lines {
		if author, entitled := a.author(l.Line.By); entitled {
			s.add(l.Line.Seen.Height, PhaseReveal, EventOpening, fmt.Sprintf("line %d", l.N), "%s opens %d ballots", a.party(author), len(l.Body.Openings))
		}
	}
	sort.SliceStable(s.Events, func(i, j int) bool { return s.Events[i].Height < s.Events[j].Height })
	s.Flows, s.Mixed = a.flows(), a.depositFlows()
	return s
}

// anchorPhases are the phases that the anchors' kinds close.
var anchorPhases = [anchorKinds + 1]string{"", PhaseRoll, PhaseRoll, PhaseCommit, PhaseDeal, PhaseSetup, PhaseSetup}

func (s *Story) add(height uint32, phase string, kind EventKind, where, format string, args ...any) {
	s.Events = append(s.Events, Event{height, phase, kind, fmt.Sprintf(format, args...), where})
}

// exclusion is the first rule that takes the vote out of the count.
func (v *Vote) exclusion() string {
	for _, f := range v.Faults {
		if excluding[f.Check] {
			return f.Check + ", " + f.Message
		}
	}
	return ""
}

// phases are the policy's, in blocks. The first begins with the announcement.
func (a *audit) phases() []Phase {
	t, first := a.e.Policy.Times, a.e.Policy.Times.Roll
	if announced := a.setup.ph.anchors[Announce]; announced != nil {
		first = min(first, announced.Height)
	}
	out := append([]Phase{{PhaseRoll, first, t.Roll}}, a.mixPhases(first)...)
	if a.e.Policy.Dealt() {
		out = append(out, Phase{PhaseCommit, t.Roll + 1, t.Commit}, Phase{PhaseDeal, t.Commit + 1, t.Deal}, Phase{PhaseSetup, t.Deal + 1, t.Setup})
	}
	return append(out, Phase{PhaseVote, t.VoteFrom, t.VoteTo}, Phase{PhaseClaim, t.VoteTo + 1, t.Claim},
		Phase{Name: PhaseRefund, From: t.Timeout + 1}, Phase{Name: PhaseReveal, From: t.Reveal})
}

// tellSpends adds the claims, one event each, and every other spend of a stake.
func (a *audit) tellSpends(s *Story) {
	for _, c := range a.claims {
		note := ", which does not count"
		if c.claimant > 0 && a.timely(c) {
			note = ""
		}
		s.add(c.at.Height, PhaseClaim, a.claimKind(c), c.where(), "%s claims %d stakes%s", a.candidate(c.claimant), len(c.spends), note)
	}
	for _, sp := range a.spends {
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			s.add(sp.at.Height, PhaseRefund, EventBranch, sp.where(), "branch %s takes the stake of slot %d", name, sp.vote.Index)
		case sp.class == "refund":
			s.add(sp.at.Height, PhaseRefund, EventRefund, sp.where(), "slot %d takes its stake back", sp.vote.Index)
		case sp.class == "alien":
			s.add(sp.at.Height, PhaseRefund, EventAlien, sp.where(), "the stake of slot %d is spent by no path of the contract", sp.vote.Index)
		}
	}
}

// flows adds up the stakes of counted votes by where they went, in the order of
// the kinds above, and at the end what is still locked.
func (a *audit) flows() (out []Flow) {
	at := make(map[Flow]int) // of kind and receiver
	add := func(kind EventKind, to string, sats, fee int64) {
		key := Flow{Kind: kind, To: to}
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
		kind, to := EventAlien, ""
		switch name, branch := strings.CutPrefix(sp.class, "branch."); {
		case branch:
			kind, to = EventBranch, name
		case sp.class == "refund":
			kind = EventRefund
		case claimed[sp] != nil:
			kind, to = a.claimKind(claimed[sp]), a.candidate(claimed[sp].claimant)
		}
		add(kind, to, sp.vote.Value, fees[sp])
	}
	for _, v := range a.unspent {
		add(StillLocked, "", v.Value, 0)
	}
	sort.SliceStable(out, func(i, j int) bool { return flowOrder[out[i].Kind] < flowOrder[out[j].Kind] })
	return out
}

// flowOrder is the order in which flows are told.
var flowOrder = map[EventKind]int{EventWin: 1, EventClaim: 2, EventBranch: 3, EventRefund: 4, EventAlien: 5, StillLocked: 6}

// claimKind tells the claims that decide from the others.
func (a *audit) claimKind(c *claim) EventKind {
	if a.winner > 0 && c.claimant == a.winner && a.timely(c) {
		return EventWin
	}
	return EventClaim
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
