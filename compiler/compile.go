// Package compiler goes from a policy's meaning to the contract that carries
// it out, and says what is wrong with a policy that needs bytes to be seen.
//
// It is deterministic: the same core gives the same bytes for each lowering
// version. It is not trusted: everybody who relies on a contract lifts it back
// (package lift) and compares the result with the policy.
package compiler

import (
	"slices"

	"bevote/lang"
	"bevote/templates"
)

// Compile lowers the policy to its contract. The contract is nil if any of the
// diagnostics (codes 06 and 07) is an error; they come in no special order,
// with nothing allowed away.
func Compile(p *lang.Policy) (*templates.Contract, []lang.Diagnostic) {
	if d := unsupported(p); len(d) > 0 {
		return nil, d
	}
	t, paths := lower(p)
	c := &templates.Contract{
		Contract: templates.ContractVersion,
		Policy:   p.ID(),
		Lowering: templates.LoweringVersion,
		Script:   t.String(),
		Paths:    paths,
	}
	d := append(checkScript(p, t), outOfRange(p)...)
	if !anyError(d) {
		// Costs are of no interest while there is no script, and sums
		// could overflow while an amount is out of range.
		d = append(d, checkCosts(p, t, c.Paths)...)
	}
	if anyError(d) {
		return nil, d
	}
	return c, d
}

func anyError(d []lang.Diagnostic) bool { return slices.ContainsFunc(d, lang.Diagnostic.IsError) }
