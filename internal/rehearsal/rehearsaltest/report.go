package rehearsaltest

import (
	"fmt"
	"strings"
	"testing"

	"bevote/verifier/result"
)

// Want compares a report with the level, the winner ("" for none) and the exit
// code that it must have.
func Want(t testing.TB, r *result.Report, level, winner string, exit int) {
	t.Helper()
	got := ""
	if r.Winner != nil {
		got = *r.Winner
	}
	if r.Level != level || got != winner || r.Exit != exit {
		t.Errorf("level %s, winner %q, exit %d, verdict %q; want %s, %q, %d%s", r.Level, got, r.Exit, r.Verdict, level, winner, exit, Failing(r))
	}
}

// Failing lists the checks that did not pass, with their items.
func Failing(r *result.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		if c.Status == result.Pass || c.Status == result.Skipped {
			continue
		}
		fmt.Fprintf(&b, "\n%s %s %s %d/%d %s", c.ID, c.Name, c.Status, c.Examined, c.Expected, c.Reason)
		for _, item := range c.Items {
			fmt.Fprintf(&b, "\n  %s: %s", item.Where, item.Message)
		}
	}
	return b.String()
}

// Items returns the items of a check.
func Items(r *result.Report, id string) (out []result.Item) {
	for _, c := range r.Checks {
		if c.ID == id {
			out = append(out, c.Items...)
		}
	}
	return out
}

// Found reports whether an item of a check has a text in it.
func Found(r *result.Report, id, text string) bool {
	for _, item := range Items(r, id) {
		if strings.Contains(item.Where+" "+item.Message, text) {
			return true
		}
	}
	return false
}
