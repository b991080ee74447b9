package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"bevote/verifier/record"
)

// answer is standard output. It keeps the first error of a write, which [run]
// reports, so that a command may print line by line.
type answer struct {
	w   io.Writer
	err error
}

func (a *answer) Write(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.w.Write(p)
	a.err = err
	return n, err
}

// systemError returns what the system says of a write to an open file, without
// the call and the file.
func systemError(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

// writeOutput writes data to the file name, atomically.
func writeOutput(name string, data []byte) error {
	if err := record.WriteFile(name, data, 0o644); err != nil {
		return cannotWrite(err)
	}
	return nil
}

// replaceable returns a usage error if there is a file with a name that does not have one
// of the marks in its first bytes: it is not an earlier answer of the same kind. Commands
// ask before they do long work.
func replaceable(name string, marks ...string) error {
	f, err := os.Open(name)
	if err != nil {
		return nil // there is none, or writing says what is wrong
	}
	defer f.Close()
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil
	}
	for _, mark := range marks {
		if n == 0 || bytes.Contains(head[:n], []byte(mark)) {
			return nil
		}
	}
	return usage("%s exists already and is something else: name another file, or remove it", name)
}

// cannotWrite gives the error of an output its exit code: 73 where the system
// refused to write it, otherwise 64, where its name is wrong.
func cannotWrite(err error) error {
	if isWriteError(err) {
		return &exitError{codeOutput, fmt.Errorf("cannot write: %w", shortPathError(err))}
	}
	return usage("cannot write: %w", err)
}

// isWriteError reports whether an error is the system's about an output: of a
// record or report, or of a temporary file.
func isWriteError(err error) bool {
	var output *record.WriteError
	var path *fs.PathError
	var link *os.LinkError
	return errors.As(err, &output) || errors.As(err, &path) || errors.As(err, &link)
}
