package verifier_test

import (
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
)

// TestLeftOffTheRoll: a voter whom the policy names and the roll leaves off is
// listed, and the turnout counts against the voters of the policy.
func TestLeftOffTheRoll(t *testing.T) {
	for _, row := range []struct {
		name  string
		roll  int
		items []string
	}{
		{"four of five", 4, []string{"roll: 4 of 5 named voters; left off: v5"}},
		{"all", 5, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			source := rehearsaltest.Forms()["named"].Source()
			r, err := audited(t, played(t, rehearsal.Options{Source: source, Roll: row.roll, Votes: map[string]int{"alice": 3, "bob": 1}}))
			if err != nil {
				t.Fatal(err)
			}
			var items []string
			for _, i := range checkOf(r, "V26").Items {
				items = append(items, i.Where+": "+i.Message)
			}
			if len(items) != len(row.items) || len(items) > 0 && items[0] != row.items[0] {
				t.Errorf("V26 lists %q, want %q", items, row.items)
			}
			if r.Exit != 0 || r.Votes != 4 || r.Voters != 5 {
				t.Errorf("exit %d, %d of %d voters, want 0, 4 of 5", r.Exit, r.Votes, r.Voters)
			}
		})
	}
}
