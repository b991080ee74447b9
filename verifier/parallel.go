package verifier

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
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
