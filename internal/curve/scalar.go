package curve

import (
	"errors"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// Scalar is an integer modulo the group order q. Its zero value is 0.
//
// Its methods String and Format hide the value, also in an exported field of
// another type. From an unexported field fmt prints a value without calling its
// methods: a type with a Scalar there needs a Format of its own.
type Scalar struct{ n fr.Element }

// NewScalar returns the scalar v.
func NewScalar(v uint32) Scalar { return Scalar{fr.NewElement(uint64(v))} }

// DecodeScalar reads 32 bytes, big-endian, and refuses q or more.
func DecodeScalar(b []byte) (Scalar, error) {
	var s Scalar
	if len(b) != ScalarSize {
		return s, fmt.Errorf("scalar of %d bytes, want %d", len(b), ScalarSize)
	}
	if s.n.SetBytesCanonical(b) != nil {
		return Scalar{}, errors.New("scalar is not below the group order")
	}
	return s, nil
}

// ReduceScalar returns 32 bytes, as a big-endian number, modulo q. It makes scalars
// of hashes.
func ReduceScalar(b [32]byte) Scalar {
	var s Scalar
	s.n.SetBytes(b[:])
	return s
}

// reduceWide returns 64 bytes, as a big-endian number, modulo q.
func reduceWide(b [64]byte) Scalar {
	var s Scalar
	s.n.SetBytes(b[:])
	return s
}

// RandomScalar draws a scalar from [1, q), uniformly: it reads 32 bytes of r at a
// time until they are such a number. Its error is that of r.
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
func (s Scalar) Add(t Scalar) Scalar { s.n.Add(&s.n, &t.n); return s }

// Sub returns s − t.
func (s Scalar) Sub(t Scalar) Scalar { s.n.Sub(&s.n, &t.n); return s }

// Mul returns s·t.
func (s Scalar) Mul(t Scalar) Scalar { s.n.Mul(&s.n, &t.n); return s }

// Neg returns −s.
func (s Scalar) Neg() Scalar { s.n.Neg(&s.n); return s }

// Inverse returns 1/s, and 0 for 0.
func (s Scalar) Inverse() Scalar { s.n.Inverse(&s.n); return s }

// inverses returns 1/s for each s, and 0 for 0, with one inversion in all
// (Montgomery 1987).
func inverses(all []Scalar) []Scalar {
	elements := make([]fr.Element, len(all))
	for i, s := range all {
		elements[i] = s.n
	}
	out := make([]Scalar, len(all))
	for i, inverse := range fr.BatchInvert(elements) {
		out[i].n = inverse
	}
	return out
}

// IsZero reports whether s is 0.
func (s Scalar) IsZero() bool { return s.n.IsZero() }

// Equal reports whether s and t are the same scalar, in constant time.
func (s Scalar) Equal(t Scalar) bool { return s.n.Equal(&t.n) }

// Bytes returns 32 bytes, big-endian.
func (s Scalar) Bytes() [ScalarSize]byte { return s.n.Bytes() }

// String hides the value, since most scalars are secrets.
func (s Scalar) String() string { return "scalar(hidden)" }

// Format hides the value from every verb of fmt, the numeric ones included. fmt does not ask it where
// a scalar is given to %p or %w, which go vet refuses.
func (s Scalar) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// decred returns s in the representation of dcrd.
func (s Scalar) decred() *secp256k1.ModNScalar {
	var n secp256k1.ModNScalar
	b := s.Bytes()
	n.SetBytes(&b)
	return &n
}
