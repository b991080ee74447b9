package verifier

import (
	"fmt"
	"slices"
)

// lastCheck is the number of the last check; V56 is retired.
const lastCheck = 114

// lookOver adds V110 and V111, which look at the other rows.
func (r *Report) lookOver() {
	at := slices.IndexFunc(r.Checks, func(c Check) bool { return c.ID == "V111" })
	if at < 0 {
		panic("the table of checks has no V111")
	}
	r.Checks[at] = exclusions(r.Checks)
	r.Checks = slices.Insert(r.Checks, at, coverage(r.Checks))
}

// coverage is V110: each check has looked at as many things as were counted
// apart from it. Otherwise the auditor has a bug.
func coverage(checks []Check) Check {
	c := Check{ID: "V110", Name: "COVERAGE", Class: "–", Status: Pass, Expected: len(checks), Examined: len(checks), Items: []Item{}}
	for _, k := range checks {
		if k.Examined == k.Expected || k.Status == Skipped || k.Status == Errored {
			continue
		}
		c.Status = Fail
		c.Failed++
		c.Items = append(c.Items, Item{k.ID, fmt.Sprintf("examined %d of %d", k.Examined, k.Expected)})
	}
	return c
}

// exclusions is V111: no check is missing. There is no way to switch one off, so
// this finds what was taken out of a build.
func exclusions(checks []Check) Check {
	c := Check{ID: "V111", Name: "NO-EXCLUSIONS", Class: "–", Status: Pass, Items: []Item{}}
	have := map[string]bool{"V110": true} // added after this
	for _, k := range checks {
		have[k.ID] = true
	}
	for n := 1; n <= lastCheck; n++ {
		id := fmt.Sprintf("V%02d", n)
		if id == "V56" {
			continue
		}
		c.Expected++
		c.Examined++
		if !have[id] {
			c.Status = Fail
			c.Failed++
			c.Items = append(c.Items, Item{id, "was not run"})
		}
	}
	return c
}
