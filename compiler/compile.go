// Package compiler turns a policy's meaning into its contract, and reports the
// mistakes that show only in the compiled script.
//
// It promises that one core gives one contract for each lowering version. Nothing
// depends on its being right: every participant reads the contract back with package
// [bevote/verifier/lift] and compares it with the policy.
package compiler

import (
	"slices"

	"bevote/lang"
	"bevote/templates"
)

// Compile returns the policy's contract, and diagnostics of the codes 06 and 07. The
// contract is nil if one of them is an error. They are not sorted, and the policy's
// allow lines are not applied: [lang.ApplyAllows] does both.
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

// Review returns the diagnostics of [Compile] as far as a draft ([lang.Draft]) knows
// what they depend on.
func Review(p *lang.Policy) []lang.Diagnostic {
	_, _, d := review(p)
	return d
}

// review lowers what is known of the policy and returns its diagnostics. Template and
// paths are valid only if none is an error.
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
		if known && !anyError(d) && p.Knows("payouts") {
			// Costs need a script, and amounts whose sums do not overflow.
			d = append(d, checkCosts(p, t, paths)...)
		}
	}
	return t, paths, d
}

func anyError(d []lang.Diagnostic) bool { return slices.ContainsFunc(d, lang.Diagnostic.IsError) }
