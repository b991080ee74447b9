package workbench

import (
	"bevote/lang"
	"bevote/templates"
)

// The parts of answers by the names that tests give them.
type (
	CertifiedSpend = certifiedSpend
	FundedSpend    = fundedSpend
	Shift          = shift
	Risk           = risk
	Limit          = limit
	PathCost       = pathCost
	ActCost        = actCost
)

// BuildWith is Build with another compiler.
func BuildWith(src []byte, compile func(*lang.Policy) (*templates.Contract, []lang.Diagnostic)) (
	*Built, []lang.Diagnostic, error,
) {
	return build(src, 0, compile)
}

// TakenWithout locks a stake under a policy file's stand-ins by another script.
// It returns which of the policy's paths are taken of it at a locktime with no
// secret at hand.
func TakenWithout(src []byte, script string, lock uint32) ([]string, error) {
	o, err := standInOutput(src, trySeed)
	if err != nil {
		return nil, err
	}
	if o.built.Template, err = templates.ParseTemplate(script); err != nil {
		return nil, err
	}
	if err := o.lock(); err != nil {
		return nil, err
	}
	var taken []string
	for _, q := range o.built.Contract.Paths {
		tx, _, err := o.attempt(q, knownSecrets{}, lock)
		if err != nil {
			return nil, err
		}
		if tx != nil {
			taken = append(taken, q.Name)
		}
	}
	return taken, nil
}

// BoardBytes returns what a voter's blind signature takes of the board.
func BoardBytes(m lang.Mixing) int { return boardBytes(m) }

// Holders returns the holders of a shift's secrets, by their keys.
func (s shift) Holders() []string { return s.holders }
