package verifier

import (
	"encoding/hex"
	"fmt"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// refusePolicy reports on a record whose policy has errors: V17 fails, and
// without a meaning there is nothing to check the rest against.
func (a *audit) refusePolicy(sinful *election.PolicyError) *result.Report {
	r := &result.Report{Spec: 1, Level: result.LevelNone, Exit: result.ExitRefuted, Build: a.opt.Build, Verdict: "refuted: V17 failed",
		Evidence: "no block was read", RecordSHA256: hex.EncodeToString(a.sum[:]), Counts: []result.Count{}, Allowed: []result.Allowed{},
		Undetectable: undetectable(), Manual: manual(&lang.Policy{})}
	for _, p := range properties(&lang.Policy{}, nil, 0) {
		r.Properties = append(r.Properties, result.Property{Name: p.Name, Checked: "nothing: the policy has errors", Not: p.Not})
	}
	for _, f := range families() {
		for _, rule := range f.rules {
			r.Checks = append(r.Checks, a.refuseRule(rule, sinful))
		}
	}
	lookOver(r)
	return r
}

// refuseRule is the row of a check that has no policy to go by. What was
// decoded and what the report says of itself can be told all the same.
func (a *audit) refuseRule(r rule, sinful *election.PolicyError) result.Check {
	switch r.ID {
	case "V01":
		c, _ := r.run(a)
		return c
	case "V17":
		return result.Check{ID: r.ID, Name: r.Name, Class: r.Class, Status: result.Fail, Expected: 1, Examined: 1, Failed: 1, Items: policyItems(sinful)}
	}
	return result.Check{ID: r.ID, Name: r.Name, Class: r.Class, Status: result.Skipped, Reason: "the policy has errors", Items: []result.Item{}}
}

// policyItems lists the errors of a policy.
func policyItems(e *election.PolicyError) (out []result.Item) {
	for _, d := range e.Diagnostics {
		out = append(out, result.Item{Where: fmt.Sprintf("policy.bev:%d:%d", d.Primary.Line, d.Primary.Column), Message: d.Code + ": " + d.Message})
	}
	return out
}
