package rehearsal_test

import (
	"flag"
	"os"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/workbench"
	"bevote/lang/langtest"

	"pgregory.net/rapid"
)

// TestMain draws few elections, which take tenths of a second each, unless
// -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "12")
	os.Exit(m.Run())
}

// TestAuditOfRehearsalIsClean: for drawn policies, seeds and splits every check of
// the audit of an honest rehearsal passes or is skipped.
func TestAuditOfRehearsalIsClean(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(r, label) })
		built, _, err := workbench.Build(src)
		if err != nil || built == nil {
			r.Fatalf("not a policy: %v\n%s", err, src)
		}
		p := built.Policy
		opt := rehearsal.Options{Source: src, Seed: rapid.Uint64().Draw(r, "seed")}
		opt.Roll = rapid.IntRange(max(1, p.K-1), p.Voters).Draw(r, "roll")
		if rapid.Bool().Draw(r, "split") {
			left := opt.Roll
			opt.Votes = make(map[string]int)
			for _, c := range p.Candidates {
				opt.Votes[c.Name] = rapid.IntRange(0, left).Draw(r, c.Name)
				left -= opt.Votes[c.Name]
			}
		}
		s, path := rehearsaltest.Run(t, opt, rehearsal.Run)
		report := rehearsaltest.Audit(t, path)
		if report.Exit != 0 || (report.Level != "L3" && s.Ended == "") {
			r.Fatalf("level %s, exit %d, %s\n%s%s\n%s", report.Level, report.Exit, report.Verdict, s, rehearsaltest.Failing(report), src)
		}
		if s.Claimant != "" && (report.Winner == nil || *report.Winner != s.Claimant) {
			r.Fatalf("claimed for %s, the audit says %s", s.Claimant, report.Verdict)
		}
	})
}
