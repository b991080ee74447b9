package curve

import gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"

// minForTable is the number of products from which on a table pays.
const minForTable = 200

// Multiples returns scalars[i]·p for each i, on one core. For 200 scalars or more
// it makes a table of multiples of p, half a megabyte.
func Multiples(p Point, scalars []Scalar) []Point {
	out := make([]Point, len(scalars))
	if len(scalars) < minForTable {
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

// table holds the multiples of a point P by each digit of each place of a scalar
// in base 256:
//
//	table[255·w + d − 1] = d·256^w·P     d = 1 … 255, w = 0 … 31
//	s·P = Σ table[255·w + s_w − 1]       over the digits s_w of s that are not 0
type table []gnark.G1Affine

// digits is the number of entries for one place.
const digits = 255

// newTable computes the table of p, place by place.
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
		row.AddAssign(&sum) // row + 255·row
	}
	return gnark.BatchJacobianToAffineG1(multiples)
}

// mul returns s·P.
func (t table) mul(s Scalar) (sum gnark.G1Jac) {
	for i, d := range s.Bytes() {
		if w := ScalarSize - 1 - i; d > 0 {
			sum.AddMixed(&t[digits*w+int(d)-1])
		}
	}
	return sum
}
