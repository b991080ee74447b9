package verifier_test

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// BenchmarkTown audits custodial elections in which all vote and the
// supervisor opens all ballots. It prints how many ballots it audits a second,
// the most memory that the process has in use, and what the audit takes as a
// multiple of the ECDSA verifications that the election contains, made one by
// one by the library on as many cores; what of it the verifications themselves
// take, in batches; and of the larger election what a ballot takes as a
// multiple of the smaller one's. Multiples are of processor time, in which
// other work on the machine hardly shows.
//
//	go test ./verifier -bench Town -benchtime 5x -run ^$
func BenchmarkTown(b *testing.B) {
	smaller := time.Duration(0) // of processor for a ballot
	for _, n := range []int{2000, 20_000} {
		b.Run(fmt.Sprint(n, " ballots"), func(b *testing.B) {
			dir := town(b, n)
			var audits, singly, together []cost
			verifications, peak := 0, uint64(0)
			for b.Loop() {
				b.StopTimer()
				debug.FreeOSMemory()
				singly = append(singly, ecdsa(verifySingly))
				together = append(together, ecdsa(curve.VerifyECDSABatch))
				b.StartTimer()
				watched := watchMemory()
				begun := now()
				verifications = auditTown(b, dir)
				audits = append(audits, now().since(begun))
				peak = max(peak, watched())
			}
			audit, ecdsa := median(audits), time.Duration(verifications)*median(singly).processor
			b.ReportMetric(float64(n)/audit.wall.Seconds(), "ballots/s")
			b.ReportMetric(float64(n)/audit.processor.Seconds(), "ballots/processor-s")
			b.ReportMetric(float64(peak)/1e6, "peak-MB")
			b.ReportMetric(float64(audit.processor)/float64(ecdsa), "×ECDSA")
			b.ReportMetric(float64(median(together).processor)/float64(median(singly).processor), "×ECDSA-batched")
			each := audit.processor / time.Duration(n)
			if smaller > 0 {
				b.ReportMetric(float64(each)/float64(smaller), "×smaller")
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
	return rehearsaltest.Record(b, rehearsal.Options{Source: []byte(text), Seed: seed,
		Votes: map[string]int{"north": n * 6 / 10, "south": n - n*6/10}})
}

// auditTown returns how many inputs were run, each with one ECDSA signature.
func auditTown(b *testing.B, dir string) (verifications int) {
	b.Helper()
	rec, err := record.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
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
	return instant{at: time.Now(), processor: time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func (i instant) since(begun instant) cost {
	return cost{wall: i.at.Sub(begun.at), processor: i.processor - begun.processor}
}

// median is the cost with the median of the processor's time.
func median(costs []cost) cost {
	slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(a.processor, b.processor) })
	return costs[len(costs)/2]
}

// verifySingly verifies signatures one by one, by the library.
func verifySingly(sigs []curve.Signed, _ *curve.Keyring) []bool {
	valid := make([]bool, len(sigs))
	for i, s := range sigs {
		valid[i] = curve.VerifyECDSA(s.Key, s.Hash, s.Sig)
	}
	return valid
}

// ecdsa is what one ECDSA signature costs, from bytes, where all cores verify
// them at once, as an audit's do.
func ecdsa(verify func([]curve.Signed, *curve.Keyring) []bool) cost {
	sigs := someSignatures()
	begun := now()
	cores.Each(runtime.NumCPU(), func(int) {
		if valid := verify(sigs, new(curve.Keyring)); slices.Contains(valid, false) {
			panic("a signature does not verify")
		}
	})
	spent := now().since(begun)
	n := time.Duration(len(sigs) * runtime.NumCPU())
	return cost{wall: spent.wall / n, processor: spent.processor / n}
}

// someSignatures are ECDSA signatures, the keys all different.
var someSignatures = sync.OnceValue(func() []curve.Signed {
	sigs := make([]curve.Signed, 4000)
	for i := range sigs {
		x := curve.ReduceScalar(curve.TaggedHash("test", curve.Encoder(nil).U16(i)))
		sigs[i] = curve.Signed{Key: curve.BaseMul(x).Key(), Hash: curve.TaggedHash("test")}
		sigs[i].Sig, _ = curve.SignECDSA(x, sigs[i].Hash)
	}
	return sigs
})

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
