package devnet

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Limits of a connection.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = time.Minute
	idleTimeout    = 2 * time.Minute
	maxHeader      = 1 << 14 // bytes
)

// Run serves the chain at a listener, and mines a block at each interval, empty where nothing waits, until
// the context ends. Without an interval blocks come on demand alone. mined is told of each block of the
// interval and how many transactions waited for it.
func (d *Devnet) Run(ctx context.Context, l net.Listener, every time.Duration, mined func(height uint32, txs int)) error {
	server := &http.Server{Handler: d, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	defer server.Close()
	var tick <-chan time.Time
	if every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-tick:
		}
		before, _, waiting := d.Tip()
		if _, err := d.Mine(1); err != nil {
			return err
		}
		mined(before+1, waiting)
	}
}
