package node

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/btcsuite/btcd/btcjson"
)

const (
	// attempts is how often a call is made while the node is busy. The first pause is firstPause, and
	// each next one is twice as long, 31 seconds in all.
	attempts   = 6
	firstPause = time.Second
	// maxPause is the longest pause that a node may ask for by Retry-After.
	maxPause = 30 * time.Second
	// warmingUp is RPC_IN_WARMUP of Bitcoin Core: the node has just started.
	warmingUp btcjson.RPCErrorCode = -28
)

// Options are the settings of a [Node] besides its URL. The zero value works.
type Options struct {
	// Sleep waits for a duration, or returns the context's error if that comes first. nil waits by
	// the system's clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// sleep is the default of [Options].Sleep.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// busyError is a refusal of an HTTP server that is overloaded: status 429, 502, 503 or 504.
type busyError struct {
	err   error
	after time.Duration // Retry-After; 0 where there is none
}

func (e *busyError) Error() string { return e.err.Error() }
func (e *busyError) Unwrap() error { return e.err }

// isBusyStatus reports whether a server with this HTTP status may answer the same request later.
func isBusyStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the seconds of a Retry-After header, at most maxPause. It returns 0 for a header with
// a date.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxPause)
}

// retry returns the result of f. While the node is busy it calls f again, after a pause.
func retry[T any](ctx context.Context, n *Node, f func(context.Context) (T, error)) (T, error) {
	for try, pause := 1, firstPause; ; try, pause = try+1, 2*pause {
		v, err := f(ctx)
		var busy *busyError
		if !errors.As(err, &busy) && !hasCode(err, warmingUp) || try == attempts {
			return v, err
		}
		wait := pause
		if busy != nil {
			wait = max(wait, busy.after)
		}
		if err := n.sleep(ctx, wait); err != nil {
			return v, err
		}
	}
}
