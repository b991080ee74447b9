package verifier

import (
	"fmt"

	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// selfRules are family M, the auditor itself and its report: V109–V114.
func selfRules() []rule {
	return []rule{
		row("V109", "SELFTEST", "–", outsideSelfTest, selfTestRow),
		{ID: "V110", Name: "COVERAGE", Class: "–", textual: true, review: coverage},
		{ID: "V111", Name: "NO-EXCLUSIONS", Class: "–", textual: true, judge: exclusions},
		row("V112", "BOUND", "–", always, bound),
		row("V113", "SECOND-OPINION", "W", always, skipped("needs a second auditor's report: bevote compare")),
		row("V114", "MANUAL", "–", always, skipped("for a person: see what must be checked by hand")),
	}
}

// V112: the report states record, tip, build and policy.
func bound(f *facts, ck *check) {
	for _, part := range []struct {
		name  string
		known bool
	}{
		{"record", f.sum != [32]byte{}}, {"tip", f.chain.Tip().Hash != chainhash.Hash{}},
		{"build", f.opt.Build != ""}, {"policy", f.e.EID != [32]byte{}},
	} {
		ck.expect(1)
		if !part.known {
			ck.fail(part.name, "the report does not say which")
			continue
		}
		ck.pass()
	}
}

// V109: the trials of the self-test. Where one fails there is no report.
func selfTestRow(f *facts, ck *check) {
	ck.expect(f.trials)
	for range f.trials {
		ck.pass()
	}
}

// outsideSelfTest excludes V109 from the audits of the self-test.
func outsideSelfTest(f *facts) string {
	if f.trials == 0 {
		return "this audit is part of the self-test"
	}
	return ""
}

// skipped is the judge of checks that an audit cannot make.
func skipped(reason string) func(*facts, *check) {
	return func(_ *facts, ck *check) { ck.skip(reason) }
}

// V110: each check has examined as many things as it expected; these are counted
// separately. A failure is a bug of the auditor.
func coverage(_ *facts, r *result.Report, ck *check) {
	for _, k := range r.Checks {
		if k.ID == "V110" {
			continue
		}
		ck.expect(1)
		if k.Examined != k.Expected && k.Status != result.Skipped && k.Status != result.Errored {
			ck.fail(k.ID, "examined %d of %d", k.Examined, k.Expected)
			continue
		}
		ck.pass()
	}
}

// lastCheck is the number of the last check; V56 is retired.
const lastCheck = 114

// V111: no check is missing from the table. No option switches one off, so a missing
// one was taken out of the build.
func exclusions(f *facts, ck *check) {
	have := make(map[string]bool)
	for _, fam := range f.table {
		for _, r := range fam.rules {
			have[r.ID] = true
		}
	}
	for n := 1; n <= lastCheck; n++ {
		id := fmt.Sprintf("V%02d", n)
		if id == "V56" {
			continue
		}
		ck.expect(1)
		if !have[id] {
			ck.fail(id, "was not run")
			continue
		}
		ck.pass()
	}
}
