package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/record"
)

// register is the supervisor's private file: who is who. With its signatures
// the supervisor can show that it invented nobody, and with its salts that the
// registry commits to these identities.
type register struct {
	Register int                    `json:"register"` // 1, the format
	Policy   string                 `json:"policy"`   // the policy id
	Voters   board.List[registered] `json:"voters"`
}

// Save writes who has registered to the file path, readable by its owner
// alone. It is no part of a record, and must never become one.
func (r *Registrar) Save(path string) error {
	text, err := encodeRegister(register{1, r.s.e.Policy.ID(), r.voters})
	if err != nil {
		return err
	}
	return record.WriteFile(path, text, 0o600)
}

// ResumeRegistrar opens the registration again with what Save wrote. Everybody in it
// must be eligible still.
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

// encodeRegister writes one voter a line, for people who look into it.
func encodeRegister(g register) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(g)
	return b.Bytes(), err
}

// decodeRegister reads what encodeRegister writes, and nothing else: that
// refuses doubled and unknown keys.
func decodeRegister(text []byte) (register, error) {
	var g register
	if err := json.Unmarshal(text, &g); err != nil {
		return g, errors.New("register: not the JSON of a register") // the decoder's words would quote it
	}
	again, err := encodeRegister(g)
	if err != nil || !bytes.Equal(again, text) || g.Register != 1 {
		return g, errors.New("register: not what was saved")
	}
	return g, nil
}
