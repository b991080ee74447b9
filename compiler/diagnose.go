package compiler

import (
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/templates"
)

// checkSelection reports branches of too many keys, and a selector by flag: no script
// is written for it in a hardened election (E0605), and elsewhere no signature
// covers it (W0604).
func checkSelection(p *lang.Policy) []lang.Diagnostic {
	d := tooManyKeys(p)
	switch {
	case p.Selector != selectorFlag:
	case p.Win == lang.WinHardened:
		d = append(d, lang.Diagnostic{
			Code:    "E0605",
			Message: "`win when joint and candidate sign` has no `selector flag`",
			Primary: at(p, "target", "selects by a flag"),
			Secondary: []lang.Label{
				at(p, "win", "is selected by the claim's signature"),
			},
			Help: "write `selector signature`",
			Fix:  &lang.Fix{Span: p.Place("selector"), Text: "signature"}, // the paths stay the same
		})
	default:
		d = append(d, lang.Diagnostic{
			Code:    "W0604",
			Message: "the flag that selects a path can be rewritten by anyone who relays the transaction",
			Primary: at(p, "target", "selects by a flag that nobody signs"),
			Notes:   []string{"the rewritten transaction spends the same, under another txid"},
			Help:    "write `selector signature`",
		})
	}
	return d
}

const (
	keyPush    = 1 + templates.KeySize         // bytes of a key in a script
	maxKeys    = templates.MaxRedeem / keyPush // keys of one script
	maxCosted  = 3 * maxKeys                   // keys of branches whose script is written to measure it
	maxLabeled = 5                             // branches that a diagnostic points at
)

// tooManyKeys reports branches whose keys alone are longer than a redeem script: each
// role of a branch is in the script at least once.
func tooManyKeys(p *lang.Policy) []lang.Diagnostic {
	if len(p.Branches) == 0 {
		return nil
	}
	branches := slices.Clone(p.Branches)
	slices.SortStableFunc(branches, func(a, b lang.Branch) int { return len(rolesOf(b)) - len(rolesOf(a)) })
	keys, most := len(winners(p).roles), len(rolesOf(branches[0]))
	var labels []lang.Label
	for _, b := range branches {
		n := len(rolesOf(b))
		keys += n
		labels = append(labels, at(p, "branch "+b.Name, fmt.Sprintf("has at least %d of them", n)))
	}
	if keys <= maxCosted && most <= maxKeys {
		return nil
	}
	return []lang.Diagnostic{{
		Code: "E0601",
		Message: fmt.Sprintf("redeem script of at least %d keys, which take %d bytes of at most %d",
			keys, keys*keyPush, templates.MaxRedeem),
		Primary:   labels[0],
		Secondary: labels[1:min(len(labels), maxLabeled)],
		Help:      "leave out branches, or name fewer roles",
	}}
}

// checkLimits compares the script with the limits of consensus and relays.
func checkLimits(p *lang.Policy, t templates.Template) []lang.Diagnostic {
	var d []lang.Diagnostic
	if size := t.Size(p.Salted); size > templates.MaxRedeem {
		d = append(d, tooLong(p, size))
	}
	if ops := t.SigOps(); ops > templates.MaxSigOps {
		d = append(d, tooManySigOps(p, ops))
	}
	return d
}

// tooManySigOps returns the diagnostic of a script whose spends no relay takes.
func tooManySigOps(p *lang.Policy, ops int) lang.Diagnostic {
	d := lang.Diagnostic{
		Code:    "E0602",
		Message: fmt.Sprintf("redeem script of %d signature operations, relays take %d", ops, templates.MaxSigOps),
		Primary: at(p, "win", "one for each candidate, and one for the refund"),
		Help:    fmt.Sprintf("leave at most %d candidates", templates.MaxSigOps-1),
	}
	if len(p.Branches) > 0 {
		labelCosts(&d, p, ops-templates.MaxSigOps, func(c cost) (int, string) {
			return c.sigOps, fmt.Sprintf("has %d of them", c.sigOps)
		})
	}
	return d
}

// tooLong returns the diagnostic of a script that can never be spent.
func tooLong(p *lang.Policy, size int) lang.Diagnostic {
	fits := fitting(p)
	d := lang.Diagnostic{
		Code:    "E0601",
		Message: fmt.Sprintf("redeem script of %d bytes, at most %d: %d candidates fit", size, templates.MaxRedeem, fits),
		Primary: at(p, "win", fmt.Sprintf("takes a key of each of the %d candidates into the script", len(p.Candidates))),
		Help:    fmt.Sprintf("leave at most %d candidates", fits),
	}
	if len(p.Branches) > 0 {
		d.Message = fmt.Sprintf("redeem script of %d bytes, at most %d", size, templates.MaxRedeem)
		if fits < len(p.Candidates) {
			d.Notes = []string{fmt.Sprintf("without branches %d candidates fit", fits)}
		}
		labelCosts(&d, p, size-templates.MaxRedeem, func(c cost) (int, string) {
			return c.size, fmt.Sprintf("takes %d bytes", c.size)
		})
	} else if p.Salted {
		plain := *p
		plain.Salted = false
		if more := fitting(&plain); more > fits {
			d.Notes = append(d.Notes, fmt.Sprintf("with `ballots plain` %d candidates fit", more))
		}
	}
	return d
}

// fitting returns the number of candidates, from the first, whose keys fit a redeem
// script without branches.
func fitting(p *lang.Policy) int {
	some := *p
	some.Branches = nil
	for n := range p.Candidates {
		some.Candidates = p.Candidates[:n+1]
		if t, _ := lower(&some); t.Size(p.Salted) > templates.MaxRedeem {
			return n
		}
	}
	return len(p.Candidates)
}

// cost is the bytes and signature operations that a part of the policy adds to the
// script.
type cost struct {
	place        string // as lang.Policy.Place names it
	size, sigOps int
}

// costs measures the script without each branch, and without any.
func costs(p *lang.Policy) (branches []cost, rest cost) {
	measure := func(branches []lang.Branch) cost {
		some := *p
		some.Branches = branches
		t, _ := lower(&some)
		return cost{size: t.Size(p.Salted), sigOps: t.SigOps()}
	}
	whole := measure(p.Branches)
	for i, b := range p.Branches {
		without := measure(slices.Delete(slices.Clone(p.Branches), i, i+1))
		branches = append(branches, cost{"branch " + b.Name, whole.size - without.size, whole.sigOps - without.sigOps})
	}
	rest = measure(nil)
	rest.place = "win"
	return branches, rest
}

// labelCosts puts a label on each branch with its cost, the largest first, then one
// on the rest. The help names the cheapest branch that is enough to leave out.
func labelCosts(d *lang.Diagnostic, p *lang.Policy, over int, of func(cost) (int, string)) {
	branches, rest := costs(p)
	slices.SortStableFunc(branches, func(a, b cost) int {
		x, _ := of(a)
		y, _ := of(b)
		return y - x
	})
	d.Help = "leave out branches, or candidates"
	d.Secondary = nil
	for i, b := range branches {
		n, text := of(b)
		if n >= over {
			d.Help = fmt.Sprintf("leave out `%s`", b.place)
		}
		if i == 0 {
			d.Primary = at(p, b.place, text)
		} else {
			d.Secondary = append(d.Secondary, at(p, b.place, text))
		}
	}
	_, text := of(rest)
	d.Secondary = append(d.Secondary, at(p, rest.place, text+", with the refund"))
}

func at(p *lang.Policy, what, text string) lang.Label {
	return lang.Label{Span: p.Place(what), Text: text}
}
