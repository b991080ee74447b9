package main

import (
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
