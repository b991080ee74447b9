package curve

import (
	"errors"
	"fmt"
	"math/big"

	gnark "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// Point is a point of secp256k1. Its zero value is ∞. Each point has one
// representation: == compares points.
type Point struct{ a gnark.G1Affine }

// DecodePoint reads a compressed point (SEC 1, section 2.3.4) and refuses ∞:
//
//	02 or 03 (y even or odd)   1
//	x                          32, big-endian, below the field's prime
//
//	y² = x³ + 7
func DecodePoint(b []byte) (Point, error) {
	if len(b) != PointSize {
		return Point{}, fmt.Errorf("point of %d bytes, want %d", len(b), PointSize)
	}
	var p Point
	if b[0]&^1 != 2 || p.a.X.SetBytesCanonical(b[1:]) != nil {
		return Point{}, errors.New("not a compressed point")
	}
	seven := fp.NewElement(7)
	y := &p.a.Y
	y.Square(&p.a.X).Mul(y, &p.a.X).Add(y, &seven)
	if y.Sqrt(y) == nil {
		return Point{}, errors.New("not a point of the curve")
	}
	if p.odd() != (b[0] == 3) {
		y.Neg(y)
	}
	return p, nil
}

// BaseMul returns s·G.
func BaseMul(s Scalar) Point {
	var r secp256k1.JacobianPoint
	secp256k1.ScalarBaseMultNonConst(s.decred(), &r)
	var j gnark.G1Jac
	setField(&j.X, &r.X)
	setField(&j.Y, &r.Y)
	setField(&j.Z, &r.Z)
	var p Point
	p.a.FromJacobian(&j)
	return p
}

func setField(to *fp.Element, from *secp256k1.FieldVal) {
	from.Normalize()
	to.SetBytes(from.Bytes()[:])
}

// Mul returns s·p.
func (p Point) Mul(s Scalar) Point {
	var r Point
	r.a.ScalarMultiplication(&p.a, s.n.BigInt(new(big.Int)))
	return r
}

// Add returns p + o. [Sum] adds many points several times faster.
func (p Point) Add(o Point) Point { p.a.Add(&p.a, &o.a); return p }

// Neg returns −p.
func (p Point) Neg() Point { p.a.Neg(&p.a); return p }

// Equal reports whether p and o are the same point.
func (p Point) Equal(o Point) bool { return p == o }

// IsInfinity reports whether p is ∞, the neutral element.
func (p Point) IsInfinity() bool { return p == Point{} }

// odd reports whether the y-coordinate is odd.
func (p Point) odd() bool { return p.a.Y.Bits()[0]&1 == 1 }

// x returns the x-coordinate, 32 bytes big-endian.
func (p Point) x() []byte {
	b := p.a.X.Bytes()
	return b[:]
}

// Key returns the compressed encoding. That of ∞ is 33 zero bytes, which no
// decoder accepts.
func (p Point) Key() PublicKey {
	var k PublicKey
	if p.IsInfinity() {
		return k
	}
	k[0] = 2
	if p.odd() {
		k[0] = 3
	}
	x := p.a.X.Bytes()
	copy(k[1:], x[:])
	return k
}
