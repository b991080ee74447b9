package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"bevote/verifier/record"
)

// maxInput is how much of one input file is read, where a command does not set
// its own bound. It is more than such a file may have, so what is cut is
// refused by its own reader.
const maxInput = 1 << 20

// read returns the file name, or standard input for "-".
func (c *console) read(name string) ([]byte, error) { return c.readUpTo(name, maxInput) }

// readUpTo is read with a bound of its own.
func (c *console) readUpTo(name string, most int64) ([]byte, error) {
	in := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(plain(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return nil, unreadable(plain(err))
	}
	return b, nil
}

// write puts data under name, whole or not at all.
func write(name string, data []byte) error {
	if err := record.WriteFile(name, data, 0o644); err != nil {
		return usage("cannot write: %w", plain(err))
	}
	return nil
}

// answer prints v as JSON on standard output.
func (c *console) answer(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return bug(err)
	}
	return nil
}

// plain shortens the operating system's "open x: no such file" to "x: no such
// file": the call is of no use to the person who reads it.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
