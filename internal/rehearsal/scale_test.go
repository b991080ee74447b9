package rehearsal_test

import (
	"fmt"
	"testing"
	"time"

	"bevote/internal/rehearsal"
)

// BenchmarkElection plays and audits whole elections of three candidates and
// prints the seconds of both.
func BenchmarkElection(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		b.Run(fmt.Sprint(n, " voters"), func(b *testing.B) {
			f := forms["hardened"]
			f.candidates, f.voters, f.threshold = 3, n, n/2+1
			for b.Loop() {
				begun := time.Now()
				_, path := play(b, rehearsal.Options{Source: f.source(), Votes: map[string]int{"alice": n/2 + 1, "bob": n / 4}})
				played := time.Now()
				want(b, audit(b, path), "L3", "alice", 0)
				b.ReportMetric(played.Sub(begun).Seconds(), "s/rehearsal")
				b.ReportMetric(time.Since(played).Seconds(), "s/audit")
			}
		})
	}
}
