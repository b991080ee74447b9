package mixing

import (
	"math/big"
	"sync/atomic"
)

// ring multiplies modulo an odd m, in Montgomery's form: v stands for v·R⁻¹
// with R = 2^(64·limbs). Reducing takes two products of math/big, which is
// quicker than its division; reading and writing the form happens at the edges
// of a table only.
type ring struct {
	m       *big.Int
	limbs   int
	inverse *big.Int // −1/m mod R
	square  *big.Int // R² mod m
	unit    *big.Int // R mod m, which stands for 1

	// What has been computed, for the account beside the paper's Table 3: powers
	// with long exponents, by tables or not; powers with the exponent e; and
	// products that are not part of a power.
	powers, shorts, products atomic.Int64
}

func newRing(m *big.Int) *ring {
	f := &ring{m: m, limbs: len(m.Bits())}
	r := new(big.Int).Lsh(one, uint(f.limbs*wordBits))
	f.inverse = new(big.Int).ModInverse(m, r)
	f.inverse.Sub(r, f.inverse)
	f.unit = new(big.Int).Mod(r, m)
	f.square = new(big.Int).Mul(f.unit, f.unit)
	f.square.Mod(f.square, m)
	return f
}

const wordBits = 32 << (^big.Word(0) >> 63)

// scratch is what products are computed in. It belongs to one goroutine.
type scratch struct{ wide, low, quotient, multiple big.Int }

// mul sets z = x·y/R mod m; z may be x or y.
func (f *ring) mul(z, x, y *big.Int, s *scratch) {
	s.wide.Mul(x, y)
	// quotient = wide·inverse mod R makes wide + quotient·m a multiple of R.
	s.quotient.Mul(f.lowHalf(&s.wide, s), f.inverse)
	s.multiple.Mul(f.lowHalf(&s.quotient, s), f.m)
	s.wide.Add(&s.wide, &s.multiple)
	words := s.wide.Bits()
	z.SetBits(append(z.Bits()[:0], words[min(f.limbs, len(words)):]...))
	if z.Cmp(f.m) >= 0 {
		z.Sub(z, f.m)
	}
}

// lowHalf is v mod R, in v's own words.
func (f *ring) lowHalf(v *big.Int, s *scratch) *big.Int {
	words := v.Bits()
	return s.low.SetBits(words[:min(f.limbs, len(words))])
}

// enter returns the form of v, and leave what the form stands for.
func (f *ring) enter(v *big.Int, s *scratch) *big.Int {
	z := new(big.Int)
	f.mul(z, v, f.square, s)
	return z
}

func (f *ring) leave(v *big.Int, s *scratch) *big.Int {
	z := new(big.Int)
	f.mul(z, v, one, s)
	return z
}

// shortBits is what an exponent is short by: e has 17, q 61.
const shortBits = 64

// power is base^exponent mod m, without a table.
func (f *ring) power(base, exponent *big.Int) *big.Int {
	if exponent.BitLen() <= shortBits {
		f.shorts.Add(1)
	} else {
		f.powers.Add(1)
	}
	return new(big.Int).Exp(base, exponent, f.m)
}

// times is x·y mod m.
func (f *ring) times(x, y *big.Int) *big.Int {
	f.products.Add(1)
	z := new(big.Int).Mul(x, y)
	return z.Mod(z, f.m)
}

// window is the bits that weighted takes at a time.
const window = 5

// weighted is Π bases[i]^weights[i] mod m, by buckets (Pippenger): for each
// window of the weights' bits the bases with the same digit are multiplied, and
// then Π bucket[d]^d is taken as a product of products.
func (f *ring) weighted(bases []*big.Int, weights []uint64) *big.Int {
	s := &scratch{}
	forms := make([]*big.Int, len(bases))
	for i, b := range bases {
		forms[i] = f.enter(b, s)
	}
	z := new(big.Int).Set(f.unit)
	for low := (64 - 1) / window * window; low >= 0; low -= window {
		for range window {
			f.mul(z, z, z, s)
		}
		var buckets [1 << window]big.Int
		for d := range buckets {
			buckets[d].Set(f.unit)
		}
		for i, w := range weights {
			d := w >> low & (1<<window - 1)
			f.mul(&buckets[d], &buckets[d], forms[i], s)
		}
		running := new(big.Int).Set(f.unit)
		for d := len(buckets) - 1; d > 0; d-- {
			f.mul(running, running, &buckets[d], s)
			f.mul(z, z, running, s)
		}
	}
	f.products.Add(int64((64/window + 1) * (len(bases) + 2<<window + window)))
	return f.leave(z, s)
}
