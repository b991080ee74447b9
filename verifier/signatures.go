package verifier

import (
	"runtime"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

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
