package verifier

import (
	"encoding/hex"
	"fmt"
)

// refusePolicy reports on a record whose policy has errors: V17 fails, and
// without a meaning there is nothing to check the rest against.
func (a *audit) refusePolicy(sinful *PolicyError) *Report {
	r := &Report{Spec: 1, Level: LevelNone, Exit: ExitRefuted, Build: a.opt.Build, Verdict: "refuted: V17 failed",
		Evidence: "none was read", RecordSHA256: hex.EncodeToString(a.sum[:]), Counts: []Count{}, Allowed: []Allowed{},
		Properties: []Property{}, Undetectable: undetectable(), Manual: []string{}}
	for _, f := range families() {
		for _, rule := range f.rules {
			c := Check{ID: rule.ID, Name: rule.Name, Class: rule.Class, Status: Skipped, Reason: "the policy has errors", Items: []Item{}}
			if rule.ID == "V17" {
				c.Status, c.Reason, c.Expected, c.Examined, c.Failed = Fail, "", 1, 1, 1
				c.Items = sinful.items()
			}
			r.Checks = append(r.Checks, c)
		}
	}
	return r
}

func (e *PolicyError) items() (out []Item) {
	for _, d := range e.Diagnostics {
		out = append(out, Item{fmt.Sprintf("policy.bev:%d:%d", d.Primary.Line, d.Primary.Column), d.Code + ": " + d.Message})
	}
	return out
}
