package verifier_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bevote/internal/chain"
	"bevote/internal/curve"
	"bevote/internal/record"
	"bevote/internal/rehearsal"
	"bevote/verifier"
)

// BenchmarkAudit prints what family E costs, in seconds and as a multiple of
// decoding the dealt points one after the other, and families F to J as a
// multiple of the ECDSA verifications that they contain. The record of 1,000
// voters takes minutes to play:
//
//	go test ./verifier -bench Audit/1000 -benchtime 3x -run ^$
func BenchmarkAudit(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		b.Run(strconv.Itoa(n)+" voters", func(b *testing.B) {
			dir := playedTo(b, n)
			spent := make(map[string]time.Duration)
			for b.Loop() {
				auditTimed(b, dir, spent)
			}
			dealing := spent["checking the dealing"] + spent["checking family E"]
			votes := spent["verifying signatures"] + spent["running the scripts"] + spent["judging the votes"] + spent["counting"] + spent["following the stakes"]
			for _, f := range []string{"F and G", "H", "I", "J"} {
				votes += spent["checking family "+f]
			}
			verifications := time.Duration(b.N * 2 * n)
			b.ReportMetric(float64(votes)/float64(ecdsaAlone().wall*verifications), "F–J×ECDSA")
			b.ReportMetric(dealing.Seconds()/float64(b.N), "E-s")
			b.ReportMetric(float64(dealing)/float64(decodingAlone()*time.Duration(b.N*n*(n/2+1))), "E×decoding")
		})
	}
}

// decodingAlone is what it takes to decode one point.
func decodingAlone() time.Duration {
	const n = 1000
	key := curve.BaseMul(curve.NewScalar(5)).Key()
	begun := time.Now()
	for range n {
		curve.DecodePoint(key[:])
	}
	return time.Since(begun) / n
}

// playedTo rehearses an election of n voters and returns its record.
func playedTo(b *testing.B, n int) string {
	b.Helper()
	text := regexp.MustCompile(`(?m)^  test .*\n`).ReplaceAllString(string(example(b, "club_chair")), "")
	k := strconv.Itoa(n/2 + 1)
	text = strings.Replace(text, "voters     5", "voters     "+strconv.Itoa(n), 1)
	text = strings.Replace(text, "3 of 5", k+" of "+strconv.Itoa(n), 1)
	dir := filepath.Join(b.TempDir(), "record")
	w, err := record.Create(dir)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := rehearsal.Play(context.Background(), rehearsal.Options{Source: []byte(text), Seed: seed,
		Votes: map[string]int{"alice": n/2 + 1, "bob": n - n/2 - 1}}, w); err != nil {
		b.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// auditTimed audits a record and adds up how long each stage took.
func auditTimed(b *testing.B, dir string, spent map[string]time.Duration) {
	b.Helper()
	rec, err := record.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	stage, since := "", time.Now()
	r, err := verifier.Audit(context.Background(), rec, chain.FromRecord(rec), verifier.Options{
		Progress: func(next string, _, _ int) {
			now := time.Now()
			spent[stage] += now.Sub(since)
			stage, since = next, now
		}})
	if err != nil || r.Exit != 0 {
		b.Fatal(r, err)
	}
	spent[stage] += time.Since(since)
}
