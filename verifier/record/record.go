// Package record is the published record of an election as files: a directory,
// or a zip of one.
//
// Only the six documented names are read or written. No file is longer than its cap,
// or more than 20 times longer than its compressed form in a zip, beyond its first
// MiB. Symbolic links, other special files, encrypted and duplicate entries are
// refused. A record or an output appears under its name complete or not at all.
package record

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// The files of a record.
const (
	Policy   = "policy.bev"
	Contract = "contract.json"
	Board    = "board.jsonl"
	Headers  = "chain/headers"      // 80 bytes a block, from genesis
	Blocks   = "chain/blocks"       // whole blocks, to the tip
	Proofs   = "chain/proofs.jsonl" // merkle proofs, in place of blocks
)

// MaxHeaders is the cap of [Headers] in bytes: 76 years of Bitcoin.
const MaxHeaders = 80 * 4_000_000

// The caps of the other files in bytes, uncompressed. A policy of 256 KiB has a
// thousand candidates; 64 GiB are more than six weeks of full blocks.
const (
	maxPolicy   = 256 << 10
	maxContract = 256 << 10
	maxBoard    = 4 << 30
	maxBlocks   = 64 << 30
	maxProofs   = 1 << 30
)

// Cap returns the cap of the file name in bytes, uncompressed, and reports whether a
// record may have a file of that name.
func Cap(name string) (int64, bool) {
	switch name {
	case Policy:
		return maxPolicy, true
	case Contract:
		return maxContract, true
	case Board:
		return maxBoard, true
	case Headers:
		return MaxHeaders, true
	case Blocks:
		return maxBlocks, true
	case Proofs:
		return maxProofs, true
	}
	return 0, false
}

// FormatError is a fault of a record, as opposed to one of the machine that reads
// it.
type FormatError struct {
	Name string // the file of the record, "" for the record itself
	Err  error  // what is wrong with it
}

// Error names the file and what is wrong with it.
func (e *FormatError) Error() string {
	if e.Name == "" {
		return e.Err.Error()
	}
	return e.Name + ": " + e.Err.Error()
}

// Unwrap returns what is wrong without the file's name.
func (e *FormatError) Unwrap() error { return e.Err }

// malformed returns a [FormatError] of the file name.
func malformed(name, format string, args ...any) error {
	return &FormatError{Name: name, Err: fmt.Errorf(format, args...)}
}

// Record is an open record. Its methods may be called from several goroutines.
type Record struct {
	open  map[string]func() (io.ReadCloser, error)
	names []string // sorted
	under io.Closer

	ignored      int // number of files of macOS or Windows
	firstIgnored string
}

// Open opens the record at path, a directory or a zip file, and checks the names and
// kinds of its files. The error is a *[FormatError] if it is not a record.
func Open(path string) (*Record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	r := &Record{open: map[string]func() (io.ReadCloser, error){}}
	switch {
	case info.IsDir():
		err = r.openDir(path)
	case info.Mode().IsRegular():
		err = r.openZip(path)
	default: // such as a pipe, on which a reader blocks
		err = errNeither()
	}
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	slices.Sort(r.names)
	return r, nil
}

// InMemory returns the record of files by their names.
func InMemory(files map[string][]byte) (*Record, error) {
	r := &Record{open: map[string]func() (io.ReadCloser, error){}}
	for name, text := range files {
		if err := r.add(name, 0, func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(text)), nil
		}); err != nil {
			return nil, err
		}
	}
	slices.Sort(r.names)
	return r, nil
}

// Close releases the record. Files that are still open cannot be read afterwards.
func (r *Record) Close() error {
	if r.under == nil {
		return nil
	}
	return r.under.Close()
}

// Names returns the names of the files in the record, sorted.
func (r *Record) Names() []string { return slices.Clone(r.names) }

// Has reports whether the record has the file name.
func (r *Record) Has(name string) bool { return r.open[name] != nil }

