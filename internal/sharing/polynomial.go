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

// Interpolate returns the value at the abscissa at of the polynomial of least
// degree through points, whose abscissas must be distinct. With K shares and
// at = 0 that is the joint key's secret (paper section 4.1).
func Interpolate(points []Share, at int) curve.Scalar { return through(points).value(at) }

// Everyone returns the values at 1 … n of the polynomial of least degree
// through points, whose abscissas must be distinct: with K shares, everybody's.
func Everyone(points []Share, n int) []curve.Scalar {
	f := through(points)
	out := make([]curve.Scalar, n)
	cores.Each(n, func(at int) { out[at] = f.value(at + 1) })
	return out
}

// OnOnePolynomial tells whether the shares, at distinct abscissas, are values
// of one polynomial of degree k−1 at most, as k of them always are (V76).
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

// newton is a polynomial in Newton's form, which takes one product a term
// where Lagrange's takes as many as there are terms:
//
//	c_0 + (x−x_0)·(c_1 + (x−x_1)·(c_2 + …))
type newton struct {
	at []int
	c  []curve.Scalar
}

// through finds the polynomial by divided differences.
func through(points []Share) newton {
	f := newton{make([]int, len(points)), make([]curve.Scalar, len(points))}
	span := 0
	for i, p := range points {
		f.at[i], f.c[i] = p.I, p.S
		span = max(span, abs(p.I-points[0].I))
	}
	inverses := inverseTable(2 * span)
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
// 1/i = (1/n!)·n·(n−1)…(i+1) · (i−1)!.
func inverseTable(n int) []curve.Scalar {
	table := make([]curve.Scalar, n+1) // first (i−1)!
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
