package mixing

import (
	"math/big"
	"sync/atomic"
)

// ring is the integers modulo an odd m. In Montgomery's form (Montgomery 1985) v is
// represented by v·R mod m, with R = 2^(limbs·wordBits): then a reduction takes two
// products of math/big, which is faster than its division.
type ring struct {
	m       *big.Int
	limbs   int
	inverse *big.Int // −1/m mod R
	square  *big.Int // R² mod m
	unit    *big.Int // R mod m, which represents 1

	// Operations so far, to compare with the paper's Table 3: powers with long
	// exponents, by tables or not; powers with short exponents; products that are
	// no part of a power.
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

// wordBits is the length of a big.Word: 32 or 64.
const wordBits = 32 << (^big.Word(0) >> 63)

// scratch is memory for products. One goroutine uses it at a time.
type scratch struct{ wide, low, quotient, multiple big.Int }

// mul sets z = x·y/R mod m, the product in Montgomery's form. z may be x or y.
//
//	quotient = x·y·inverse mod R     z = (x·y + quotient·m)/R, less m if not below it
func (f *ring) mul(z, x, y *big.Int, s *scratch) {
	s.wide.Mul(x, y)
	s.quotient.Mul(f.lowHalf(&s.wide, s), f.inverse)
	s.multiple.Mul(f.lowHalf(&s.quotient, s), f.m)
	s.wide.Add(&s.wide, &s.multiple)
	words := s.wide.Bits()
	z.SetBits(append(z.Bits()[:0], words[min(f.limbs, len(words)):]...))
	if z.Cmp(f.m) >= 0 {
		z.Sub(z, f.m)
	}
}

// lowHalf is v mod R. It shares memory with v.
func (f *ring) lowHalf(v *big.Int, s *scratch) *big.Int {
	words := v.Bits()
	return s.low.SetBits(words[:min(f.limbs, len(words))])
}

// toMontgomery returns v·R mod m.
func (f *ring) toMontgomery(v *big.Int, s *scratch) *big.Int {
	z := new(big.Int)
	f.mul(z, v, f.square, s)
	return z
}

// fromMontgomery returns v/R mod m.
func (f *ring) fromMontgomery(v *big.Int, s *scratch) *big.Int {
	z := new(big.Int)
	f.mul(z, v, one, s)
	return z
}

// shortBits is the length of the longest short exponent: e has 17 bits, 2q has 62.
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

// window is the length in bits of a digit of a weight.
const window = 5

// weighted is Π bases[i]^weights[i] mod m, by the bucket method (Pippenger 1976). For
// each place of the weights in base 2^window, the highest first, bucket d is the
// product of the bases whose digit is d, and z becomes
//
//	z^(2^window)·Π_d bucket_d^d     Π_d bucket_d^d = Π_d (bucket_31·bucket_30·…·bucket_d)     d = 31 … 1
func (f *ring) weighted(bases []*big.Int, weights []uint64) *big.Int {
	s := &scratch{}
	forms := make([]*big.Int, len(bases))
	for i, b := range bases {
		forms[i] = f.toMontgomery(b, s)
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
	return f.fromMontgomery(z, s)
}