// Open opens the file name. Reading fails with a *[FormatError] if the file is longer
// than its cap, or its compression is broken. If the record lacks the file, the error
// is a *[FormatError] that is [fs.ErrNotExist].
func (r *Record) Open(name string) (io.ReadCloser, error) {
	limit, known := Cap(name)
	if !known {
		return nil, fmt.Errorf("%q is not the name of a record's file", name)
	}
	open := r.open[name]
	if open == nil {
		return nil, &FormatError{Name: name, Err: missing{}}
	}
	f, err := open()
	if err != nil {
		return nil, asFormat(name, err)
	}
	return &capped{name: name, limit: limit, left: limit, r: f}, nil
}

// ReadFile returns the whole file name; errors are those of [Record.Open].
func (r *Record) ReadFile(name string) ([]byte, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Sum returns the SHA-256 of one line for each file outside chain/, sorted by name.
// These are the files that no chain can restore:
//
//	hex SHA-256 of the file ‖ space ‖ name ‖ LF
func (r *Record) Sum() ([32]byte, error) {
	lines := sha256.New()
	for _, name := range r.names {
		if strings.HasPrefix(name, "chain/") {
			continue
		}
		f, err := r.Open(name)
		if err != nil {
			return [32]byte{}, err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return [32]byte{}, err
		}
		fmt.Fprintf(lines, "%x %s\n", h.Sum(nil), name)
	}
	return [32]byte(lines.Sum(nil)), nil
}

// missing is the error of a file that a record lacks.
type missing struct{}

func (missing) Error() string        { return "missing" }
func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// capped ends a file at its cap. It counts what is read, as the length that a zip
// states may be wrong.
type capped struct {
	name        string
	limit, left int64
	r           io.ReadCloser
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		n = int(c.left)
		c.left = 0
		return n, malformed(c.name, "longer than %d bytes", c.limit)
	}
	c.left -= int64(n)
	if err != nil && err != io.EOF {
		err = asFormat(c.name, err)
	}
	return n, err
}

func (c *capped) Close() error { return c.r.Close() }

// asFormat returns err as a [FormatError] of the file name, unless it comes from the
// operating system.
func asFormat(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) || errors.Is(err, fs.ErrClosed) {
		return err
	}
	return &FormatError{Name: name, Err: err}
}

// openDir lists a directory's files. They are opened through an [os.Root]: a link
// that replaces one later does not lead outside.
func (r *Record) openDir(path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	r.under = root
	err = r.list(root, ".")
	if err != nil {
		return err
	}
	info, err := root.Lstat("chain")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return malformed("chain", "not a directory")
	}
	return r.list(root, "chain")
}

// list adds the files directly in dir.
func (r *Record) list(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		// One at a time: a directory that is not a record may be very long.
		entries, err := d.ReadDir(1)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name := entries[0].Name()
		if dir != "." {
			name = dir + "/" + name
		}
		if name == "chain" {
			continue
		}
		if isLitter(name) {
			r.ignore(name)
			continue
		}
		if err := r.add(name, entries[0].Type(), func() (io.ReadCloser, error) {
			return root.Open(name)
		}); err != nil {
			return err
		}
	}
}

// errNeither is the error of a path that cannot be a record.
func errNeither() error { return malformed("", "neither a directory nor a zip file") }

// add adds a file that is not known yet.
func (r *Record) add(name string, kind fs.FileMode, open func() (io.ReadCloser, error)) error {
	if _, known := Cap(name); !known {
		hint := "take it out"
		if folder, _, below := strings.Cut(name, "/"); below && folder != "chain" {
			hint = "pack the files themselves, not their folders"
		} else if kind.IsDir() {
			hint = "take it out, or audit this folder if it is the record"
		}
		return malformed("", "unknown file %.60q, want nothing but %s; %s", name,
			strings.Join([]string{Policy, Contract, Board, Headers, Blocks, Proofs}, ", "), hint)
	}
	if kind != 0 {
		return malformed(name, "not a regular file")
	}
	if r.Has(name) {
		return malformed(name, "twice in the record")
	}
	r.open[name] = open
	r.names = append(r.names, name)
	return nil
}
