// Package curve is the arithmetic of secp256k1 as BEvote needs it: scalars,
// points, the tagged hashes, the one byte encoder, signatures, proofs and
// multi-scalar products.
//
// It promises that every decoder refuses what is not canonical (a scalar not
// below q, a point off the curve or at infinity), that scalars print nothing
// of themselves, and that signing is deterministic.
//
// The libraries below multiply points in variable time; they offer nothing
// else. Comparisons of scalars take constant time.
package curve

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// Sizes of encodings, in bytes.
const (
	ScalarSize = 32
	PointSize  = 33
)

// Scalar is an integer modulo the group order q. Its zero value is 0.
type Scalar struct{ n secp256k1.ModNScalar }

// NewScalar returns the scalar v.
func NewScalar(v uint32) Scalar {
	var s Scalar
	s.n.SetInt(v)
	return s
}

// DecodeScalar reads 32 bytes big-endian and refuses values of q or more.
func DecodeScalar(b []byte) (Scalar, error) {
	var s Scalar
	if len(b) != ScalarSize {
		return s, fmt.Errorf("scalar of %d bytes, want %d", len(b), ScalarSize)
	}
	if overflow := s.n.SetByteSlice(b); overflow {
		return Scalar{}, errors.New("scalar is not below the group order")
	}
	return s, nil
}

// ReduceScalar reads 32 bytes big-endian modulo q, as challenges are.
func ReduceScalar(b [32]byte) Scalar {
	var s Scalar
	s.n.SetBytes(&b)
	return s
}

// RandomScalar draws a scalar in [1, q) from r by rejection.
func RandomScalar(r io.Reader) (Scalar, error) {
	var b [ScalarSize]byte
	for {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Scalar{}, fmt.Errorf("drawing a scalar: %w", err)
		}
		if s, err := DecodeScalar(b[:]); err == nil && !s.IsZero() {
			return s, nil
		}
	}
}

// Add returns s + t.
func (s Scalar) Add(t Scalar) Scalar { s.n.Add(&t.n); return s }

// Sub returns s − t.
func (s Scalar) Sub(t Scalar) Scalar { return s.Add(t.Neg()) }

// Mul returns s·t.
func (s Scalar) Mul(t Scalar) Scalar { s.n.Mul(&t.n); return s }

// Neg returns −s.
func (s Scalar) Neg() Scalar { s.n.Negate(); return s }

// Inverse returns 1/s, and 0 for 0.
func (s Scalar) Inverse() Scalar { s.n.InverseNonConst(); return s }

// IsZero tells whether s is 0.
func (s Scalar) IsZero() bool { return s.n.IsZero() }

// Equal compares in constant time.
func (s Scalar) Equal(t Scalar) bool { return s.n.Equals(&t.n) }

// Bytes returns the 32 bytes big-endian.
func (s Scalar) Bytes() [ScalarSize]byte { return s.n.Bytes() }

// String hides the value: scalars are secrets more often than not.
func (s Scalar) String() string { return "scalar(hidden)" }

// GoString hides the value from %#v as String does from %v.
func (s Scalar) GoString() string { return s.String() }

// Point is a point of secp256k1 in affine form. Its zero value is infinity.
type Point struct{ p secp256k1.JacobianPoint }

// DecodePoint reads 33 bytes, compressed: never infinity, always on the curve.
func DecodePoint(b []byte) (Point, error) {
	if len(b) != PointSize {
		return Point{}, fmt.Errorf("point of %d bytes, want %d", len(b), PointSize)
	}
	pub, err := secp256k1.ParsePubKey(b)
	if err != nil {
		return Point{}, errors.New("not a compressed point of the curve")
	}
	var p Point
	pub.AsJacobian(&p.p)
	return p, nil
}

// BaseMul returns s·G.
func BaseMul(s Scalar) Point {
	var p Point
	secp256k1.ScalarBaseMultNonConst(&s.n, &p.p)
	p.p.ToAffine()
	return p
}

// Mul returns s·p.
func (p Point) Mul(s Scalar) Point {
	var r Point
	secp256k1.ScalarMultNonConst(&s.n, &p.p, &r.p)
	r.p.ToAffine()
	return r
}

// Add returns p + o.
func (p Point) Add(o Point) Point {
	var r Point
	secp256k1.AddNonConst(&p.p, &o.p, &r.p)
	r.p.ToAffine()
	return r
}

// Neg returns −p.
func (p Point) Neg() Point {
	p.p.Y.Negate(1).Normalize()
	return p
}

// Equal tells whether p and o are the same point.
func (p Point) Equal(o Point) bool {
	return p.IsInfinity() == o.IsInfinity() && (p.IsInfinity() || p.p.X.Equals(&o.p.X) && p.p.Y.Equals(&o.p.Y))
}

// IsInfinity tells whether p is the neutral element.
func (p Point) IsInfinity() bool {
	return (p.p.X.IsZero() && p.p.Y.IsZero()) || p.p.Z.IsZero()
}

// Key returns the compressed encoding; infinity, which no message may carry,
// encodes as 33 zero bytes.
func (p Point) Key() PublicKey {
	var k PublicKey
	if p.IsInfinity() {
		return k
	}
	k[0] = 2
	if p.p.Y.IsOdd() {
		k[0] = 3
	}
	x := p.p.X.Bytes()
	copy(k[1:], x[:])
	return k
}

// PublicKey is a point as it stands in policies, scripts and board lines:
// 33 bytes, compressed. It is comparable; its bytes are checked by Point.
type PublicKey [PointSize]byte

// ParsePublicKey reads 66 lower-case hex digits of a point on the curve.
func ParsePublicKey(text string) (PublicKey, error) {
	var k PublicKey
	b, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(b) != text {
		return k, errors.New("not lower-case hex")
	}
	if _, err := DecodePoint(b); err != nil {
		return k, err
	}
	copy(k[:], b)
	return k, nil
}

// Point decodes k.
func (k PublicKey) Point() (Point, error) { return DecodePoint(k[:]) }

// String returns 66 hex digits.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// MarshalText writes hex, so that JSON carries keys as text.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes and refuses any other point form.
func (k *PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParsePublicKey(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}
