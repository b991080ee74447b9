package verifier

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"bevote/internal/curve"
)

// parallel calls f for 0…n−1 on all cores and returns when all are done. A
// panic of f is the caller's, as if there were one core.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var bug atomic.Value
	for range min(n, runtime.NumCPU()) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					bug.Store(fmt.Sprint(p))
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
	if p := bug.Load(); p != nil {
		panic(p)
	}
}

// verifySigned verifies signatures in batches on all cores.
func (a *audit) verifySigned(all []curve.Signed, batch func([]curve.Signed, *curve.Keyring) []bool) []bool {
	valid := make([]bool, len(all))
	inBatches(len(all), func(from, to int) { copy(valid[from:to], batch(all[from:to], &a.ring)) })
	return valid
}

// largest is how many signatures or openings are verified as one product: with
// more of them each is hardly cheaper, and cores would wait for each other.
const largest = 8192

// inBatches calls f for consecutive ranges from … to−1 that cover 0…n−1, on all
// cores: equally many for each core and none longer than largest.
func inBatches(n int, f func(from, to int)) {
	cores := runtime.NumCPU()
	batches := cores * ((n + cores*largest - 1) / (cores * largest))
	parallel(batches, func(i int) { f(i*n/batches, (i+1)*n/batches) })
}
