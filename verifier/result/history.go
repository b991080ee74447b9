package result

// History is what happened, block by block and satoshi by satoshi: what pictures
// of an election need beyond the verdict. A report's JSON leaves it out.
type History struct {
	Phases   []Phase // in the order in which they begin
	Events   []Event // in the order of their blocks
	Flows    []Flow  // where the stakes of counted votes are now
	Deposits []Flow  // where the deposits went, with mixing
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

// The kinds of event and of flow that mixing has.
const (
	EventRequest EventKind = "request"
	EventDeposit EventKind = "deposit"
	EventIssue   EventKind = "issue"
	EventVoucher EventKind = "voucher"
	EventCoin    EventKind = "coin"
	EventSweep   EventKind = "sweep"
	EventReturn  EventKind = "return"
	EventKept    EventKind = "kept" // of a flow: fees, and what is left in the pool
)

// The phases of the exchange, which end with T1 … T5.
const (
	PhaseRequest = "request"
	PhaseDeposit = "deposit"
	PhaseIssue   = "issue"
	PhaseVoucher = "voucher"
	PhasePayout  = "payout"
)
