package workbench

import (
	"bevote/lang"
	"bevote/templates"
)

// BuildWith is Build with another compiler.
func BuildWith(src []byte, compile func(*lang.Policy) (*templates.Contract, []lang.Diagnostic)) (*Built, []lang.Diagnostic, error) {
	return build(src, 0, compile)
}

// TakenWithout locks a stake under a policy file's stand-ins by another script,
// and returns which of the policy's paths somebody without a secret takes of it
// at a locktime.
func TakenWithout(src []byte, script string, lock uint32) ([]string, error) {
	s, err := newStake(src, trySeed)
	if err != nil {
		return nil, err
	}
	if s.built.Template, err = templates.ParseTemplate(script); err != nil {
		return nil, err
	}
	if err := s.lock(); err != nil {
		return nil, err
	}
	var taken []string
	for _, q := range s.built.Contract.Paths {
		tx, _, err := s.attempt(q, hand{}, lock)
		if err != nil {
			return nil, err
		}
		if tx != nil {
			taken = append(taken, q.Name)
		}
	}
	return taken, nil
}

// BoardBytes returns what a voter's blind signature puts on the board.
func BoardBytes(m lang.Mixing) int { return published(m) }

// Secrets returns whose secrets a shift takes, by their keys.
func (s Shift) Secrets() []string { return s.signers }
