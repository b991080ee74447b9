package boardserver

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve answers requests of a [Server] or a [Mirror] on a listener until the context is done.
// Then it gives the requests under way a moment.
func Serve(ctx context.Context, l net.Listener, s interface {
	Run(context.Context)
	Handler() http.Handler
	Limit(net.Listener) net.Listener
}) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := httpServer(s.Handler())
	server.BaseContext = func(net.Listener) context.Context { return ctx } // ends those who wait
	var run sync.WaitGroup
	run.Go(func() { s.Run(running) })
	defer run.Wait()
	defer stop()
	done := make(chan error, 1)
	go func() { done <- server.Serve(s.Limit(l)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	moment, cancel := context.WithTimeout(running, 3*time.Second)
	defer cancel()
	if err := server.Shutdown(moment); err != nil {
		server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
