package compiler

import (
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/templates"
)

// checkSelection finds ways to select a path that no script is written for, or
// that outsiders can bend.
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
			Fix:  &lang.Fix{Span: p.Place("selector"), Text: "signature"}, // who may spend stays the same
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

// A key in a script, how many there can be at the most, and over how many the
// script of branches is not even written to see how long it is.
const (
	keyPush    = 1 + templates.KeySize
	maxKeys    = templates.MaxRedeem / keyPush
	mostCosted = 3 * maxKeys
)

// mostBlamed is how many branches a diagnostic points at.
const mostBlamed = 5

// tooManyKeys finds branches whose keys alone are too much: each role of a
// branch stands in the script once at the least.
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
	if keys <= mostCosted && most <= maxKeys {
		return nil
	}
	return []lang.Diagnostic{{
		Code:      "E0601",
		Message:   fmt.Sprintf("redeem script of at least %d keys, which take %d bytes of at most %d", keys, keys*keyPush, templates.MaxRedeem),
		Primary:   labels[0],
		Secondary: labels[1:min(len(labels), mostBlamed)],
		Help:      "leave out branches, or name fewer roles",
	}}
}

// checkLimits holds the script against the limits of consensus and relays.
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

// tooManySigOps reports a script whose spends no relay takes.
func tooManySigOps(p *lang.Policy, ops int) lang.Diagnostic {
	d := lang.Diagnostic{
		Code:    "E0602",
		Message: fmt.Sprintf("redeem script of %d signature operations, relays take %d", ops, templates.MaxSigOps),
		Primary: at(p, "win", "one for each candidate, and one for the refund"),
		Help:    fmt.Sprintf("leave at most %d candidates", templates.MaxSigOps-1),
	}
	if len(p.Branches) > 0 {
		blame(&d, p, ops-templates.MaxSigOps, func(c cost) (int, string) {
			return c.sigOps, fmt.Sprintf("has %d of them", c.sigOps)
		})
	}
	return d
}

// tooLong reports a script that could never be spent.
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
		blame(&d, p, size-templates.MaxRedeem, func(c cost) (int, string) {
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

// fitting returns how many of the candidates' keys a redeem script without
// branches can hold.
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

// cost is what a part of the policy adds to the script.
type cost struct {
	place        string // as lang.Policy.Place names it
	size, sigOps int
}

// costs compares the script with itself without each branch, and without any.
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

// blame says at each branch what it costs, the dearest first, then what the
// rest does; and which branch to leave out: the cheapest that is enough.
func blame(d *lang.Diagnostic, p *lang.Policy, over int, of func(cost) (int, string)) {
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
