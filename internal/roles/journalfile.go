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
// with a seed drawn from random. The file is lines of JSON in the mode 0600, and one process at a
// time has it open. Every entry is on the disk before it is acted on. The Closer closes the file.
func OpenJournal(path, policy string, random io.Reader) (*Journal, io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return createJournal(path, policy, random)
	}
	if err != nil {
		return nil, nil, err
	}
	var j *Journal
	if err = lock(f); err == nil {
		j, err = readJournal(f, policy)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("journal %s: %w", path, err)
	}
	j.store = appendTo(f)
	return j, f, nil
}

func createJournal(path, policy string, random io.Reader) (*Journal, io.Closer, error) {
	j, err := NewJournal(random)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, err
	}
	j.store = appendTo(f)
	text, err := encodeEntry(entry{Begin: &header{2, policy, board.Hash(j.seed)}})
	if err == nil {
		err = lock(f)
	}
	if err == nil {
		err = j.store(text)
	}
	if err == nil {
		err = syncDirectory(filepath.Dir(path))
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return j, f, nil
}

// appendTo stores entries at the end of a file. After a failure it is not known what the file holds,
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

// readJournal reads a journal's file. It cuts off a last line without an end: such an entry was not
// acted on.
func readJournal(f *os.File, policy string) (*Journal, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("mode %v lets others read it, want 0600", info.Mode().Perm())
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	j, err := decodeJournal(text[:whole], policy)
	if err == nil && whole < len(text) {
		err = f.Truncate(int64(whole))
	}
	return j, err
}

// decodeJournal takes in the entries of a journal, each ended by LF.
func decodeJournal(text []byte, policy string) (*Journal, error) {
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	j := newJournal(Seed{})
	for i, line := range lines {
		e, err := decodeEntry(bytes.TrimSuffix(line, []byte("\n")))
		switch {
		case err != nil:
		case i == 0 && (e.Begin == nil || e.Begin.Format != 2):
			err = errors.New("want how a journal begins")
		case i == 0 && e.Begin.Policy != policy:
			err = errors.New("of another policy")
		case i == 0:
			j.seed = Seed(e.Begin.Seed)
		default:
			err = j.write(e)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(lines) == 0 {
		return nil, errors.New("it is empty")
	}
	return j, nil
}
