package mixing_test

import (
	"bytes"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	"bevote/internal/mixing"
)

// The length of a modulus and the number of rounds in the examples of docs/language.md.
const (
	fullBits   = 2048
	fullRounds = 128
)

// The parts of a session with these lengths.
func BenchmarkParts(b *testing.B) {
	c := newFixture(b, fullBits, fullRounds, 1)
	s := c.members[0]
	m := issue(b, c.group, s, stream(2), message(1))
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("group", func() error { _, err := mixing.NewGroup(eid, c.manager.Modulus(), fullRounds); return err })
	run("modulus", func() error { return c.manager.Modulus().Check(eid, fullBits) })
	run("signer", func() error { _, err := c.group.NewSigner(stream(3), nil); return err })
	run("member", func() error { return c.group.CheckMember(s.Member(), []byte{0}) })
	run("offer", func() error { _, err := s.Open(stream(2)); return err })
	run("challenge", func() error { _, err := c.group.Blind(stream(3), m.message).Challenge(m.offer); return err })
	run("transcript", func() error { return c.group.CheckTranscript(m.offer, m.challenge, m.answer) })
	run("domain", func() error { return c.group.CheckDomain(m.signature) })
	run("verify", func() error { return c.group.Verify(m.message, m.signature) })
}

// The naive twin against tables and batches, on one core, with the same bytes as result.
// It takes the least of three times, since the machine may have other work.
func BenchmarkNaive(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	c := newFixture(b, fullBits, fullRounds, 0)
	s := c.join(7)
	w := newTwin(c.manager.Modulus().Bytes(), fullRounds)
	who := twinMember(w, fullBits, 17)
	const offer, issuing, verify = 0, 1, 2
	var naive, ours [3]time.Duration
	least := func(d *time.Duration, f func()) {
		if took := timed(f); *d == 0 || took < *d {
			*d = took
		}
	}
	for b.Loop() {
		for range 3 {
			var want, got moves
			least(&naive[offer], func() { w.open(stream(2), who) })
			least(&ours[offer], func() { _, err := s.Open(stream(2)); check(b, err) })
			least(&naive[issuing], func() { want = w.issue(stream(2), who, message(1)) })
			least(&ours[issuing], func() { got = issue(b, c.group, s, stream(2), message(1)) })
			if !bytes.Equal(got.signature, want.signature) || !bytes.Equal(got.answer, want.answer) {
				b.Fatal("the twin has another signature")
			}
			least(&naive[verify], func() { w.verifies(message(1), want.signature) })
			least(&ours[verify], func() { check(b, c.group.Verify(message(1), want.signature)) })
		}
	}
	for part, name := range []string{"×offer", "×issue", "×verify"} {
		b.ReportMetric(float64(naive[part])/float64(ours[part]), name)
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// The three parts of the paper's Figure 5 for growing numbers of voters, their
// operations beside the paper's Table 3, and the same with blind RSA.
func BenchmarkFigure5(b *testing.B) {
	for _, voters := range []int{2, 4, 8} {
		b.Run(fmt.Sprintf("voters=%d", voters), func(b *testing.B) {
			for b.Loop() {
				figure5(b, voters)
			}
		})
	}
}

const mixers = 3

func figure5(b *testing.B, voters int) {
	c := newFixture(b, fullBits, fullRounds, 0)
	var report strings.Builder
	var whole time.Duration
	part := func(name, table string, f func()) time.Duration {
		before := c.group.Operations().Plus(c.manager.Operations())
		took := timed(f)
		o := c.group.Operations().Plus(c.manager.Operations()).Less(before)
		fmt.Fprintf(&report, "\n%-18s %8.2f s  %6d M %5d short M %7d m   the paper, n = %d: %s",
			name, took.Seconds(), o.Powers, o.Shorts, o.Products, voters, table)
		return took
	}
	registration := part("mixer registration", "2n M", func() {
		for i := range mixers {
			c.members = append(c.members, c.join(byte(i)))
		}
	})
	var all []moves
	whole += part("confusion", "21n M, 4n m", func() {
		for i := range voters {
			m := issue(b, c.group, c.members[i%mixers], stream(byte(100+i)), message(byte(i)))
			check(b, c.group.Verify(m.message, m.signature)) // the paying mixer
			all = append(all, m)
		}
	})
	audit := part("confusion audit", "n M, 2n m", func() { auditAll(b, c.group, all) })
	whole += audit
	r, err := mixing.NewRSASigner(stream(1), eid, fullBits, nil)
	check(b, err)
	var rsa []moves
	blindRSA := timed(func() {
		for i := range voters {
			m := issue(b, r.Key(), r, stream(byte(100+i)), message(byte(i)))
			check(b, r.Key().Verify(m.message, m.signature))
			rsa = append(rsa, m)
		}
		auditAll(b, r.Key(), rsa)
	})
	fmt.Fprintf(&report, "\nconfusion and audit with blind RSA: %.3f s", blindRSA.Seconds())
	b.Log(report.String())
	b.ReportMetric(whole.Seconds()/float64(voters), "s/voter")
	b.ReportMetric(float64(whole-audit)/float64(registration), "×registration")
	b.ReportMetric(float64(whole-audit)/float64(audit), "×audit")
	b.ReportMetric(float64(whole)/float64(blindRSA), "×blind-RSA")
}

func auditAll(b *testing.B, v mixing.Verifier, all []moves) {
	for _, m := range all {
		check(b, v.CheckTranscript(m.offer, m.challenge, m.answer))
		check(b, v.Verify(m.message, m.signature))
	}
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Bogus signatures that pass challenge and domain, against a valid one, on one core: in
// time, and in rounds computed of 128. A guess has half of the rounds right, by
// chance. Grinding has 104: of 2^40 guesses the best has about so many. One wrong answer
// is a member's own signature, spoilt.
func BenchmarkBogus(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	c := newFixture(b, fullBits, fullRounds, 0)
	w := newTwin(c.manager.Modulus().Bytes(), fullRounds)
	g, z, hashes, ch, t1, t2 := w.split(w.issue(stream(2), twinMember(w, fullBits, 17), message(1)).signature)
	whole := w.signature(g, z, hashes, ch, t1, t2)
	spoilt := func(count int) []byte {
		wrong := append([]*big.Int{}, t1...)
		for i := range count {
			wrong[i] = add(t1[i], num(1))
		}
		return w.signature(g, z, hashes, ch, wrong, t2)
	}
	var valid time.Duration
	for _, s := range []struct {
		name      string
		signature []byte
	}{
		{"valid", whole}, {"another message", nil}, {"guess", w.guess(message(1), 3)},
		{"grinding", spoilt(24)}, {"one wrong answer", spoilt(1)},
	} {
		b.Run(s.name, func(b *testing.B) {
			to := message(1)
			if s.signature == nil {
				s.signature, to = whole, message(2)
			}
			rounds := int64(0)
			for b.Loop() {
				n, _ := c.rounds(func() { c.group.Verify(to, s.signature) })
				rounds += n
			}
			took := b.Elapsed() / time.Duration(b.N)
			if s.name == "valid" {
				valid = took
			}
			b.ReportMetric(float64(rounds)/float64(b.N), "rounds")
			b.ReportMetric(took.Seconds()/valid.Seconds(), "×valid")
		})
	}
}
