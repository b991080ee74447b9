package roles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bevote/verifier/board"
)

// OpenJournal reads the journal in the file path, or begins one there for the policy with this id and
// with a seed drawn from random. It is a private file ([openPrivate]). The Closer closes it.
func OpenJournal(path, policy string, random io.Reader) (*Journal, io.Closer, error) {
	var j *Journal
	begin := func() (text []byte, err error) {
		if j, err = NewJournal(random); err != nil {
			return nil, err
		}
		return encodeLine(entry{Begin: &header{2, policy, board.Hash(j.seed)}})
	}
	read := func(text []byte) (err error) {
		j, err = decodeJournal(text, policy)
		return err
	}
	store, file, err := openPrivate("journal", path, begin, read)
	if err != nil {
		return nil, nil, err
	}
	j.store = store
	return j, file, nil
}

// decodeJournal takes in the entries of a journal, each ended by LF.
func decodeJournal(text []byte, policy string) (*Journal, error) {
	j := newJournal(Seed{})
	err := eachLine(text, func(first bool, e entry) error {
		switch {
		case e.parts() != 1:
			return errNotWritten
		case !first:
			return j.write(e)
		case e.Begin == nil || e.Begin.Format != 2:
			return errors.New("want how a journal begins")
		case e.Begin.Policy != policy:
			return errors.New("of another policy")
		}
		j.seed = Seed(e.Begin.Seed)
		return nil
	})
	return j, err
}

// openPrivate opens a private file, or creates it with the line that begin returns: lines of JSON in the mode
// 0600, which one process at a time has open. It has read take in the lines of a file that is there, and cuts
// off a last line without an end: what such a line says was not acted on. store puts a line at the end, and
// has it on the disk when it returns. what names the file in errors.
func openPrivate(
	what, path string, begin func() ([]byte, error), read func(text []byte) error,
) (store func(line []byte) error, file io.Closer, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	created := errors.Is(err, fs.ErrNotExist)
	if created {
		f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return nil, nil, err
	}
	store = appendTo(f)
	if err = lock(f); err == nil && created {
		err = beginPrivate(path, store, begin)
	} else if err == nil {
		err = readPrivate(f, read)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%s %s: %w", what, path, err)
	}
	return store, f, nil
}

// beginPrivate stores the first line of a new file, and its name.
func beginPrivate(path string, store func([]byte) error, begin func() ([]byte, error)) error {
	line, err := begin()
	if err == nil {
		err = store(line)
	}
	if err == nil {
		err = syncDirectory(filepath.Dir(path))
	}
	return err
}

// readPrivate reads a file that its owner alone can read.
func readPrivate(f *os.File, read func(text []byte) error) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("mode %v lets others read it, want 0600", info.Mode().Perm())
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if err := read(text[:whole]); err != nil || whole == len(text) {
		return err
	}
	return f.Truncate(int64(whole))
}

// appendTo stores lines at the end of a file. After a failure it is not known what the file holds,
// and nothing more is stored.
func appendTo(f *os.File) func([]byte) error {
	var broken error
	return func(text []byte) error {
		if broken == nil {
			_, broken = f.Write(text)
		}
		if broken == nil {
			broken = f.Sync()
		}
		return broken
	}
}

func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
