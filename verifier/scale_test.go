package verifier_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"bevote/internal/chain"
	"bevote/internal/curve"
	"bevote/internal/record"
	"bevote/internal/rehearsal"
	"bevote/verifier"
)

// BenchmarkTown audits custodial elections in which everybody votes and the
// supervisor opens all ballots. It prints how many ballots it audits a second,
// the most memory that the process has in use, and the time as a multiple of
// the ECDSA verifications that the election contains, made one after the other
// by the library; and of the larger election the time for each ballot as a
// multiple of the smaller one's.
//
//	go test ./verifier -bench Town -benchtime 3x -run ^$
func BenchmarkTown(b *testing.B) {
	smaller := 0.0 // seconds of processor for a ballot
	for _, n := range []int{2000, 20_000} {
		b.Run(fmt.Sprint(n, " ballots"), func(b *testing.B) {
			dir := town(b, n)
			var spent, alone cost
			peak := uint64(0)
			for b.Loop() {
				b.StopTimer()
				debug.FreeOSMemory()
				one := ecdsaAlone()
				b.StartTimer()
				watched := watchMemory()
				begun := now()
				verifications := auditTown(b, dir)
				spent.add(now().since(begun))
				peak = max(peak, watched())
				alone.add(one.times(verifications))
			}
			ballots := float64(b.N * n)
			b.ReportMetric(ballots/spent.wall.Seconds(), "ballots/s")
			b.ReportMetric(float64(peak)/1e6, "peak-MB")
			b.ReportMetric(float64(spent.wall)/float64(alone.wall), "×ECDSA")
			b.ReportMetric(float64(spent.processor)/float64(alone.processor), "×ECDSA-processor")
			each := spent.processor.Seconds() / ballots
			if smaller > 0 {
				b.ReportMetric(each/smaller, "×smaller")
			}
			smaller = each
		})
	}
}

// town plays a custodial election of n voters.
func town(b *testing.B, n int) (dir string) {
	b.Helper()
	text := regexp.MustCompile(`(?m)^ +(voter |test |allow W0206).*\n`).ReplaceAllString(string(example(b, "custodial")), "")
	for old, new := range map[string]string{
		"60% of 5": fmt.Sprintf("%d of %d", n/2+1, n), "  roll ": fmt.Sprintf("  voters %d\n  mixing none\n  roll ", n),
		"150_000 sat": "20_000 sat", "15 sat": "5 sat", // blocks' rewards must pay for all coins
	} {
		if !strings.Contains(text, old) {
			b.Fatalf("the example has no %q", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	dir = filepath.Join(b.TempDir(), "record")
	w, err := record.Create(dir)
	if err != nil {
		b.Fatal(err)
	}
	_, err = rehearsal.Play(context.Background(), rehearsal.Options{Source: []byte(text), Seed: seed,
		Votes: map[string]int{"north": n * 6 / 10, "south": n - n*6/10}}, w)
	if err == nil {
		err = w.Commit()
	}
	if err != nil {
		b.Fatal(err)
	}
	return dir
}

// auditTown returns how many inputs were run, each with one ECDSA signature.
func auditTown(b *testing.B, dir string) (verifications int) {
	b.Helper()
	rec, err := record.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chain.FromRecord(rec), verifier.Options{})
	if err != nil || r.Exit != 0 {
		b.Fatal(r, err)
	}
	for _, c := range r.Checks {
		if c.ID == "V11" {
			verifications = c.Examined
		}
	}
	return verifications
}

// cost is time that passed, and time of all processors that went into it.
type cost struct{ wall, processor time.Duration }

type instant struct {
	at        time.Time
	processor time.Duration
}

func now() instant {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return instant{time.Now(), time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func (i instant) since(begun instant) cost {
	return cost{i.at.Sub(begun.at), i.processor - begun.processor}
}

func (c *cost) add(o cost) { c.wall, c.processor = c.wall+o.wall, c.processor+o.processor }

func (c cost) times(n int) cost {
	return cost{c.wall * time.Duration(n), c.processor * time.Duration(n)}
}

// ecdsaAlone is what the library takes to verify one ECDSA signature, from
// bytes, the keys all different.
func ecdsaAlone() cost {
	const n = 1000
	var keys [n]curve.PublicKey
	var sigs [n][]byte
	hash := curve.TaggedHash("test")
	for i := range n {
		x := curve.ReduceScalar(curve.TaggedHash("test", curve.Encoder(nil).U16(i)))
		keys[i] = curve.BaseMul(x).Key()
		sigs[i], _ = curve.SignECDSA(x, hash)
	}
	begun := now()
	for i := range n {
		curve.VerifyECDSA(keys[i], hash, sigs[i])
	}
	spent := now().since(begun)
	return cost{spent.wall / n, spent.processor / n}
}

// watchMemory looks every few milliseconds how many bytes the process has in
// use; the function that it returns ends that, and tells the most.
func watchMemory() (most func() uint64) {
	enough, answer := make(chan bool), make(chan uint64)
	go func() {
		peak := uint64(0)
		for {
			peak = max(peak, inUse())
			select {
			case <-enough:
				answer <- peak
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(enough); return <-answer }
}

func inUse() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64() - s[2].Value.Uint64()
}
