package curve

import (
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc"
	gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
)

// Product returns Σ scalars[i]·points[i], by the bucket method (Pippenger 1976)
// on all cores. It panics if the lengths differ.
func Product(scalars []Scalar, points []Point) Point {
	return product(scalars, points, ecc.MultiExpConfig{})
}

// product is [Product] with a configuration, which limits the cores.
func product(scalars []Scalar, points []Point, on ecc.MultiExpConfig) Point {
	if len(scalars) != len(points) {
		panic(fmt.Sprintf("curve: product of %d scalars and %d points", len(scalars), len(points)))
	}
	bases := make([]gnark.G1Affine, len(points))
	weights := make([]fr.Element, len(scalars))
	for i := range points {
		bases[i], weights[i] = points[i].a, scalars[i].n
	}
	var sum Point
	if _, err := sum.a.MultiExp(bases, weights, on); err != nil {
		panic("curve: " + err.Error()) // only for lengths that differ
	}
	return sum
}

// Sum returns Σ points[i].
func Sum(points []Point) Point {
	var sum gnark.G1Jac
	for i := range points {
		sum.AddMixed(&points[i].a)
	}
	return affine(&sum)
}

// Evaluate returns Σ x^l·coefficients[l], a polynomial's value at x, by Horner's
// rule.
func Evaluate(coefficients []Scalar, x uint32) Scalar {
	var sum Scalar
	at := fr.NewElement(uint64(x))
	for l := len(coefficients) - 1; l >= 0; l-- {
		sum.n.Mul(&sum.n, &at)
		sum.n.Add(&sum.n, &coefficients[l].n)
	}
	return sum
}

// EvaluatePoints returns Σ x^l·coefficients[l]: if coefficients[l] = a_l·G, the
// value of the polynomial with coefficients a_l, times G. It is Horner's rule
// with doubling and adding, which is fast where x is short, as roll indices are.
func EvaluatePoints(coefficients []Point, x uint32) Point {
	var sum gnark.G1Jac
	for l := len(coefficients) - 1; l >= 0; l-- {
		step := sum
		sum = gnark.G1Jac{}
		for b := bits.Len32(x) - 1; b >= 0; b-- {
			sum.DoubleAssign()
			if x>>b&1 == 1 {
				sum.AddAssign(&step)
			}
		}
		sum.AddMixed(&coefficients[l].a)
	}
	return affine(&sum)
}

func affine(j *gnark.G1Jac) (p Point) {
	p.a.FromJacobian(j)
	return p
}
