package workbench

import (
	"slices"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

// removal is a condition of a path that a spend breaks, and how. The zero value
// keeps all conditions.
type removal struct {
	Without string `json:"without"` // sig:ROLE, pubkey:ROLE or lock
	Instead string `json:"instead"` // stranger, nothing, only ROLE, early or final
}

// The ways to break a condition.
const (
	byStranger  = "stranger" // the signature of another key, or that key and its signature
	withNothing = "nothing"  // an empty signature
	byOnly      = "only "    // a signature by one part of a sum of keys
	tooEarly    = "early"    // a block early
	isFinal     = "final"    // the sequence that switches the locktime off (BIP 65)
)

const theLock = "lock"

// removals lists what can be left out of a path, each on its own: a signature,
// a part of a sum of keys, the key that a signature is of, and the lock.
func removals(q templates.Path) []removal {
	var all []removal
	for _, role := range q.Signers {
		all = append(all, removal{"sig:" + role, byStranger}, removal{"sig:" + role, withNothing})
		if strings.Contains(role, "+") {
			for part := range strings.SplitSeq(role, "+") {
				all = append(all, removal{"sig:" + role, byOnly + part})
			}
		}
		if slices.Contains(q.Witness, "pubkey:"+role) {
			all = append(all, removal{"pubkey:" + role, byStranger})
		}
	}
	if q.After > 0 {
		all = append(all, removal{theLock, tooEarly}, removal{theLock, isFinal})
	}
	return all
}

// role returns the role whose signature or key is missing, "" for the lock.
func (r removal) role() string {
	_, role, _ := strings.Cut(r.Without, ":")
	return role
}

// witness returns the path's witness without the condition. A stranger's key
// comes with the stranger's signature.
func (r removal) witness(q templates.Path) []string {
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

// times returns the locktime and the sequence of a spend by the path.
func (r removal) times(q templates.Path) (lock, sequence uint32) {
	switch {
	case r.Instead == tooEarly:
		return q.After - 1, notFinal
	case r.Instead == isFinal:
		return q.After, wire.MaxTxInSequenceNum
	}
	return q.After, notFinal
}

// covered returns the path whose conditions those that are left fulfil, "" if
// there is none.
func (r removal) covered(paths []templates.Path, q templates.Path) string {
	left := knownSecrets{}
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
func (r removal) String() string {
	switch {
	case r == removal{}:
		return "in full"
	case r.Instead == byStranger && strings.HasPrefix(r.Without, "pubkey:"):
		return "with a stranger's key for " + keyName(r.role())
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
