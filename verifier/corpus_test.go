package verifier_test

import (
	"context"
	"flag"
	"strings"
	"testing"

	"bevote/internal/corpus"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/result"
)

var whole = flag.Bool("corpus", false, "try every lie with its check stubbed, not a sample")

// TestEveryCheckIsNeeded turns checks off, one at a time: with a check that
// passes whatever there is, each lie slips through that the corpus says it
// alone catches. Otherwise the check would be redundant, or nothing would test
// it. The checks of which that cannot be are corpus.NeverAlone, with the
// reasons. Of the lies over mixed elections, which take long to play, one of each
// check is tried; without -corpus one lie of every ninth check.
func TestEveryCheckIsNeeded(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range corpus.Lies() {
		if l.Strength == corpus.Harmless || len(l.Along) > 0 || l.Check == "V01" || l.Name == "policy-with-error" {
			continue // what does not decode, or has no meaning, never comes to the checks
		}
		first := !seen[l.Check]
		seen[l.Check] = true
		if !first && strings.HasPrefix(l.Base, "mixed") || !*whole && (!first || len(seen)%9 != 1) {
			continue
		}
		t.Run(l.Check+" "+l.Name, func(t *testing.T) { neededFor(t, l) })
	}
}

// neededFor audits a lie with the whole auditor, and with its check turned off.
func neededFor(t *testing.T, l corpus.Lie) {
	path := told(t, l)
	if !speaks(t, path, l, verifier.Checks()) {
		t.Fatal("the whole auditor does not catch it")
	}
	stubbed := verifier.Stub(l.Check)
	if stubbed == nil {
		t.Fatalf("no check %s", l.Check)
	}
	if speaks(t, path, l, stubbed) {
		t.Error("another check catches it too")
	}
}

// TestFindingsNameTheParty: findings of class A name the party.
func TestFindingsNameTheParty(t *testing.T) {
	want := map[string]string{
		"roll-twice": "V15 the supervisor: ", "vote-suppressed": "V72 the supervisor: ", "disavowal-unproven": "V70 bob: ", "share-invented": "V71 bob: ",
		"total-deflated": "V74 the supervisor: ", "opened-early": "V79 alice: ", "opened-during-vote": "V80 alice: ", "loser-claim-none": "V83 claimed for bob ",
		"nonce-reused": "V84 claimed for alice ", "claim-late": "V87 LATE: claimed for alice ", "claim-early": "V88 claimed for alice ",
	}
	for _, l := range corpus.Lies() {
		words, asked := want[l.Name]
		if !asked {
			continue
		}
		delete(want, l.Name)
		found := false
		for _, c := range judged(t, told(t, l), verifier.Checks()).Checks {
			for _, item := range c.Items {
				found = found || strings.HasPrefix(c.ID+" "+item.Message, words)
			}
		}
		if !found {
			t.Errorf("%s: no finding begins with %q", l.Name, words)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such lies: %v", want)
	}
}

// told tells a lie and returns where its record is.
func told(t *testing.T, l corpus.Lie) string {
	t.Helper()
	_, path := rehearsaltest.Run(t, rehearsal.Options{Seed: 1}, l.Run)
	return path
}

// speaks reports whether an audit of the record objects to anything, or names
// the party at fault.
func speaks(t *testing.T, path string, l corpus.Lie, table verifier.Table) bool {
	t.Helper()
	for _, c := range judged(t, path, table).Checks {
		if c.Status != result.Pass && c.Status != result.Skipped {
			return true
		}
		for _, item := range c.Items {
			if l.Says != "" && c.ID == l.Check && strings.Contains(item.Where+": "+item.Message, l.Says) {
				return true
			}
		}
	}
	return false
}

// judged audits the record at a path.
func judged(t *testing.T, path string, table verifier.Table) *result.Report {
	t.Helper()
	rec := rehearsaltest.Open(t, path)
	r, err := verifier.AuditBy(context.Background(), rec, chainfile.FromRecord(rec), table)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
