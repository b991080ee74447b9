package rehearsal_test

import (
	"fmt"
	"testing"
	"time"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
)

// BenchmarkElection plays and audits whole elections of three candidates and
// prints the seconds of both.
func BenchmarkElection(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		b.Run(fmt.Sprint(n, " voters"), func(b *testing.B) {
			f := rehearsaltest.Forms()["hardened"]
			f.Candidates, f.Voters, f.Threshold = 3, n, n/2+1
			for b.Loop() {
				begun := time.Now()
				path := rehearsaltest.Record(b, rehearsal.Options{Source: f.Source(), Votes: map[string]int{"alice": n/2 + 1, "bob": n / 4}})
				played := time.Now()
				rehearsaltest.Want(b, rehearsaltest.Audit(b, path), "L3", "alice", 0)
				b.ReportMetric(played.Sub(begun).Seconds(), "s/rehearsal")
				b.ReportMetric(time.Since(played).Seconds(), "s/audit")
			}
		})
	}
}
