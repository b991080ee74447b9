package lift

import (
	"fmt"
	"slices"
	"strings"

	"bevote/templates"
)

// Signed reports whether a witness item is a signature by the role's key.
type Signed func(role string, sig []byte) bool

// Taken returns the path that an input script used, and the path's first signature.
// paths are a contract's, after [Check], and the input is one that consensus accepts.
// Errors are those of [Spend].
//
// Spend reads the form of the items, which the rules of relays determine; Taken reads
// the signatures. So it also reads spends that relays refuse and a block may hold:
// with wrong signatures in the place of empty ones, and with items that the script
// does not read.
//
// Two ways through a script first differ, from the top of the witness, at a check
// that one passes and the other fails. So the path that ran is the first of those
// that fit, in the order that puts passing before failing.
func Taken(paths []templates.Path, scriptSig []byte, signed Signed) (path templates.Path, sig []byte, err error) {
	pushes, err := pushesOf(scriptSig)
	if err != nil {
		return path, nil, err
	}
	if len(pushes) == 0 {
		return path, nil, fmt.Errorf("%w: no pushes", ErrShape)
	}
	items := pushes[:len(pushes)-1]
	var fitting []templates.Path
	for _, q := range paths {
		if fitsOnTop(q.Witness, items) {
			fitting = append(fitting, q)
		}
	}
	slices.SortStableFunc(fitting, firstToPass)
	known := once(signed)
	for _, q := range fitting {
		if sig, ok := signatures(q.Witness, items, known); ok {
			return q, sig, nil
		}
	}
	return path, nil, fmt.Errorf("%w: %d items before the redeem script", ErrShape, len(items))
}

// fitsOnTop is fits by consensus: items below the path's are not read, and a wrong
// signature may be in the place of an empty one.
func fitsOnTop(witness []string, items [][]byte) bool {
	unread := len(items) - (len(witness) - 1)
	if unread < 0 {
		return false
	}
	for i, b := range items[unread:] {
		if !itemFits(witness[i], b) && !(witness[i] == "0" && isSignature(b)) {
			return false
		}
	}
	return true
}

// firstToPass compares two paths by their witnesses from the top: one that passes a
// check is before one that fails it.
func firstToPass(a, b templates.Path) int {
	failing := func(item string) int {
		if item == "0" {
			return 1
		}
		return 0
	}
	x, y := slices.Clone(a.Witness), slices.Clone(b.Witness)
	slices.Reverse(x)
	slices.Reverse(y)
	return slices.CompareFunc(x, y, func(v, w string) int { return failing(v) - failing(w) })
}

// signatures reports whether all signers of the witness have signed, and returns the
// first signature.
func signatures(witness []string, items [][]byte, signed Signed) (sig []byte, ok bool) {
	unread := len(items) - (len(witness) - 1)
	for i, b := range items[unread:] {
		role, is := strings.CutPrefix(witness[i], "sig:")
		if !is {
			continue
		}
		if !signed(role, b) {
			return nil, false
		}
		if sig == nil {
			sig = b
		}
	}
	return sig, true
}

// once returns signed with a cache, so that each signature is verified once.
func once(signed Signed) Signed {
	known := map[string]bool{}
	return func(role string, sig []byte) bool {
		pair := role + ":" + string(sig)
		answer, ok := known[pair]
		if !ok {
			answer = signed(role, sig)
			known[pair] = answer
		}
		return answer
	}
}
