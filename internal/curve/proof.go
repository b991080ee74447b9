package curve

import "fmt"

// Context is what a proof is bound to, besides its points: the proof verifies in
// this context and in no other.
type Context struct {
	Tag    string   // of the tagged hash that gives the challenge
	EID    [32]byte // the election's id
	Key    int      // number of the joint key, a u16; 0 where there is none
	Prover []byte   // who proves, encoded as docs/protocol.md says of the tag
}

// Proof is a proof of knowledge without interaction: the challenge E is a hash of
// statement and commitments (Fiat and Shamir 1986), Z is the answer.
type Proof struct{ E, Z Scalar }

// ProofSize is the length of an encoded proof in bytes.
const ProofSize = 2 * ScalarSize

// Bytes returns the encoding:
//
//	e   32
//	z   32
func (p Proof) Bytes() []byte { return Encoder(nil).Scalar(p.E).Scalar(p.Z) }

// DecodeProof reads what [Proof.Bytes] writes and refuses e or z of q or more.
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

// ProvePossession proves knowledge of x behind X = x·G (Schnorr 1991), bound to
// the points bind as well. The same statement gives the same proof.
//
//	W = w·G     e = challenge((X, bind…), (W))     z = w + e·x
func ProvePossession(c Context, x Scalar, bind ...Point) Proof {
	points := append([]Point{BaseMul(x)}, bind...)
	w := c.nonce("possession", x, points)
	e := c.challenge(points, BaseMul(w))
	return Proof{e, w.Add(e.Mul(x))}
}

// VerifyPossession reports whether p is a proof of [ProvePossession] for X, in the
// same context and bound to the same points. X = ∞ and W = ∞ are refused.
//
//	W = z·G − e·X     e = challenge((X, bind…), (W))
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

// ProveEquality returns Y = x·B, where B is base, and proves that one x is behind
// X = x·G and Y (Chaum and Pedersen 1992), bound to the points bind as well. The
// same statement gives the same proof.
//
//	W1 = w·G     W2 = w·B     e = challenge((X, B, Y, bind…), (W1, W2))     z = w + e·x
func ProveEquality(c Context, x Scalar, base Point, bind ...Point) (Y Point, p Proof) {
	Y = base.Mul(x)
	points := append([]Point{BaseMul(x), base, Y}, bind...)
	w := c.nonce("equality", x, points)
	e := c.challenge(points, BaseMul(w), base.Mul(w))
	return Y, Proof{e, w.Add(e.Mul(x))}
}

// VerifyEquality reports whether p is a proof of [ProveEquality] for X, base and Y,
// in the same context and bound to the same points. ∞ is refused for X, B, Y, W1
// and W2.
//
//	W1 = z·G − e·X     W2 = z·B − e·Y     e = challenge((X, B, Y, bind…), (W1, W2))
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

// nonce returns w of a proof, from the secret and the whole statement: two
// challenges for one w would give x, and no two statements have one w. kind is
// "possession" or "equality". 64 bytes modulo q are uniform to within 2^−256.
//
//	N = x ‖ text kind ‖ text tag ‖ eid ‖ u16 key ‖ text prover ‖ list of points
//	w = (TH("nonce", N ‖ 00) ‖ TH("nonce", N ‖ 01)) mod q
func (c Context) nonce(kind string, x Scalar, points []Point) Scalar {
	n := Encoder(nil).Scalar(x).Text([]byte(kind)).Text([]byte(c.Tag)).
		Raw(c.EID[:]).U16(c.Key).Text(c.Prover).Points(points...)
	high, low := TaggedHash("nonce", n, []byte{0}), TaggedHash("nonce", n, []byte{1})
	return reduceWide([64]byte(append(high[:], low[:]...)))
}

// challenge hashes the whole statement, not the commitments alone (Bernhard,
// Pereira and Warinschi 2012):
//
//	TH(tag, eid ‖ u16 key ‖ text prover ‖ list of points ‖ list of commitments) mod q
func (c Context) challenge(points []Point, commitments ...Point) Scalar {
	x := Encoder(nil).Raw(c.EID[:]).U16(c.Key).Text(c.Prover).Points(points...).Points(commitments...)
	return ReduceScalar(TaggedHash(c.Tag, x))
}
