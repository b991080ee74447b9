package verifier

import (
	"fmt"
	"slices"

	"bevote/verifier/result"
)

// lastCheck is the number of the last check; V56 is retired.
const lastCheck = 114

// lookOver adds V110 and V111, which look at the other rows.
func lookOver(r *result.Report) {
	at := slices.IndexFunc(r.Checks, func(c result.Check) bool { return c.ID == "V111" })
	if at < 0 {
		panic("the table of checks has no V111")
	}
	r.Checks[at] = exclusions(r.Checks)
	r.Checks = slices.Insert(r.Checks, at, coverage(r.Checks))
}

// coverage is V110: each check has looked at as many things as were counted
// apart from it. Otherwise the auditor has a bug.
func coverage(checks []result.Check) result.Check {
	c := result.Check{ID: "V110", Name: "COVERAGE", Class: "–", Status: result.Pass, Expected: len(checks), Examined: len(checks), Items: []result.Item{}}
	for _, k := range checks {
		if k.Examined == k.Expected || k.Status == result.Skipped || k.Status == result.Errored {
			continue
		}
		c.Status = result.Fail
		c.Failed++
		c.Items = append(c.Items, result.Item{Where: k.ID, Message: fmt.Sprintf("examined %d of %d", k.Examined, k.Expected)})
	}
	return c
}

// exclusions is V111: no check is missing. There is no way to switch one off, so
// this finds what was taken out of a build.
func exclusions(checks []result.Check) result.Check {
	c := result.Check{ID: "V111", Name: "NO-EXCLUSIONS", Class: "–", Status: result.Pass, Items: []result.Item{}}
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
			c.Status = result.Fail
			c.Failed++
			c.Items = append(c.Items, result.Item{Where: id, Message: "was not run"})
		}
	}
	return c
}
