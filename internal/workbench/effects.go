package workbench

import (
	"slices"

	"bevote/lang"
)

// Effect is one thing that is different.
type Effect struct {
	What string `json:"what"`
	Old  string `json:"old"` // "" where there is none
	New  string `json:"new"`
}

// effects compares what two policies say, when, and what they cost.
func effects(before, after *lang.Policy, old, now *Explanation) []Effect {
	return differences(policyFacts(before, old), policyFacts(after, now))
}

func policyFacts(p *lang.Policy, e *Explanation) []fact {
	return facts("facts", struct {
		*lang.Policy
		Explained *Explanation
	}{p, e})
}

// differences pairs two lists of facts and returns those that are not the same
// in both, in the order of the new one, those that are gone last.
func differences(before, after []fact) []Effect {
	effects := []Effect{}
	for _, f := range after {
		if was := find(before, f.what); was != f.is {
			effects = append(effects, Effect{f.what, was, f.is})
		}
	}
	for _, f := range before {
		gone := !slices.ContainsFunc(after, func(g fact) bool { return g.what == f.what })
		if gone && f.is != "" {
			effects = append(effects, Effect{f.what, f.is, ""})
		}
	}
	return effects
}

func find(facts []fact, what string) string {
	if at := slices.IndexFunc(facts, func(f fact) bool { return f.what == what }); at >= 0 {
		return facts[at].is
	}
	return ""
}

// addresses says what becomes of the stakes' addresses. A ballot is bound to the
// policy id and the redeem script holds the ballot, so a new id moves them all.
func addresses(before, after *Built) string {
	return sentences("addresses", struct{ SameScript bool }{before.Contract.Script == after.Contract.Script})
}
