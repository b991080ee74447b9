package roles

import (
	"errors"
	"fmt"
	"io"
)

// registerEntry is a line of the supervisor's private file of voters: which identity has which registration
// key. The signatures in it show that no voter is invented, and the salts open the registry's commitments to
// the identities. It is no part of a record. Exactly one of its parts is there.
type registerEntry struct {
	Begin *registerHeader `json:"begin,omitempty"` // the first line
	Voter *registered     `json:"voter,omitempty"`
}

// registerHeader says what a register is for.
type registerHeader struct {
	Format int    `json:"register"` // 2
	Policy string `json:"policy"`   // the policy id
}

// OpenRegistrar opens the registration of those on the list, with the register in the file path: what it says
// of earlier admissions, all of which must still be of eligible voters, and each further one before Admit
// answers. It is a private file ([openPrivate]). The Closer closes it.
func OpenRegistrar(s *Supervisor, list *Eligible, path string) (*Registrar, io.Closer, error) {
	r, id := NewRegistrar(s, list), s.e.Policy.ID()
	begin := func() ([]byte, error) { return encodeLine(registerEntry{Begin: &registerHeader{2, id}}) }
	read := func(text []byte) error {
		return eachLine(text, func(first bool, e registerEntry) error {
			switch {
			case first && (e.Begin == nil || e.Voter != nil || e.Begin.Format != 2):
				return errors.New("want how a register begins")
			case first && e.Begin.Policy != id:
				return errors.New("of another policy")
			case first:
				return nil
			case e.Begin != nil || e.Voter == nil:
				return errNotWritten
			case e.Voter.Number != len(r.voters)+1:
				return fmt.Errorf("voter %d, want %d", e.Voter.Number, len(r.voters)+1)
			}
			return r.enter(*e.Voter)
		})
	}
	store, file, err := openPrivate("register", path, begin, read)
	if err != nil {
		return nil, nil, err
	}
	r.store = store
	return r, file, nil
}
