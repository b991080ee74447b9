package verifier

import (
	"errors"
	"fmt"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// verifyLines checks every line's link and signature on all cores (V02).
func (a *audit) verifyLines() {
	a.signed = make([]error, len(a.lines))
	all := make([]curve.Signed, len(a.lines))
	cores.Each(len(a.lines), func(i int) {
		prev := a.e.EID
		if i > 0 {
			prev = a.heads[i-1]
		}
		if a.lines[i].Prev != prev {
			a.signed[i] = errors.New("prev is not the hash of the line before")
		}
		all[i] = a.lines[i].Signature(a.e.EID)
	})
	for i, valid := range a.verifySigned(all, curve.VerifySchnorrBatch) {
		if a.signed[i] == nil && !valid {
			a.signed[i] = fmt.Errorf("the signature is not by %s over this line for this election", a.lines[i].By)
		}
	}
}
