package curve

import (
	"fmt"
	"io"
)

// Context binds a proof to its place: the election, the joint key's number
// (0 where there is none), and the prover in words of the tag's own (an index,
// a name). Tag is the tagged hash that draws the challenge.
type Context struct {
	Tag    string
	EID    [32]byte
	Key    int
	Prover []byte
}

// Proof is a Fiat–Shamir proof in the form (e, z): the challenge and the answer.
type Proof struct{ E, Z Scalar }

// ProofSize is the length of an encoded proof in bytes.
const ProofSize = 2 * ScalarSize

// Bytes returns e ‖ z.
func (p Proof) Bytes() []byte { return Encoder(nil).Scalar(p.E).Scalar(p.Z) }

// DecodeProof reads e ‖ z, each below q.
func DecodeProof(b []byte) (Proof, error) {
	var p Proof
	var err error
	if len(b) != ProofSize {
		return p, fmt.Errorf("wrong proof size %d, want %d", len(b), ProofSize)
	}
	if p.E, err = DecodeScalar(b[:ScalarSize]); err != nil {
		return p, err
	}
	p.Z, err = DecodeScalar(b[ScalarSize:])
	return p, err
}

// ProvePossession proves knowledge of x with X = x·G (Schnorr 1991), also
// binding the points of bind into the challenge.
//
//	W = w·G   e = TH(tag, eid ‖ key ‖ prover ‖ (X, bind…) ‖ W)   z = w + e·x
func ProvePossession(r io.Reader, c Context, x Scalar, bind ...Point) (Proof, error) {
	w, err := RandomScalar(r)
	if err != nil {
		return Proof{}, err
	}
	points := append([]Point{BaseMul(x)}, bind...)
	e := c.challenge(points, BaseMul(w))
	return Proof{e, w.Add(e.Mul(x))}, nil
}

// VerifyPossession checks a proof of ProvePossession for X:
// e must be the challenge of W = z·G − e·X.
func VerifyPossession(c Context, p Proof, X Point, bind ...Point) bool {
	if X.IsInfinity() {
		return false
	}
	w := BaseMul(p.Z).Add(X.Mul(p.E.Neg()))
	if w.IsInfinity() {
		return false
	}
	points := append([]Point{X}, bind...)
	return c.challenge(points, w).Equal(p.E)
}

// ProveEquality proves that one x lies behind X = x·G and Y = x·B
// (Chaum–Pedersen 1992), bound to bind.
func ProveEquality(r io.Reader, c Context, x Scalar, base Point, bind ...Point) (Y Point, p Proof, err error) {
	w, err := RandomScalar(r)
	if err != nil {
		return Point{}, Proof{}, err
	}
	Y = base.Mul(x)
	points := append([]Point{BaseMul(x), base, Y}, bind...)
	e := c.challenge(points, BaseMul(w), base.Mul(w))
	return Y, Proof{e, w.Add(e.Mul(x))}, nil
}

// VerifyEquality checks that X = x·G and Y = x·base for one x.
func VerifyEquality(c Context, p Proof, X, base, Y Point, bind ...Point) bool {
	if X.IsInfinity() || base.IsInfinity() || Y.IsInfinity() {
		return false
	}
	minus := p.E.Neg()
	w1 := BaseMul(p.Z).Add(X.Mul(minus))
	w2 := base.Mul(p.Z).Add(Y.Mul(minus))
	if w1.IsInfinity() || w2.IsInfinity() {
		return false
	}
	points := append([]Point{X, base, Y}, bind...)
	return c.challenge(points, w1, w2).Equal(p.E)
}

// challenge is TH(tag, eid ‖ key ‖ prover ‖ points ‖ commitments) mod q.
func (c Context) challenge(points []Point, commitments ...Point) Scalar {
	x := Encoder(nil).Raw(c.EID[:]).U16(c.Key).Text(c.Prover).Points(points...).Points(commitments...)
	return ReduceScalar(TaggedHash(c.Tag, x))
}
