package workbench

import (
	"slices"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

// Removal is a condition of a path that a spend does not keep, and what it does
// instead. The zero value keeps them all.
type Removal struct {
	Without string `json:"without"` // sig:ROLE, pubkey:ROLE or lock
	Instead string `json:"instead"` // stranger, nothing, only ROLE, early or final
}

// The ways not to keep a condition.
const (
	byStranger  = "stranger" // somebody else's signature, or key and signature
	withNothing = "nothing"  // an empty signature
	byOnly      = "only "    // a signature by one part of a sum of keys
	tooEarly    = "early"    // a block early
	isFinal     = "final"    // a sequence that switches the locktime off
)

const theLock = "lock"

// removals lists what can be left out of a path, each on its own: a signature,
// a part of a sum of keys, the key that a signature is of, and the lock.
func removals(q templates.Path) []Removal {
	var all []Removal
	for _, role := range q.Signers {
		all = append(all, Removal{"sig:" + role, byStranger}, Removal{"sig:" + role, withNothing})
		if strings.Contains(role, "+") {
			for part := range strings.SplitSeq(role, "+") {
				all = append(all, Removal{"sig:" + role, byOnly + part})
			}
		}
		if slices.Contains(q.Witness, "pubkey:"+role) {
			all = append(all, Removal{"pubkey:" + role, byStranger})
		}
	}
	if q.After > 0 {
		all = append(all, Removal{theLock, tooEarly}, Removal{theLock, isFinal})
	}
	return all
}

// role is whose signature or key is missing, "" where it is the lock.
func (r Removal) role() string {
	_, role, _ := strings.Cut(r.Without, ":")
	return role
}

// witness is what a spend by the path pushes, but for what is removed. Who
// pushes a key of his own signs with it.
func (r Removal) witness(q templates.Path) []string {
	items := slices.Clone(q.Witness)
	for i, item := range items {
		kind, role, _ := strings.Cut(item, ":")
		switch {
		case role == "" || role != r.role():
		case kind == "sig" && r.Instead == withNothing:
			items[i] = "0"
		case kind == "sig" && strings.HasPrefix(r.Instead, byOnly):
			items[i] = "sig:" + strings.TrimPrefix(r.Instead, byOnly)
		case kind == "sig", item == r.Without:
			items[i] = kind + ":" + stranger
		}
	}
	return items
}

// times is the locktime and the sequence of a spend by the path.
func (r Removal) times(q templates.Path) (lock, sequence uint32) {
	switch {
	case r.Instead == tooEarly:
		return q.After - 1, notFinal
	case r.Instead == isFinal:
		return q.After, wire.MaxTxInSequenceNum
	}
	return q.After, notFinal
}

// covered returns the path by which the stake can be spent all the same, with
// the conditions that are left; "" if there is none.
func (r Removal) covered(paths []templates.Path, q templates.Path) string {
	left := hand{}
	if part, ok := strings.CutPrefix(r.Instead, byOnly); ok {
		left[part] = true
	}
	for _, signer := range q.Signers {
		if signer != r.role() {
			for secret := range strings.SplitSeq(signer, "+") {
				left[secret] = true
			}
		}
	}
	lock, sequence := r.times(q)
	if sequence == wire.MaxTxInSequenceNum {
		lock = 0
	}
	for _, other := range paths {
		if left.signs(other) && other.After <= lock {
			return label(paths, other)
		}
	}
	return ""
}

// String says what is removed.
func (r Removal) String() string {
	switch {
	case r == Removal{}:
		return "in full"
	case r.Instead == byStranger && strings.HasPrefix(r.Without, "pubkey:"):
		return "with a stranger's key for " + owner(r.role())
	case r.Instead == byStranger:
		return "with a stranger's signature for that of " + r.role()
	case strings.HasPrefix(r.Instead, byOnly):
		return "signed by " + strings.TrimPrefix(r.Instead, byOnly) + " alone"
	case r.Instead == withNothing:
		return "without the signature of " + r.role()
	case r.Instead == tooEarly:
		return "a block early"
	}
	return "with the lock switched off"
}
