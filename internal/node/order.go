package node

import (
	"context"
	"iter"
)

// inOrder yields get of each height from from to before end, in order, while up
// to width of them are under way. Work that is not needed any more is cancelled
// through the context that get is given.
func inOrder[T any](ctx context.Context, width int, from, end uint32, get func(context.Context, uint32) (T, error)) iter.Seq2[T, error] {
	type result struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := make(chan chan result, width-1) // one more is in the producer's hand
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
