package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// endingSignals returns the signals that end a command in order: it removes its
// temporary files and exits with 130. SIGHUP stays ignored under nohup.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// interruptible is standard input. Its Read returns when ctx is done, which a
// read from a terminal or a pipe does not.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

// got is what one read returned.
type got struct {
	data []byte
	err  error
}

func (r *interruptible) Read(p []byte) (int, error) {
	done := make(chan got, 1)
	go func() {
		buffer := make([]byte, len(p)) // p is the caller's again once Read returns
		n, err := r.in.Read(buffer)
		done <- got{buffer[:n], err}
	}()
	select {
	case g := <-done:
		return copy(p, g.data), g.err
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}
