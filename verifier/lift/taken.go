package lift

import (
	"fmt"
	"slices"
	"strings"

	"bevote/templates"
)

// Signed tells whether a witness item is a signature of the role's.
type Signed func(role string, sig []byte) bool

// Taken tells which of a contract's paths, after Check, an input script took,
// of one that the engine took. Spend goes by the shape that relays let through;
// Taken goes by whose signatures are there, also where a miner took wrong
// signatures in the place of empty ones, or items that the script leaves
// unread. Sig is the path's first signature. Errors are those of Spend.
//
// Where two ways through a script first differ, from the witness's top on, one
// passes a check that the other fails. So of those that fit, the one that ran
// is the first, if passing comes before failing.
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

// fitsOnTop is fits by consensus: what lies below is not read, and a signature
// may stand where one must not verify.
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

// firstToPass orders paths by their witnesses from the top, what passes a check
// before what fails it.
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

// signatures tells whether all of the witness's signers have signed, and
// returns the first signature.
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

// once asks for every pair of role and signature once.
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
