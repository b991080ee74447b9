package verifier_test

import (
	"bytes"
	"slices"
	"testing"

	"bevote/verifier/record"
	"bevote/verifier/result"
)

// TestRefusedPolicy: a record whose policy breaks a rule is refuted by V17, and
// its report still has every row: V110 has looked at all others.
func TestRefusedPolicy(t *testing.T) {
	files := recorded(t, "club_chair")
	statement := []byte("ballots plain\n")
	files[record.Policy] = bytes.Replace(files[record.Policy], statement, slices.Concat(statement, statement), 1)
	r, err := audited(t, files)
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit != result.ExitRefuted || status(r, "V17") != result.Fail || status(r, "V52") != result.Skipped {
		t.Errorf("exit %d, V17 %s, V52 %s, want %d, FAIL, SKIPPED", r.Exit, status(r, "V17"), status(r, "V52"), result.ExitRefuted)
	}
	for _, id := range []string{"V110", "V111"} {
		if status(r, id) != result.Pass {
			t.Errorf("%s %s, want PASS", id, status(r, id))
		}
	}
	if c := checkOf(r, "V110"); c.Expected != len(r.Checks)-1 {
		t.Errorf("V110 looked at %d rows of %d others", c.Expected, len(r.Checks)-1)
	}
}
