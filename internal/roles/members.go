package roles

import (
	"errors"
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/verifier/board"
)

// memberEntry is a line of the treasurer's private file of mixers. Exactly one of its parts is there.
type memberEntry struct {
	Begin *memberHeader `json:"begin,omitempty"` // the first line
	Mixer *admission    `json:"mixer,omitempty"`
}

// memberHeader says what a file of mixers is for.
type memberHeader struct {
	Format int    `json:"members"` // 1
	Policy string `json:"policy"`  // the policy id
}

// admission is a mixer that the treasurer admitted. With group signatures its requests have the y of each
// member key, by which the manager opens vouchers.
type admission struct {
	Key      curve.PublicKey         `json:"key"`
	Name     string                  `json:"name"`
	Keys     board.List[board.Bytes] `json:"keys"` // as announced
	Requests board.List[board.Bytes] `json:"requests"`
}

// OpenTreasurer is [NewTreasurer] with the mixers that the file path has, in which Admit stores each further
// one before it answers. It is a private file ([openPrivate]). The Closer closes it.
func OpenTreasurer(s *Supervisor, path string) (*Treasurer, io.Closer, error) {
	t, err := NewTreasurer(s)
	if err != nil {
		return nil, nil, err
	}
	id := s.e.Policy.ID()
	begin := func() ([]byte, error) { return encodeLine(memberEntry{Begin: &memberHeader{1, id}}) }
	read := func(text []byte) error {
		return eachLine(text, func(first bool, e memberEntry) error {
			switch {
			case first && (e.Begin == nil || e.Mixer != nil || e.Begin.Format != 1):
				return errors.New("want how a file of mixers begins")
			case first && e.Begin.Policy != id:
				return errors.New("of another policy")
			case first:
				return nil
			case e.Begin != nil || e.Mixer == nil:
				return errNotWritten
			}
			_, err := t.enter(*e.Mixer)
			return err
		})
	}
	store, file, err := openPrivate("members", path, begin, read)
	if err != nil {
		return nil, nil, err
	}
	t.store = store
	return t, file, nil
}

// enter takes in a mixer, and returns the certificates of its member keys, nil with blind RSA. A mixer that is
// entered already has the same ones.
func (t *Treasurer) enter(a admission) (certificates [][]byte, err error) {
	for _, known := range t.admitted {
		if same := known.Key == a.Key; same != (known.Name == a.Name) || same && !sameKeys(known.Keys, a.Keys) {
			return nil, fmt.Errorf("mixer %s, key %s: there is another of the name or the key", a.Name, a.Key)
		}
	}
	if t.manager != nil {
		if len(a.Requests) != len(a.Keys) {
			return nil, fmt.Errorf("mixer %s: %d requests for %d keys", a.Name, len(a.Requests), len(a.Keys))
		}
		for i, key := range a.Keys {
			certificate, err := t.manager.Admit(mixing.Who(a.Key, uint32(i+1)), key, a.Requests[i])
			if err != nil {
				return nil, fmt.Errorf("mixer %s, key %d: %w", a.Name, i+1, err)
			}
			certificates = append(certificates, certificate)
		}
	}
	if t.isAdmitted(a.Key) {
		return certificates, nil
	}
	if t.store != nil {
		line, err := encodeLine(memberEntry{Mixer: &a})
		if err == nil {
			err = t.store(line)
		}
		if err != nil {
			return nil, fmt.Errorf("members: %w", err)
		}
	}
	t.admitted = append(t.admitted, a)
	return certificates, nil
}
