// Package cores spreads independent work over the machine's cores.
package cores

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f(0) … f(n−1), on all cores, and returns when all are done. A
// panic of f is the caller's, as if there were one core.
func Each(n int, f func(i int)) {
	var next atomic.Int64
	var crew sync.WaitGroup
	var bug atomic.Value
	for range min(n, runtime.NumCPU()) {
		crew.Go(func() {
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
	crew.Wait()
	if p := bug.Load(); p != nil {
		panic(p)
	}
}
