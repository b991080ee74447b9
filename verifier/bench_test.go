package verifier_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// BenchmarkAudit prints what family E costs, in seconds, in seconds of processor
// and as a multiple of decoding the dealt points one after the other, and
// families F to J as a multiple of the ECDSA verifications that they contain.
// Multiples are of processor time. The record of 1,000 voters takes minutes to
// play:
//
//	go test ./verifier -bench Audit/1000 -benchtime 3x -run ^$ -timeout 30m
func BenchmarkAudit(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(strconv.Itoa(n)+" voters", func(b *testing.B) {
			dir := playedTo(b, n)
			spent := make(map[string]cost)
			for b.Loop() {
				auditTimed(b, dir, spent)
			}
			sum := func(stages ...string) (of cost) {
				for _, s := range stages {
					of.wall, of.processor = of.wall+spent[s].wall/time.Duration(b.N), of.processor+spent[s].processor/time.Duration(b.N)
				}
				return of
			}
			dealing := sum("checking the dealing", "checking family E")
			votes := sum("verifying signatures", "running the scripts", "judging the votes", "counting", "following the stakes",
				"checking family F and G", "checking family H", "checking family I", "checking family J")
			b.ReportMetric(float64(votes.processor)/float64(ecdsa(verifySingly).processor*time.Duration(2*n)), "F–J×ECDSA")
			b.ReportMetric(dealing.wall.Seconds(), "E-s")
			b.ReportMetric(dealing.processor.Seconds(), "E-processor-s")
			b.ReportMetric(float64(dealing.processor)/float64(decodingAlone()*time.Duration(n*(n/2+1))), "E×decoding")
		})
	}
}

// decodingAlone is what it takes to decode one point.
func decodingAlone() time.Duration {
	const n = 1000
	key := curve.BaseMul(curve.NewScalar(5)).Key()
	begun := now()
	for range n {
		curve.DecodePoint(key[:])
	}
	return now().since(begun).processor / n
}

// playedTo rehearses an election of n voters and returns its record.
func playedTo(b *testing.B, n int) string {
	b.Helper()
	text := regexp.MustCompile(`(?m)^  test .*\n`).ReplaceAllString(string(example(b, "club_chair")), "")
	k := strconv.Itoa(n/2 + 1)
	text = strings.Replace(text, "voters     5", "voters     "+strconv.Itoa(n), 1)
	text = strings.Replace(text, "3 of 5", k+" of "+strconv.Itoa(n), 1)
	return rehearsaltest.Record(b, rehearsal.Options{Source: []byte(text), Seed: seed,
		Votes: map[string]int{"alice": n/2 + 1, "bob": n - n/2 - 1}})
}

// auditTimed audits a record and adds up how long each stage took.
func auditTimed(b *testing.B, dir string, spent map[string]cost) {
	b.Helper()
	rec, err := record.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	stage, since := "", now()
	turn := func(next string) {
		c := now().since(since)
		spent[stage] = cost{wall: spent[stage].wall + c.wall, processor: spent[stage].processor + c.processor}
		stage, since = next, now()
	}
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{
		Progress: func(next string, _, _ int) { turn(next) }})
	if err != nil || r.Exit != 0 {
		b.Fatal(r, err)
	}
	turn("")
}
