package verifier

import (
	"encoding/hex"
	"fmt"

	"bevote/lang"
	"bevote/verifier/result"
)

// refuse is the report on a record whose policy has errors: V17 fails, and checks that
// need the policy's meaning are skipped.
func refuse(in *inputs) *result.Report {
	r := &result.Report{
		Spec: 1, Level: result.LevelNone, Exit: result.ExitRefuted, Build: in.opt.Build,
		Verdict: "refuted: V17 failed", Evidence: "no block was read", RecordSHA256: hex.EncodeToString(in.sum[:]),
		Counts: []result.Count{}, Allowed: []result.Allowed{},
		Undetectable: undetectable(), Manual: manual(&lang.Policy{}),
	}
	for _, p := range properties(&lang.Policy{}, nil, 0) {
		p.Checked = "nothing: the policy has errors"
		r.Properties = append(r.Properties, p)
	}
	f := unread(in)
	_, reviews := addRows(r, f)
	for _, v := range reviews {
		r.Checks[v.row], _ = v.run(f, r)
	}
	return r
}

// unread is the facts of inputs without a chain.
func unread(in *inputs) *facts {
	return &facts{tallied: &tallied{executed: &executed{prepared: &prepared{chained: &chained{inputs: in}}}}}
}

// policyFaults is V17 of a policy that has errors: it lists them.
func policyFaults(f *facts, ck *check) {
	ck.expect(1)
	ck.examined, ck.failed = 1, 1
	for _, d := range f.policyErr.Diagnostics {
		ck.note(fmt.Sprintf("policy.bev:%d:%d", d.Primary.Line, d.Primary.Column), "%s: %s", d.Code, d.Message)
	}
}
