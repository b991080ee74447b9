package roles

import (
	"errors"
	"io"

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
