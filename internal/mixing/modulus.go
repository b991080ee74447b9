package mixing

import (
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Bounds of a modulus in bits. The policy chooses a secure length; below minBits the
// derived numbers do not fit each other.
const (
	minBits = 256
	maxBits = 1 << 14
)

// Modulus is the group manager's n with a proof that it is the product of two primes
// that are 3 modulo 4 and that gcd(e·n, φ(n)) = 1. The proof consists of roots of hashes of
// n. If n has these properties all hashes have roots, otherwise at most half of them:
//
//	s_i² = ±z_i         i = 0 … 127     z_i by squareTarget
//	ρ_i^(e·n) = z'_i    i = 0 … 7       z'_i by rootTarget
type Modulus struct {
	n       *big.Int
	squares []*big.Int // s_i
	roots   []*big.Int // ρ_i
}

// squareCount is the number of square roots. If n has three prime factors or more, or
// two that are not both 3 modulo 4, at most half of the numbers z_i have one: a false
// proof passes with a probability of 2^−128.
const squareCount = 128

// rootCount is the number of roots of degree e·n. If a prime divides both e·n and φ(n),
// at most one unit in 65537 has one, since that prime is e or a factor of n, which is
// larger. A false proof passes with a probability of 65537^−8 < 2^−128.
const rootCount = 8

// Bytes returns the encoding:
//
//	u32 |n|   4
//	n         |n|
//	s_i       |n| each
//	ρ_i       |n| each
func (m Modulus) Bytes() []byte {
	out := curve.Encoder(nil).Text(m.n.Bytes())
	for _, v := range append(append([]*big.Int{}, m.squares...), m.roots...) {
		out = append(out, v.FillBytes(make([]byte, size(m.n)))...)
	}
	return out
}

// DecodeModulus reads what [Modulus.Bytes] writes, an odd n of 256 to 16384 bits and
// roots from 1 to n−1. It does not verify the proof; [Modulus.Check] does.
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

// Check verifies that n has a length in bits and no prime factor below 65537, is 1
// modulo 4, is not prime, and that the roots are right. Then n is the product of two
// distinct primes that are 3 modulo 4 (van de Graaf and Peralta 1987), and neither
// they nor e divide φ(n) (Goldberg, Reyzin, Sagga and Baldimtsi 2019). The proof does
// not show that both are long.
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

// checkSquares verifies s_i² = ±z_i.
func (m Modulus) checkSquares(eid [32]byte) error {
	for i, s := range m.squares {
		square := new(big.Int).Mul(s, s)
		square.Mod(square, m.n)
		z := squareTarget(eid, m.n, i)
		if square.Cmp(z) != 0 && square.Cmp(z.Sub(m.n, z)) != 0 {
			return fmt.Errorf("modulus is not shown to have two factors: square root %d is none", i)
		}
	}
	return nil
}

// squareTarget is z_i: of the numbers, for try from 0,
//
//	TH("modulus-square", eid ‖ text n ‖ u32 i ‖ u32 try) modulo n
//
// the first whose Jacobi symbol is 1.
func squareTarget(eid [32]byte, n *big.Int, i int) *big.Int {
	for try := uint32(0); ; try++ {
		x := curve.Encoder(prefix(eid, n)).U32(uint32(i)).U32(try)
		if z := hashBelow(curve.TaggedHash("modulus-square", x), n); big.Jacobi(z, n) == 1 {
			return z
		}
	}
}

// proveModulus returns n = p·q with its proof, for primes that are 3 modulo 4.
func proveModulus(eid [32]byte, p, q *big.Int) Modulus {
	m := Modulus{n: new(big.Int).Mul(p, q), squares: make([]*big.Int, squareCount)}
	// z^((φ(n)+4)/8) is a square root of z if z is a square, otherwise of −z.
	d := phi(p, q)
	d.Add(d, big.NewInt(4)).Rsh(d, 3)
	cores.Each(squareCount, func(i int) {
		m.squares[i] = new(big.Int).Exp(squareTarget(eid, m.n, i), d, m.n)
	})
	m.roots = proveRoots(eid, p, q, nil)
	return m
}

// rootTarget is z'_i: of the numbers, for try from 0,
//
//	TH("modulus-root", eid ‖ text n ‖ text who ‖ u32 i ‖ u32 try) modulo n
//
// the first that is a unit. who is empty for a manager's modulus.
func rootTarget(eid [32]byte, n *big.Int, who []byte, i int) *big.Int {
	for try := uint32(0); ; try++ {
		x := curve.Encoder(prefix(eid, n)).Text(who).U32(uint32(i)).U32(try)
		if z := hashBelow(curve.TaggedHash("modulus-root", x), n); isUnit(z, n) {
			return z
		}
	}
}

// proveRoots returns the roots ρ_i, whose computation takes the factors p and q of n.
func proveRoots(eid [32]byte, p, q *big.Int, who []byte) []*big.Int {
	n := new(big.Int).Mul(p, q)
	d := new(big.Int).Mul(n, big.NewInt(publicExponent))
	d.ModInverse(d, phi(p, q))
	roots := make([]*big.Int, rootCount)
	cores.Each(rootCount, func(i int) { roots[i] = new(big.Int).Exp(rootTarget(eid, n, who, i), d, n) })
	return roots
}

// checkRoots verifies ρ_i^(e·n) = z'_i.
func checkRoots(eid [32]byte, n *big.Int, who []byte, roots []*big.Int) error {
	degree := new(big.Int).Mul(n, big.NewInt(publicExponent))
	wrong := make([]bool, len(roots))
	cores.Each(len(roots), func(i int) {
		wrong[i] = new(big.Int).Exp(roots[i], degree, n).Cmp(rootTarget(eid, n, who, i)) != 0
	})
	for i := range wrong {
		if wrong[i] {
			return fmt.Errorf("gcd(e·n, φ(n)) = 1 is not shown: root %d is none", i)
		}
	}
	return nil
}
