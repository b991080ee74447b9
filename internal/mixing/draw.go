package mixing

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"sync"

	"bevote/internal/curve"
)

var one = big.NewInt(1)

// drawBelow draws an integer from [0, limit), uniformly.
func drawBelow(r io.Reader, limit *big.Int) (*big.Int, error) {
	v, err := rand.Int(r, limit)
	if err != nil {
		return nil, fmt.Errorf("drawing a number: %w", err)
	}
	return v, nil
}

// drawBetween draws an integer from [2^low, 2^high), uniformly.
func drawBetween(r io.Reader, low, high uint) (*big.Int, error) {
	least := new(big.Int).Lsh(one, low)
	limit := new(big.Int).Lsh(one, high)
	v, err := drawBelow(r, limit.Sub(limit, least))
	if err != nil {
		return nil, err
	}
	return v.Add(v, least), nil
}

// drawUnit draws a unit modulo m, uniformly.
func drawUnit(r io.Reader, m *big.Int) (*big.Int, error) {
	for {
		v, err := drawBelow(r, m)
		if err != nil || isUnit(v, m) {
			return v, err
		}
	}
}

// drawPermutation draws a permutation of 0 … n−1, uniformly (Fisher and Yates 1938,
// as Durstenfeld 1964 has it).
func drawPermutation(r io.Reader, n int) ([]int, error) {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j, err := drawBelow(r, big.NewInt(int64(i+1)))
		if err != nil {
			return nil, err
		}
		p[i], p[j.Int64()] = p[j.Int64()], p[i]
	}
	return p, nil
}

// drawPrime draws a prime p of a length in bits. Its two top bits are set, so that the
// product of two such primes is as long as both together; p is 3 modulo 4; e does not
// divide p−1. crypto/rand.Prime does not serve, since it ignores its reader.
func drawPrime(r io.Reader, bits int) (*big.Int, error) {
	high := big.NewInt(3)
	high.Lsh(high, uint(bits-2))
	for {
		p, err := drawBelow(r, new(big.Int).Lsh(one, uint(bits-2)))
		if err != nil {
			return nil, err
		}
		p.Or(p, high)
		p.SetBit(p.SetBit(p, 0, 1), 1, 1)
		less := new(big.Int).Sub(p, one)
		if !hasSmallFactor(p) && less.Mod(less, big.NewInt(publicExponent)).Sign() != 0 && p.ProbablyPrime(20) {
			return p, nil
		}
	}
}

// drawPrimes draws the two factors of a modulus n of a length in bits, as [drawPrime]
// does, with gcd(e·n, φ(n)) = 1.
func drawPrimes(r io.Reader, bits int) (p, q *big.Int, err error) {
	if bits < minBits || bits > maxBits {
		return nil, nil, fmt.Errorf("modulus of %d bits, want %d to %d", bits, minBits, maxBits)
	}
	if p, err = drawPrime(r, bits/2); err != nil {
		return nil, nil, err
	}
	for {
		if q, err = drawPrime(r, bits-bits/2); err != nil {
			return nil, nil, err
		}
		if p.Cmp(q) != 0 && isUnit(new(big.Int).Mul(p, q), phi(p, q)) {
			return p, q, nil
		}
	}
}

// phi is (p−1)·(q−1).
func phi(p, q *big.Int) *big.Int {
	f := new(big.Int).Sub(p, one)
	return f.Mul(f, new(big.Int).Sub(q, one))
}

// isUnit reports whether gcd(v, m) = 1.
func isUnit(v, m *big.Int) bool { return new(big.Int).GCD(nil, nil, v, m).Cmp(one) == 0 }

// hashBelow is a hash as an integer modulo m, uniform to within 2^−128:
//
//	KDF(seed, |m| + 16) mod m
func hashBelow(seed [32]byte, m *big.Int) *big.Int {
	v := new(big.Int).SetBytes(curve.KDF(seed[:], size(m)+16))
	return v.Mod(v, m)
}

// size is |m|, the length of m in bytes.
func size(m *big.Int) int { return (m.BitLen() + 7) / 8 }

// primorial is the product of all primes below publicExponent.
var primorial = sync.OnceValue(func() *big.Int {
	composite := make([]bool, publicExponent)
	product := big.NewInt(1)
	for i := 2; i < publicExponent; i++ {
		if composite[i] {
			continue
		}
		product.Mul(product, big.NewInt(int64(i)))
		for j := i * i; j < publicExponent; j += i {
			composite[j] = true
		}
	}
	return product
})

// hasSmallFactor reports whether a prime below publicExponent divides v.
func hasSmallFactor(v *big.Int) bool {
	rest := new(big.Int).Mod(primorial(), v)
	return !isUnit(rest, v)
}
