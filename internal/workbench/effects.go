package workbench

import (
	"slices"

	"bevote/lang"
)

// effect is one fact that differs.
type effect struct {
	What string `json:"what"`
	Old  string `json:"old"` // "" where there is none
	New  string `json:"new"`
}

// effects compares what two policies say, when, and what they cost.
func effects(before, after *lang.Policy, old, now *Explanation) []effect {
	return differences(policyFacts(before, old), policyFacts(after, now))
}

func policyFacts(p *lang.Policy, e *Explanation) []fact {
	return facts("facts", struct {
		*lang.Policy
		Explained *Explanation
	}{p, e})
}

// differences pairs two lists of facts and returns those that differ, in the
// order of the new list, those of the old list alone last.
func differences(before, after []fact) []effect {
	effects := []effect{}
	for _, f := range after {
		if was := find(before, f.what); was != f.is {
			effects = append(effects, effect{f.what, was, f.is})
		}
	}
	for _, f := range before {
		gone := !slices.ContainsFunc(after, func(g fact) bool { return g.what == f.what })
		if gone && f.is != "" {
			effects = append(effects, effect{f.what, f.is, ""})
		}
	}
	return effects
}

// find returns a fact of the list, "" where there is none.
func find(facts []fact, what string) string {
	if at := slices.IndexFunc(facts, func(f fact) bool { return f.what == what }); at >= 0 {
		return facts[at].is
	}
	return ""
}

// addresses says what happens to the stakes' addresses. A ballot is bound to the
// policy id, and the redeem script holds the ballot: a new id moves all of them.
func addresses(before, after *Built) string {
	return sentences("addresses", struct{ SameScript bool }{before.Contract.Script == after.Contract.Script})
}
