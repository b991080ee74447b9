package verifier_test

import (
	"context"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/chain"
	"bevote/internal/record"
	"bevote/internal/rehearsal"
	"bevote/verifier"
)

var corpus = flag.Bool("corpus", false, "stub every check, not a sample")

// TestEveryCheckIsNeeded turns checks off, one at a time: with a check that
// passes whatever there is, a lie slips through that the whole auditor catches.
// Otherwise the check would be redundant, or nothing would test it. The checks
// of which that cannot be are rehearsal.NeverAlone, with the reasons.
func TestEveryCheckIsNeeded(t *testing.T) {
	lies := make(map[string]rehearsal.Lie)
	var checks []string
	for _, l := range rehearsal.Lies() {
		if _, have := lies[l.Check]; l.Strength == rehearsal.Harmless || len(l.Along) > 0 || have {
			continue
		}
		lies[l.Check] = l
		checks = append(checks, l.Check)
	}
	for i, id := range checks {
		if !*corpus && i%9 != 0 || id == "V01" { // what does not decode never comes to the checks
			continue
		}
		t.Run(id+" "+lies[id].Name, func(t *testing.T) {
			path := told(t, lies[id])
			if !speaks(t, path, lies[id]) {
				t.Fatal("the whole auditor does not catch it")
			}
			restore, found := verifier.Stub(id)
			if !found {
				t.Fatalf("no check %s", id)
			}
			defer restore()
			if speaks(t, path, lies[id]) {
				t.Error("another check catches it too")
			}
		})
	}
}

// told tells a lie and returns where its record is.
func told(t *testing.T, l rehearsal.Lie) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record")
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if _, err := l.Tell(context.Background(), rehearsal.Options{Seed: 1}, w); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return path
}

// speaks tells whether an audit of the record objects to anything, or names
// whom it must.
func speaks(t *testing.T, path string, l rehearsal.Lie) bool {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chain.FromRecord(rec), verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Status != verifier.Pass && c.Status != verifier.Skipped {
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
