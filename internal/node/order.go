package node

import (
	"context"
	"iter"
)

// inOrder yields the results of get for the heights in [from, end), in order. Up to width calls of get
// run at once. Their context is cancelled when the results are no longer needed.
func inOrder[T any](
	ctx context.Context, width int, from, end uint32, get func(context.Context, uint32) (T, error),
) iter.Seq2[T, error] {
	type result struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := make(chan chan result, width-1) // one more call has left the queue and is waited for
		go func() {
			defer close(queue)
			for height := from; height < end; height++ {
				one := make(chan result, 1)
				select {
				case queue <- one:
				case <-ctx.Done():
					return
				}
				go func() {
					v, err := get(ctx, height)
					one <- result{v, err}
				}()
			}
		}()
		for one := range queue {
			r := <-one
			if !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}
