package rehearsal_test

import (
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"testing"
)

func TestTry(t *testing.T) {
	for name, form := range rehearsaltest.Forms() {
		t.Run(name, func(t *testing.T) {
			path := rehearsaltest.Record(t, rehearsal.Options{Source: form.Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}})
			r := rehearsaltest.Audit(t, path)
			t.Log(r.Exit, r.Level, r.Verdict)
			for _, c := range r.Checks {
				if c.Status != "PASS" && c.Status != "SKIPPED" || c.Examined != c.Expected {
					t.Error(c.ID, c.Name, c.Status, c.Examined, c.Expected, c.Items)
				}
			}
		})
	}
}
