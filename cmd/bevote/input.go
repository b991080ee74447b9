package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxInput is how much of one input file is read, in bytes, unless a command sets
// another bound. It exceeds the limits of the formats, so the parser refuses a file
// that was cut at it.
const maxInput = 1 << 20

// read returns the contents of the file name, or of standard input for "-".
func (c *console) read(name string) ([]byte, error) { return c.readUpTo(name, maxInput) }

// readUpTo is read with the bound most, in bytes.
func (c *console) readUpTo(name string, most int64) ([]byte, error) {
	in := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(shortPathError(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return nil, unreadable(shortPathError(err))
	}
	return b, nil
}

// printJSON writes v as indented JSON to standard output.
func (c *console) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return bug(err)
	}
	return nil
}

// shortPathError shortens the operating system's "open x: no such file" to
// "x: no such file": which call failed does not help the reader.
func shortPathError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
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
