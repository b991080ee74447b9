package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/record"
)

// register is the supervisor's private file: which identity has which registration key. The
// signatures in it show that no voter is invented, and the salts open the registry's commitments to
// the identities.
type register struct {
	Register int                    `json:"register"` // 1, the format
	Policy   string                 `json:"policy"`   // the policy id
	Voters   board.List[registered] `json:"voters"`
}

// Save writes the register to the file path, in the mode 0600. It is no part of a record: it links
// each identity to its registration key.
func (r *Registrar) Save(path string) error {
	text, err := encodeRegister(register{1, r.s.e.Policy.ID(), r.voters})
	if err != nil {
		return err
	}
	return record.WriteFile(path, text, 0o600)
}

// ResumeRegistrar opens the registration again with what Save wrote. Every voter in it must still be
// on the list.
func ResumeRegistrar(s *Supervisor, list *Eligible, saved []byte) (*Registrar, error) {
	g, err := decodeRegister(saved)
	if err != nil {
		return nil, err
	}
	if id := s.e.Policy.ID(); g.Policy != id {
		return nil, fmt.Errorf("register: of policy %.80q, want %s", g.Policy, id)
	}
	r := NewRegistrar(s, list)
	for i, v := range g.Voters {
		if v.Number != i+1 {
			return nil, fmt.Errorf("register: voter %d has number %d", i+1, v.Number)
		}
		if err := r.admit(v.Registration, v.Salt); err != nil {
			return nil, fmt.Errorf("register: voter %d: %w", v.Number, err)
		}
	}
	return r, nil
}

// encodeRegister writes indented JSON.
func encodeRegister(g register) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(g)
	return b.Bytes(), err
}

// decodeRegister reads exactly what encodeRegister writes, so that doubled and unknown keys are
// refused.
func decodeRegister(text []byte) (register, error) {
	var g register
	if err := json.Unmarshal(text, &g); err != nil {
		return g, errors.New("register: not the JSON of a register") // the decoder's own error would quote it
	}
	again, err := encodeRegister(g)
	if err != nil || !bytes.Equal(again, text) || g.Register != 1 {
		return g, errors.New("register: not what was saved")
	}
	return g, nil
}
