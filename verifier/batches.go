package verifier

import (
	"runtime"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// verifySigned verifies signatures in batches on all cores.
func (a *audit) verifySigned(all []curve.Signed, batch func([]curve.Signed, *curve.Keyring) []bool) []bool {
	valid := make([]bool, len(all))
	inBatches(len(all), func(from, to int) { copy(valid[from:to], batch(all[from:to], a.ring)) })
	return valid
}

// largest is how many signatures or openings are verified as one product: with
// more of them each is hardly cheaper, and cores would wait for each other.
const largest = 1 << 14

// inBatches calls f for consecutive ranges from … to−1 that cover 0…n−1, on all
// cores: equally many for each core and none longer than largest.
func inBatches(n int, f func(from, to int)) {
	each := runtime.NumCPU()
	batches := each * ((n + each*largest - 1) / (each * largest))
	cores.Each(batches, func(i int) { f(i*n/batches, (i+1)*n/batches) })
}
