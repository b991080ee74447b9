package result

import "time"

// History lists the events of the election by block, and the flows of its coins in
// satoshis. A report's JSON does not contain it.
type History struct {
	Phases   []Phase // in the order in which they begin
	Events   []Event // in the order of their blocks
	Flows    []Flow  // where the stakes of counted votes are now
	Deposits []Flow  // where the deposits went, with mixing
}

// Phase is a range of blocks in which the policy allows something.
type Phase struct {
	Name     string
	From, To uint32 // first and last block; To is 0 without an end

	Begins, Ends time.Time // of the headers of these blocks; zero where the evidence has none
}

// The names of phases, in the order in which they begin.
const (
	PhaseRoll   = "roll"
	PhaseCommit = "commit"
	PhaseDeal   = "deal"
	PhaseSetup  = "setup"
	PhaseVote   = "vote"
	PhaseClaim  = "claim"
	PhaseRefund = "refund" // all spends of stakes except claims
	PhaseReveal = "reveal"
)

// EventKind is the kind of an [Event] and of a [Flow].
type EventKind string

// The kinds of event.
const (
	EventAnchor   EventKind = "anchor"
	EventVote     EventKind = "vote"     // a counted vote
	EventExcluded EventKind = "excluded" // a vote that breaks a rule
	EventWin      EventKind = "win"      // a claim of the winner that counts
	EventClaim    EventKind = "claim"    // any other claim
	EventRefund   EventKind = "refund"
	EventBranch   EventKind = "branch"
	EventAlien    EventKind = "alien" // a stake spent by no path of the contract
	EventOpening  EventKind = "opening"

	StillLocked EventKind = "" // of a flow: the stakes are unspent
)

// Event is one thing that happened.
type Event struct {
	Height uint32 // of its block; of an opening, of its Seen; of a line of the exchange, of its author's tip
	Phase  string // that it belongs to, in time or not
	Kind   EventKind
	At     time.Time // of that block's header; zero where the evidence has none
	Text   string
	Where  string // as in Item
}

// Flow is where a part of the stakes, or of the deposits, went.
type Flow struct {
	Kind   EventKind // a spend's, or StillLocked
	To     string    // a candidate, a branch, or ""
	Stakes int       // number of stakes, deposits or coins
	Sats   int64     // in them, in satoshis
	Fees   int64     // of Sats, taken by miners, as far as it is known
}

// The kinds of event and of flow of the exchange.
const (
	EventMixer   EventKind = "mixer"
	EventDeposit EventKind = "deposit"
	EventIssue   EventKind = "issue"
	EventVoucher EventKind = "voucher"
	EventCoin    EventKind = "coin"
	EventSweep   EventKind = "sweep"
	EventReturn  EventKind = "return"
	EventKept    EventKind = "kept" // of a flow: fees, and what is left in the pool
)

// The phases of the exchange, which end with the policy's heights.
const (
	PhaseRegister = "register"
	PhaseDeposit  = "deposit"
	PhaseIssue    = "issue"
	PhaseVoucher  = "voucher"
	PhasePayout   = "payout"
)
