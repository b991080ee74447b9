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
	t, paths, d := review(p)
	if anyError(d) {
		return nil, d
	}
	c := &templates.Contract{
		Contract: templates.ContractVersion,
		Policy:   p.ID(),
		Lowering: templates.LoweringVersion,
		Script:   t.String(),
		Paths:    paths,
	}
	if p.Mixed() {
		t, c.EscrowPaths = lowerEscrow(p)
		c.Escrow = t.String()
	}
	return c, d
}

// Review returns the diagnostics of Compile as far as a draft tells what they
// depend on, so that one run shows the author these mistakes too.
func Review(p *lang.Policy) []lang.Diagnostic {
	_, _, d := review(p)
	return d
}

// review lowers what is known of the policy, and says what is wrong with it.
// The template and the paths count only if nothing is an error.
func review(p *lang.Policy) (templates.Template, []templates.Path, []lang.Diagnostic) {
	var d []lang.Diagnostic
	selects := p.Knows("win", "target", "branch")
	if selects {
		d = checkSelection(p)
	}
	var t templates.Template
	var paths []templates.Path
	known := selects && !anyError(d) && p.Knows("candidate", "timeout", "ballots") &&
		(p.Win != lang.WinCustodial || p.Knows("supervisor"))
	if known {
		t, paths = lower(p)
		d = append(d, checkLimits(p, t)...)
	}
	if p.Knows("stake", "fee", "voters") {
		d = append(d, outOfRange(p)...)
		if known && !anyError(d) && p.Knows("payout") {
			// Costs are of no interest while there is no script, and sums
			// could overflow while an amount is out of range.
			d = append(d, checkCosts(p, t, paths)...)
		}
	}
	return t, paths, d
}

func anyError(d []lang.Diagnostic) bool { return slices.ContainsFunc(d, lang.Diagnostic.IsError) }
