package mixing

import (
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/curve"
)

// Lengths in bits of the integers behind V1: each of the next two hides the one
// before it to within 2^−128.
const (
	secretBits = 512 // x
	nonceBits  = 640 // r_i, drawn from 2^512, so that r_i − x is never negative
	shiftBits  = 768 // b_i
	answerBits = 770 // every final V1 answer is below 2^770
)

// Sizes of encoded answers to V1, in bytes: of a session and of a signature.
const (
	nonceSize  = nonceBits / 8
	answerSize = (answerBits + 7) / 8
)

// Group is the public side of group blind signatures: what everybody derives
// from the election and the manager's modulus, with tables of powers. It is
// safe for concurrent use.
type Group struct {
	eid    [32]byte
	n      *big.Int // the manager's modulus
	p      *big.Int // a prime 2·q·n + 1, q prime
	g      *big.Int // of order n modulo p
	a      *big.Int // of large odd order modulo n
	delta  *big.Int // δ
	e      *big.Int // publicExponent
	rounds int      // l

	modP, modN *ring
	ofG, ofA   *comb
}

var _ Verifier = (*Group)(nil)

// NewGroup derives a group for signatures of an even number of rounds. It does
// not look at the modulus' proof: that is Modulus.Check.
func NewGroup(eid [32]byte, m Modulus, rounds int) (*Group, error) {
	if rounds < 2 || rounds > maxRounds || rounds%2 != 0 {
		return nil, fmt.Errorf("%d rounds, want an even number from 2 to %d", rounds, maxRounds)
	}
	if m.n == nil {
		return nil, errors.New("no modulus")
	}
	g := &Group{eid: eid, n: m.n, e: big.NewInt(publicExponent), rounds: rounds}
	if err := g.derive(); err != nil {
		return nil, err
	}
	g.ofG = newComb(g.modP, g.g, g.n.BitLen(), longLived)
	g.ofA = newComb(g.modN, g.a, answerBits, longLived)
	return g, nil
}

// maxRounds bounds what a policy may ask for; 256 are as strong as the hashes.
const maxRounds = 1 << 16

// longLived is how often the tables of g and a are counted on to be used.
const longLived = 1 << 12

// cofactorBits is the length of q. It keeps elements of a small order other
// than 2 out of reach of products with random weights, and costs one limb.
const cofactorBits = 61

// derive finds p and hashes to g, a and δ: g is a 2q-th power, hence g^n = 1; a
// is a square, hence of odd order where the modulus is what it is proved to be.
func (g *Group) derive() error {
	q, err := findPrime(g.n)
	if err != nil {
		return err
	}
	cofactor := q.Lsh(q, 1)
	g.p = new(big.Int).Mul(cofactor, g.n)
	g.p.Add(g.p, one)
	g.modP, g.modN = newRing(g.p), newRing(g.n)
	for try := uint32(0); g.g == nil || g.g.Cmp(one) <= 0; try++ {
		g.g = g.modP.power(g.hash("g", try, g.p), cofactor)
	}
	for try := uint32(0); g.a == nil || g.a.Cmp(one) == 0 || !isUnit(g.a, g.n); try++ {
		a := g.hash("a", try, g.n)
		g.a = g.modN.times(a, a)
	}
	for try := uint32(0); g.delta == nil || !isUnit(g.delta, g.n); try++ {
		g.delta = g.hash("delta", try, g.n)
	}
	return nil
}

// findPrime returns the first prime q above 2^60 for which 2·q·n + 1 is prime.
func findPrime(n *big.Int) (*big.Int, error) {
	q, two := new(big.Int).Lsh(one, cofactorBits-1), big.NewInt(2)
	q.Add(q, one)
	// About one odd q in 20 is prime, and of these one in ln(p)/2 serves.
	for range 400 * n.BitLen() {
		if q.ProbablyPrime(0) { // exact below 2^64
			p := new(big.Int).Mul(q, n)
			p.Lsh(p, 1).Add(p, one)
			if !hasSmallFactor(p) && p.ProbablyPrime(20) {
				return q, nil
			}
		}
		q.Add(q, two)
	}
	return nil, errors.New("no prime found over the modulus")
}

// hash is TH("group", eid ‖ text n ‖ text name ‖ u32 try), stretched, mod m.
func (g *Group) hash(name string, try uint32, m *big.Int) *big.Int {
	x := curve.Encoder(g.prefix()).Text([]byte(name)).U32(try)
	return hashBelow(curve.TaggedHash("group", x), m)
}

// prefix is eid ‖ text n, with which every hash of a group begins.
func (g *Group) prefix() []byte { return prefix(g.eid, g.n) }

func prefix(eid [32]byte, n *big.Int) []byte {
	return curve.Encoder(nil).Raw(eid[:]).Text(n.Bytes())
}

// elementSize is the length in bytes of an encoded element modulo p.
func (g *Group) elementSize() int { return size(g.n) + 8 }
