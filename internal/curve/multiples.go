package curve

import gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"

// worthTable is from how many products on a table pays.
const worthTable = 200

// Multiples returns s·p for each of the scalars. Where they are many it first
// lays out multiples of p, half a megabyte. It works on one core.
func Multiples(p Point, scalars []Scalar) []Point {
	out := make([]Point, len(scalars))
	if len(scalars) < worthTable {
		for i, s := range scalars {
			out[i] = p.Mul(s)
		}
		return out
	}
	t, sums := newTable(p), make([]gnark.G1Jac, len(scalars))
	for i, s := range scalars {
		sums[i] = t.mul(s)
	}
	for i, a := range gnark.BatchJacobianToAffineG1(sums) {
		out[i].a = a
	}
	return out
}

// table is d·256^w·P in place 255·w + d−1, for d = 1 … 255 and w = 0 … 31.
type table []gnark.G1Affine

// digits is how many multiples a row of a table has: those of one byte's
// values but 0.
const digits = 255

func newTable(p Point) table {
	multiples := make([]gnark.G1Jac, 0, ScalarSize*digits)
	var row, sum gnark.G1Jac
	row.FromAffine(&p.a)
	for range ScalarSize {
		sum = gnark.G1Jac{}
		for range digits {
			sum.AddAssign(&row)
			multiples = append(multiples, sum)
		}
		row.AddAssign(&sum) // 256 times
	}
	return gnark.BatchJacobianToAffineG1(multiples)
}

// mul adds one multiple for each byte of s that is not 0.
func (t table) mul(s Scalar) (sum gnark.G1Jac) {
	for i, d := range s.Bytes() {
		if w := ScalarSize - 1 - i; d > 0 {
			sum.AddMixed(&t[digits*w+int(d)-1])
		}
	}
	return sum
}
