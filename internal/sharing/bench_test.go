package sharing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

var sizes = []struct{ n, k int }{{100, 51}, {500, 251}, {1000, 501}}

// bigFixture is a roll of n whose deals are fast to make: the dealers' polynomials
// differ in the constant term, and only member n's ciphertexts are right. To judge and
// to receive them takes as long as for others.
func bigFixture(b *testing.B, n, k int) *fixture {
	w := &fixture{TB: b, r: rand.NewChaCha8([32]byte{1}), commits: make(map[int][32]byte), deals: make(map[int][]byte),
		p: sharing.Params{EID: curve.TaggedHash("test"), K: k, Keys: 1}}
	for range n {
		x := w.draw()
		w.secrets, w.p.Roll = append(w.secrets, x), append(w.p.Roll, curve.BaseMul(x).Key())
	}
	coefficients := make([]curve.Scalar, k)
	points := make([]curve.Point, k)
	for l := range coefficients {
		coefficients[l] = w.draw()
		points[l] = curve.BaseMul(coefficients[l])
	}
	for i := 1; i <= n; i++ {
		coefficients[0] = w.draw()
		points[0] = curve.BaseMul(coefficients[0])
		e := w.draw()
		key := w.p.Roll[i-1]
		prover := append([]byte{0, 0, byte(i >> 8), byte(i)}, key[:]...)
		ofA := curve.Context{Tag: "coefficient", EID: w.p.EID, Key: 1, Prover: prover}
		ofE := curve.Context{Tag: "ephemeral", EID: w.p.EID, Prover: prover}
		d := &sharing.Deal{
			Coefficients: [][]curve.Point{points}, Ephemeral: curve.BaseMul(e),
			Possession: make([]curve.Proof, 1), Ciphertexts: [][][32]byte{make([][32]byte, n)},
		}
		d.Possession[0] = curve.ProvePossession(ofA, coefficients[0], points[1:]...)
		d.EphemeralPossession = curve.ProvePossession(ofE, e)
		share := curve.Evaluate(coefficients, uint32(n)).Bytes()
		for at, pad := range w.pad(d, i, 1, n) {
			d.Ciphertexts[0][n-1][at] = pad ^ share[at]
		}
		w.publish(i, d)
	}
	return w
}

// per reports the time of a round in seconds and as a multiple of unit.
func per(b *testing.B, unit time.Duration, name string) {
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(each.Seconds(), "s/round")
	b.ReportMetric(float64(each)/float64(unit), "×"+name)
}

func timed(n int, f func()) time.Duration {
	start := time.Now()
	for range n {
		f()
	}
	return time.Since(start) / time.Duration(n)
}

// Judge, against decoding the points one after the other.
func BenchmarkJudge(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("n=%d,k=%d", size.n, size.k), func(b *testing.B) {
			w := bigFixture(b, size.n, size.k)
			key := w.p.Roll[0]
			decode := timed(200, func() { curve.DecodePoint(key[:]) }) * time.Duration(size.n*size.k)
			for b.Loop() {
				if o := w.judge(); len(o.Qual) != size.n {
					b.Fatal(o.Out)
				}
			}
			per(b, decode, "decoding")
		})
	}
}

// NewDeal, against n products of a point and a scalar.
func BenchmarkMember(b *testing.B) {
	for _, size := range sizes {
		w := bigFixture(b, size.n, size.k)
		point := curve.BaseMul(w.secrets[0])
		products := timed(100, func() { point.Mul(w.secrets[1]) }) * time.Duration(size.n)
		b.Run(fmt.Sprintf("deal/n=%d,k=%d", size.n, size.k), func(b *testing.B) {
			for b.Loop() {
				w.deal(1)
			}
			per(b, products, "products")
		})
	}
}

// What receiving takes: the combination once for all receivers, and then each receiver
// with it; against each share by itself, and against the plain sum, which errors that
// cancel pass.
func BenchmarkReceive(b *testing.B) {
	for _, size := range sizes {
		w := bigFixture(b, size.n, size.k)
		o := w.judge()
		deals := make([]*sharing.Deal, size.n)
		for i := range deals {
			deals[i] = w.published(i + 1)
		}
		singly := timed(1, func() {
			for i, d := range deals {
				share, err := w.open(d, i+1, 1, size.n)
				if err != nil || curve.BaseMul(share) != curve.EvaluatePoints(d.Coefficients[0], uint32(size.n)) {
					b.Fatal("a wrong share")
				}
			}
		})
		plain := timed(1, func() {
			var sum curve.Scalar
			for i, d := range deals {
				share, _ := w.open(d, i+1, 1, size.n)
				sum = sum.Add(share)
			}
			if curve.BaseMul(sum) != curve.EvaluatePoints(o.Keys[0].Coefficients, uint32(size.n)) {
				b.Fatal("a wrong sum")
			}
		})
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/n=%d,k=%d", name, size.n, size.k), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				per(b, singly, "singly")
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(plain), "×sum")
			})
		}
		combined := sharing.Combine(w.p, w.head(), o)
		run("combine", func() { sharing.Combine(w.p, w.head(), o) })
		run("receive", func() {
			if s, _ := combined.Receive(w.secrets[size.n-1], size.n, o); len(s) != 1 {
				b.Fatal("no share")
			}
		})
	}
}

// The verifications of public shares, against computing them.
func BenchmarkTranscript(b *testing.B) {
	for _, size := range sizes {
		_, points, shares := polynomial(b, size.k, size.n)
		var public []curve.Point
		compute := timed(1, func() { public = sharing.PublicShares(points, size.n) })
		run := func(name string, f func() bool) {
			b.Run(fmt.Sprintf("%s/n=%d,k=%d", name, size.n, size.k), func(b *testing.B) {
				for b.Loop() {
					if !f() {
						b.Fatal("refused")
					}
				}
				per(b, compute, "computing-shares")
			})
		}
		run("compute", func() bool { return sharing.PublicShares(points, size.n)[0] == public[0] })
		run("verify", func() bool { return sharing.VerifyShares(points, public) == nil })
		run("degree", func() bool { return sharing.VerifyDegree(public, size.k, points[0]) })
		run("all shares", func() bool { return len(sharing.AllShares(shares[:size.k], size.n)) == size.n })
		run("one polynomial", func() bool { return sharing.OnOnePolynomial(shares, size.k) })
	}
}
