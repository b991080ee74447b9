package curve

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc"
	gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
)

// Product is the multi-scalar product Σ scalars[i]·points[i], by Pippenger's
// method on all cores. It panics if the lengths differ.
func Product(scalars []Scalar, points []Point) Point {
	if len(scalars) != len(points) {
		panic(fmt.Sprintf("curve: product of %d scalars and %d points", len(scalars), len(points)))
	}
	bases := make([]gnark.G1Affine, len(points))
	weights := make([]fr.Element, len(scalars))
	for i := range points {
		bases[i] = points[i].gnark()
		b := scalars[i].Bytes()
		weights[i].SetBytes(b[:])
	}
	var sum gnark.G1Affine
	if _, err := sum.MultiExp(bases, weights, ecc.MultiExpConfig{}); err != nil {
		panic("curve: " + err.Error()) // only for lengths that differ
	}
	return fromGnark(sum)
}

func (p Point) gnark() (g gnark.G1Affine) {
	if p.IsInfinity() {
		return g
	}
	g.X.SetBytes(p.p.X.Bytes()[:])
	g.Y.SetBytes(p.p.Y.Bytes()[:])
	return g
}

func fromGnark(g gnark.G1Affine) (p Point) {
	if g.IsInfinity() {
		return p
	}
	x, y := g.X.Bytes(), g.Y.Bytes()
	p.p.X.SetBytes(&x)
	p.p.Y.SetBytes(&y)
	p.p.Z.SetInt(1)
	return p
}
