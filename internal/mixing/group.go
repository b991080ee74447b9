package mixing

import (
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/curve"
)

// Lengths in bits of the integers of V1. r_i − x is uniform to within 2^−128,
// whatever x is, and so is t_i + b_i, whatever t_i is.
const (
	secretBits = 512 // 0 ≤ x < 2^512
	nonceBits  = 640 // 2^512 ≤ r_i < 2^640, so that t_i = r_i − x > 0
	shiftBits  = 768 // 0 ≤ b_i < 2^768
	answerBits = 770 // t_i + b_i < 2^770
)

// Sizes in bytes of encoded answers to V1: t_i of a session, t_i + b_i of a signature.
const (
	nonceSize  = nonceBits / 8
	answerSize = (answerBits + 7) / 8
)

// Group is the public parameters of group blind signatures, derived from the
// election's id and the manager's modulus n, with tables of powers. It is safe for
// concurrent use.
//
//	p = 2·q·n + 1   q, p prime
//	g               modulo p, g^n = 1
//	a               modulo n, of odd order
//	δ               modulo n
//	x               a member's secret
//	y = a^x mod n   known to the member and the manager
//	z = g^y mod p   the membership key
//	w^e = y + δ     modulo n: the certificate w
//
// In the papers δ is 1. Then a member whose x is a multiple of e derives from its own
// certificate one for −x. Here that takes the e-th root of δ too, an RSA problem.
type Group struct {
	eid    [32]byte
	n      *big.Int
	p      *big.Int
	g      *big.Int
	a      *big.Int
	delta  *big.Int // δ
	e      *big.Int // publicExponent
	rounds int      // l

	modP, modN *ring
	ofG, ofA   *comb
}

var _ Verifier = (*Group)(nil)

// NewGroup derives a group for signatures of an even number of rounds, from 2 to
// 65536. It does not verify the modulus; [Modulus.Check] does.
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
	g.ofG = newComb(g.modP, g.g, g.n.BitLen(), manyUses)
	g.ofA = newComb(g.modN, g.a, answerBits, manyUses)
	return g, nil
}

// maxRounds bounds the rounds. With 256 a signature is as strong as the hashes.
const maxRounds = 1 << 16

// manyUses is the number of powers for which the tables of g and a are shaped.
const manyUses = 1 << 12

// cofactorBits is the length of q. An element whose order q divides passes a test by
// random weights of 64 bits with a probability of about 1/q.
const cofactorBits = 61

// derive finds p and derives g, a and δ. h is the first hash that gives a valid one:
//
//	g = h^(2q) mod p     g ≠ 0, 1; g^n = h^(p−1) = 1
//	a = h² mod n         a ≠ 1 and a unit; of odd order, if both factors of n are 3 modulo 4
//	δ = h                a unit modulo n
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
	// About one odd q in 20 is prime, and for one of ln(p)/2 primes p is prime.
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

// hash is TH("group", eid ‖ text n ‖ text name ‖ u32 try) as a number modulo m.
func (g *Group) hash(name string, try uint32, m *big.Int) *big.Int {
	x := curve.Encoder(g.prefix()).Text([]byte(name)).U32(try)
	return hashBelow(curve.TaggedHash("group", x), m)
}

// prefix is eid ‖ text n, with which every hash of a group begins.
func (g *Group) prefix() []byte { return prefix(g.eid, g.n) }

func prefix(eid [32]byte, n *big.Int) []byte {
	return curve.Encoder(nil).Raw(eid[:]).Text(n.Bytes())
}

// sizes are the lengths of the group's messages.
func (g *Group) sizes() Sizes { return Sizes{size(g.n), g.rounds} }
