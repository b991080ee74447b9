package election

import "fmt"

// FaultKind is a rule that a vote can break.
type FaultKind int

// The kinds of faults. Those of the first group exclude the vote from the count.
const (
	BadCoin         FaultKind = iota // the coin that it spends is not eligible
	AfterEnd                         // the election had ended at the roll or the setup
	SeveralSlots                     // it spends the coins of several slots
	WrongScript                      // not one output pays the filled contract
	WrongStake                       // the stake is of another value
	NoBallot                         // not one OP_RETURN carries the ballot
	OutsideWindow                    // it is in a block before or after the vote
	MalformedBallot                  // the ballot's bytes are no ballot
	NoVote                           // the slot's public share allows no vote

	NotSighashAll // the coin's input does not sign the whole transaction
	OtherOutputs  // it has outputs beside stake and ballot
	KnownPoint    // the ballot's R is a key, a public share or G, or the negative of one
)

// excludes reports whether the fault excludes the vote from the count.
func (k FaultKind) excludes() bool { return k <= NoVote }

// Fault is a rule that a vote breaks, and how.
type Fault struct {
	Kind    FaultKind
	Message string
}

// Counted reports whether the vote counts: no fault excludes it.
func (v *Vote) Counted() bool { return v.Exclusion() == nil }

// fault notes that the vote breaks a rule.
func (v *Vote) fault(kind FaultKind, format string, args ...any) {
	v.Faults = append(v.Faults, Fault{kind, fmt.Sprintf(format, args...)})
}

// Broke reports whether the vote breaks a rule, and how.
func (v *Vote) Broke(kind FaultKind) (string, bool) {
	for _, f := range v.Faults {
		if f.Kind == kind {
			return f.Message, true
		}
	}
	return "", false
}

// Exclusion returns the first fault that excludes the vote from the count, or nil.
func (v *Vote) Exclusion() *Fault {
	for i := range v.Faults {
		if v.Faults[i].Kind.excludes() {
			return &v.Faults[i]
		}
	}
	return nil
}
