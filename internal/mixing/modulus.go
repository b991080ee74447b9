package mixing

import (
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Bounds of a modulus in bits. What is secure is the policy's to say; below the
// least the derived numbers would not fit each other.
const (
	minBits = 256
	maxBits = 1 << 14
)

// Modulus is the group manager's n with a proof that it is the product of two
// primes and that gcd(e·n, φ(n)) = 1.
type Modulus struct {
	n       *big.Int
	squares []*big.Int // squareCount square roots
	roots   []*big.Int // rootCount roots of degree e·n
}

// squareCount of square roots, each of which exists for at most half of the
// numbers that are asked for if n has three prime factors or more, or two that
// are not 3 modulo 4: a false proof passes with probability 2^−128.
const squareCount = 128

// rootCount of roots of degree e·n, each of which exists for at most one number
// in 65537 if a prime that divides e·n divides φ(n): such a prime is e or, once
// no smaller divides n, at least that large. 65537^8 > 2^128.
const rootCount = 8

// Bytes returns u32 |n| ‖ n ‖ 128 square roots ‖ 8 roots, each as long as n.
func (m Modulus) Bytes() []byte {
	out := curve.Encoder(nil).Text(m.n.Bytes())
	for _, v := range append(append([]*big.Int{}, m.squares...), m.roots...) {
		out = append(out, v.FillBytes(make([]byte, size(m.n)))...)
	}
	return out
}

// DecodeModulus reads what Bytes writes. It does not check the proof.
func DecodeModulus(b []byte) (Modulus, error) {
	in := &reader{left: b}
	m := Modulus{n: in.modulus()}
	for range squareCount {
		m.squares = append(m.squares, in.below("square root", m.n))
	}
	for range rootCount {
		m.roots = append(m.roots, in.below("root", m.n))
	}
	if err := in.end(); err != nil {
		return Modulus{}, fmt.Errorf("modulus: %w", err)
	}
	return m, nil
}

// Check verifies the proof: n has the given length and no prime factor below
// 65537, is 1 modulo 4, is not prime, and has the roots that hashes of n ask
// for. Then it is the product of two distinct primes that are 3 modulo 4, and
// neither they nor e divide φ(n) (van de Graaf–Peralta 1987;
// Goldberg–Reyzin–Sagga–Baldimtsi 2019). How large the smaller factor is beyond
// 65537, nobody can prove so.
func (m Modulus) Check(eid [32]byte, bits int) error {
	switch n := m.n; {
	case n == nil:
		return errors.New("no modulus")
	case n.BitLen() != bits:
		return fmt.Errorf("modulus of %d bits, want %d", n.BitLen(), bits)
	case n.Bit(0) != 1 || n.Bit(1) != 0:
		return errors.New("modulus is not 1 modulo 4")
	case hasSmallFactor(n):
		return errors.New("modulus has a factor below 65537")
	case n.ProbablyPrime(20):
		return errors.New("modulus is prime")
	}
	if err := checkRoots(eid, m.n, nil, m.roots); err != nil {
		return err
	}
	return m.checkSquares(eid)
}

func (m Modulus) checkSquares(eid [32]byte) error {
	for i, s := range m.squares {
		square := new(big.Int).Mul(s, s)
		square.Mod(square, m.n)
		z := squareAsked(eid, m.n, i)
		if square.Cmp(z) != 0 && square.Cmp(z.Sub(m.n, z)) != 0 {
			return fmt.Errorf("modulus is not shown to have two factors: square root %d is none", i)
		}
	}
	return nil
}

// squareAsked is the number of which square root i, up to the sign, is asked:
// the first TH("modulus-square", eid ‖ text n ‖ u32 i ‖ u32 try) with the
// Jacobi symbol 1.
func squareAsked(eid [32]byte, n *big.Int, i int) *big.Int {
	for try := uint32(0); ; try++ {
		x := curve.Encoder(prefix(eid, n)).U32(uint32(i)).U32(try)
		if z := hashBelow(curve.TaggedHash("modulus-square", x), n); big.Jacobi(z, n) == 1 {
			return z
		}
	}
}

// proveModulus makes the proof for n = p·q with primes that are 3 modulo 4.
func proveModulus(eid [32]byte, p, q *big.Int) Modulus {
	m := Modulus{n: new(big.Int).Mul(p, q), squares: make([]*big.Int, squareCount)}
	// z^((φ(n)+4)/8) is a root of z if z is a square, else of −z.
	d := phi(p, q)
	d.Add(d, big.NewInt(4)).Rsh(d, 3)
	cores.Each(squareCount, func(i int) {
		m.squares[i] = new(big.Int).Exp(squareAsked(eid, m.n, i), d, m.n)
	})
	m.roots = proveRoots(eid, p, q, nil)
	return m
}

// rootAsked is the number of which root i is asked of whom: the first
// TH("modulus-root", eid ‖ text n ‖ text who ‖ u32 i ‖ u32 try) that is a unit.
func rootAsked(eid [32]byte, n *big.Int, who []byte, i int) *big.Int {
	for try := uint32(0); ; try++ {
		x := curve.Encoder(prefix(eid, n)).Text(who).U32(uint32(i)).U32(try)
		if z := hashBelow(curve.TaggedHash("modulus-root", x), n); isUnit(z, n) {
			return z
		}
	}
}

// proveRoots computes the roots of degree e·n that only who knows p and q can.
func proveRoots(eid [32]byte, p, q *big.Int, who []byte) []*big.Int {
	n := new(big.Int).Mul(p, q)
	d := new(big.Int).Mul(n, big.NewInt(publicExponent))
	d.ModInverse(d, phi(p, q))
	roots := make([]*big.Int, rootCount)
	cores.Each(rootCount, func(i int) { roots[i] = new(big.Int).Exp(rootAsked(eid, n, who, i), d, n) })
	return roots
}

// checkRoots verifies what proveRoots makes.
func checkRoots(eid [32]byte, n *big.Int, who []byte, roots []*big.Int) error {
	degree := new(big.Int).Mul(n, big.NewInt(publicExponent))
	wrong := make([]bool, len(roots))
	cores.Each(len(roots), func(i int) {
		wrong[i] = new(big.Int).Exp(roots[i], degree, n).Cmp(rootAsked(eid, n, who, i)) != 0
	})
	for i := range wrong {
		if wrong[i] {
			return fmt.Errorf("gcd(e·n, φ(n)) = 1 is not shown: root %d is none", i)
		}
	}
	return nil
}
