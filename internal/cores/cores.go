// Package cores runs independent calls on all cores of the machine.
package cores

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f(0) … f(n−1), each once and in no order, and returns when all have
// returned. If a call panics, Each panics with the same value as text, and some calls
// may not be made.
func Each(n int, f func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	var panicked atomic.Value
	for range min(n, runtime.NumCPU()) {
		workers.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panicked.Store(fmt.Sprint(p))
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	workers.Wait()
	if p := panicked.Load(); p != nil {
		panic(p)
	}
}
