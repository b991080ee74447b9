// Package compiler goes from a policy's meaning to a script: the contract, and
// the diagnostics that need bytes.
package compiler

import (
	"bevote/lang"
	"bevote/templates"
)

// Compile lowers p to its contract.
func Compile(p *lang.Policy) (*templates.Contract, []lang.Diagnostic) { return nil, nil }
