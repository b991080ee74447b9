package sharing

import (
	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Share is a polynomial's value S at the abscissa I, a roll index.
type Share struct {
	I int
	S curve.Scalar
}

// Interpolate returns the value, at the abscissa at, of the polynomial of least
// degree through points, whose abscissas must be distinct. With K shares of a
// joint key and at = 0 it is the key's secret (paper, section 4.1):
//
//	S = Σ_{j∈F} s_j·Π_{i∈F, i≠j} i/(i−j)
func Interpolate(points []Share, at int) curve.Scalar { return through(points).value(at) }

// AllShares returns the values at 1 … n of the polynomial of least degree through
// points, whose abscissas must be distinct. With K shares of a joint key they are
// the shares s_1 … s_n of all members.
func AllShares(points []Share, n int) []curve.Scalar {
	f := through(points)
	out := make([]curve.Scalar, n)
	cores.Each(n, func(at int) { out[at] = f.value(at + 1) })
	return out
}

// OnOnePolynomial reports whether the shares, at distinct abscissas, are values of
// one polynomial of degree at most k−1. Of k shares or fewer it is always true.
func OnOnePolynomial(shares []Share, k int) bool {
	if k < 0 || len(shares) <= k {
		return true
	}
	f := through(shares[:k])
	for _, share := range shares[k:] {
		if !f.value(share.I).Equal(share.S) {
			return false
		}
	}
	return true
}

// newton is a polynomial in Newton's form. Its value at one abscissa takes one
// product a term; in Lagrange's form each term takes as many products as there are
// terms.
//
//	c_0 + (x−x_0)·(c_1 + (x−x_1)·(c_2 + …))
type newton struct {
	at []int          // x_0, x_1, …
	c  []curve.Scalar // c_0, c_1, …
}

// through returns the polynomial of least degree through points. c_m is the divided
// difference of the first m + 1 points: with [i…j] for that of points i to j,
//
//	[i] = value of point i     [i…j] = ([i+1…j] − [i…j−1])/(x_j − x_i)     c_m = [0…m]
func through(points []Share) newton {
	f := newton{make([]int, len(points)), make([]curve.Scalar, len(points))}
	span := 0
	for i, p := range points {
		f.at[i], f.c[i] = p.I, p.S
		span = max(span, abs(p.I-points[0].I))
	}
	inverses := inverseTable(2 * span) // two abscissas differ by at most 2·span
	for order := 1; order < len(points); order++ {
		for i := len(points) - 1; i >= order; i-- {
			gap := f.at[i] - f.at[i-order]
			c := f.c[i].Sub(f.c[i-1]).Mul(inverses[abs(gap)])
			if gap < 0 {
				c = c.Neg()
			}
			f.c[i] = c
		}
	}
	return f
}

func (f newton) value(x int) (v curve.Scalar) {
	for i := len(f.c) - 1; i >= 0; i-- {
		v = v.Mul(integer(x - f.at[i])).Add(f.c[i])
	}
	return v
}

// inverseTable returns 1/i for i = 1 … n, and 0 for 0, with one inversion:
//
//	1/i = (i−1)!/i!     1/(i−1)! = i·1/i!
func inverseTable(n int) []curve.Scalar {
	table := make([]curve.Scalar, n+1) // (i−1)! until the second loop
	factorial := curve.NewScalar(1)
	for i := 1; i <= n; i++ {
		table[i] = factorial
		factorial = factorial.Mul(integer(i))
	}
	inverse := factorial.Inverse()
	for i := n; i >= 1; i-- {
		table[i] = table[i].Mul(inverse)
		inverse = inverse.Mul(integer(i))
	}
	return table
}

func integer(v int) curve.Scalar {
	s := curve.NewScalar(uint32(abs(v)))
	if v < 0 {
		return s.Neg()
	}
	return s
}

func abs(v int) int { return max(v, -v) }
