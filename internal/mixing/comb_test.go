package mixing

import (
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// draw is a number below limit, often one of the least or largest.
func draw(r *rand.Rand, limit *big.Int) *big.Int {
	near := big.NewInt(int64(r.IntN(4)))
	switch r.IntN(8) {
	case 0:
		return near.Mod(near, limit)
	case 1:
		return near.Mod(near.Sub(limit, near.Add(near, one)), limit)
	}
	words := make([]big.Word, len(limit.Bits()))
	for i := range words {
		words[i] = big.Word(r.Uint64())
	}
	v := new(big.Int).SetBits(words)
	return v.Mod(v, limit)
}

// Montgomery's form, combs and weighted products against math/big's own arithmetic.
func TestArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, bits := range []int{1, 63, 64, 65, 128, 200, 513} {
		for range 20 {
			m := new(big.Int).Lsh(one, uint(bits))
			m.Add(m, draw(r, m)).SetBit(m, 0, 1)
			f, s := newRing(m), &scratch{}
			x, y := draw(r, m), draw(r, m)
			z := new(big.Int)
			f.mul(z, f.toMontgomery(x, s), f.toMontgomery(y, s), s)
			if got, want := f.fromMontgomery(z, s), f.times(x, y); got.Cmp(want) != 0 {
				t.Fatalf("%v·%v mod %v = %v, want %v", x, y, m, got, want)
			}
			width := 1 + r.IntN(200)
			c := newComb(f, x, width, 1<<r.IntN(12))
			for range 5 {
				e := draw(r, new(big.Int).Lsh(one, uint(width)))
				if got, want := c.power(e), new(big.Int).Exp(x, e, m); got.Cmp(want) != 0 {
					t.Fatalf("%v^%v mod %v = %v, want %v, by %d rows, %d columns, %d deep",
						x, e, m, got, want, c.rows, c.columns, c.depth)
				}
			}
			bases, weights, want := make([]*big.Int, 9), make([]uint64, 9), new(big.Int).Mod(one, m)
			for i := range bases {
				bases[i], weights[i] = draw(r, m), r.Uint64()>>r.IntN(64)
				want.Mul(want, new(big.Int).Exp(bases[i], new(big.Int).SetUint64(weights[i]), m)).Mod(want, m)
			}
			if got := f.weighted(bases, weights); got.Cmp(want) != 0 {
				t.Fatalf("a product of powers modulo %v is %v, want %v", m, got, want)
			}
		}
	}
}

// Powers by combs, making them included, against math/big's own, on one core: as many
// of one base as a signature of 128 rounds takes.
func BenchmarkTables(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := rand.New(rand.NewPCG(1, 2))
	m := new(big.Int).Lsh(one, 2109)
	m.Add(m, draw(r, m)).SetBit(m, 0, 1)
	f := newRing(m)
	base := draw(r, m)
	exponents := make([]*big.Int, 128)
	for i := range exponents {
		exponents[i] = draw(r, new(big.Int).Lsh(one, 2048))
	}
	long := newComb(f, base, 2048, manyUses)
	for _, c := range []struct {
		name string
		uses int
		made bool
	}{{"once made", 128, true}, {"uses=128", 128, false}, {"uses=64", 64, false}} {
		b.Run(c.name, func(b *testing.B) {
			naive, ours := time.Hour, time.Hour
			for b.Loop() {
				start := time.Now()
				for _, e := range exponents[:c.uses] {
					f.power(base, e)
				}
				naive = min(naive, time.Since(start))
				start = time.Now()
				table := long
				if !c.made {
					table = newComb(f, base, 2048, fewUses)
				}
				for _, e := range exponents[:c.uses] {
					table.power(e)
				}
				ours = min(ours, time.Since(start))
			}
			b.ReportMetric(float64(naive)/float64(ours), "×naive")
			b.ReportMetric(ours.Seconds()/float64(c.uses)*1e6, "µs/power")
		})
	}
}
