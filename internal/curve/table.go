package curve

import (
	gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"
)

// Table is a point's multiples laid out for many products with it: half a
// megabyte, worth making from about a hundred products on.
type Table struct {
	multiples []gnark.G1Affine // d·256^w·P in place 255·w + d−1, for d = 1 … 255 and w = 0 … 31
}

// digits is how many multiples a row of a table has: those of one byte's
// values but 0.
const digits = 255

// NewTable computes the multiples of p.
func NewTable(p Point) *Table {
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
	return &Table{gnark.BatchJacobianToAffineG1(multiples)}
}

// Mul returns s·P: one addition for each byte of s that is not 0.
func (t *Table) Mul(s Scalar) Point {
	var sum gnark.G1Jac
	for i, d := range s.Bytes() {
		if w := ScalarSize - 1 - i; d > 0 {
			sum.AddMixed(&t.multiples[digits*w+int(d)-1])
		}
	}
	return affine(&sum)
}
