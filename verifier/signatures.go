package verifier

import (
	"errors"
	"fmt"
	"runtime"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// verifyLines returns for each line the fault of its link or signature, or nil
// (V02). It runs on all cores.
func verifyLines(in *inputs) []error {
	signed := make([]error, len(in.lines))
	all := make([]curve.Signed, len(in.lines))
	cores.Each(len(in.lines), func(i int) {
		prev := in.e.EID
		if i > 0 {
			prev = in.heads[i-1]
		}
		if in.lines[i].Prev != prev {
			signed[i] = errors.New("prev is not the hash of the line before")
		}
		all[i] = in.lines[i].Signature(in.e.EID)
	})
	for i, valid := range in.verifySigned(all, curve.VerifySchnorrBatch) {
		if signed[i] == nil && !valid {
			signed[i] = fmt.Errorf("the signature is not by %s over this line for this election", in.lines[i].By)
		}
	}
	return signed
}

// verifySigned reports for each signature whether it is valid. It verifies them in
// batches on all cores.
func (in *inputs) verifySigned(all []curve.Signed, batch func([]curve.Signed, *curve.Keyring) []bool) []bool {
	valid := make([]bool, len(all))
	inBatches(len(all), func(from, to int) { copy(valid[from:to], batch(all[from:to], in.ring)) })
	return valid
}

// maxBatch is how many signatures or openings are verified as one product. In
// longer products each is hardly cheaper, and cores wait for each other.
const maxBatch = 1 << 14

// inBatches calls f for consecutive half-open ranges that cover 0 … n−1, on all
// cores: equally many ranges for each core, none longer than maxBatch.
func inBatches(n int, f func(from, to int)) {
	processors := runtime.NumCPU()
	batches := processors * ((n + processors*maxBatch - 1) / (processors * maxBatch))
	cores.Each(batches, func(i int) { f(i*n/batches, (i+1)*n/batches) })
}
