package mixing_test

import (
	"io"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/mixing"
)

func phi(p, q *big.Int) *big.Int {
	return new(big.Int).Mul(new(big.Int).Sub(p, num(1)), new(big.Int).Sub(q, num(1)))
}

// prime draws a prime of a length in bits, with its two top bits set, that passes ok.
func prime(r io.Reader, bits int, ok func(p *big.Int) bool) *big.Int {
	for {
		p := below(r, power2(bits-2))
		p.Add(p, new(big.Int).Lsh(num(3), uint(bits-2)))
		if p.ProbablyPrime(20) && ok(p) {
			return p
		}
	}
}

func mod(v *big.Int, m int64) int64 { return new(big.Int).Mod(v, num(m)).Int64() }

func blum(p *big.Int) bool { return mod(p, 4) == 3 && mod(p, 65537) != 1 }

// factors draws the factors that a manager draws.
func factors(r io.Reader, bits int) (p, q *big.Int) {
	draw := func() *big.Int {
		for {
			p := below(r, power2(bits/2-2))
			p.Add(p, new(big.Int).Lsh(num(3), uint(bits/2-2)))
			if p.SetBit(p.SetBit(p, 0, 1), 1, 1); p.ProbablyPrime(20) && blum(p) {
				return p
			}
		}
	}
	return draw(), draw()
}

// cheat encodes a product of any primes with the best proof: a root where there is one,
// combined from those modulo each prime, and otherwise 1.
func cheat(eid [32]byte, primes ...*big.Int) []byte {
	n, order := num(1), num(1)
	for _, p := range primes {
		if new(big.Int).Mod(n, p).Sign() == 0 {
			order.Mul(order, p) // p² brings p into φ(n)
		} else {
			order.Mul(order, new(big.Int).Sub(p, num(1)))
		}
		n.Mul(n, p)
	}
	prefix := func(v ...[]byte) []byte { return cat(eid[:], text(n.Bytes()), cat(v...)) }
	out := text(n.Bytes())
	for i := range 128 {
		z := num(0)
		for try := 0; big.Jacobi(z, n) != 1; try++ {
			z = hashTo(n, "modulus-square", prefix(u32(i), u32(try)))
		}
		root := squareRoot(z, n, primes)
		if root == nil {
			root = squareRoot(new(big.Int).Sub(n, z), n, primes)
		}
		if root == nil {
			root = num(1)
		}
		out = append(out, fixed(root, len(n.Bytes()))...)
	}
	// A root of degree e·n: the order without its common factors with the degree.
	degree := new(big.Int).Mul(n, num(65537))
	for {
		common := new(big.Int).GCD(nil, nil, degree, order)
		if common.Cmp(num(1)) == 0 {
			break
		}
		order.Div(order, common)
	}
	d := new(big.Int).ModInverse(degree, order)
	for i := range 8 {
		z := num(0)
		for try := 0; !unit(z, n); try++ {
			z = hashTo(n, "modulus-root", prefix(text(nil), u32(i), u32(try)))
		}
		out = append(out, fixed(exp(z, d, n), len(n.Bytes()))...)
	}
	return out
}

// squareRoot is a root of z modulo the product of distinct primes, or nil.
func squareRoot(z, n *big.Int, primes []*big.Int) *big.Int {
	root := num(0)
	for _, p := range primes {
		r := new(big.Int).ModSqrt(new(big.Int).Mod(z, p), p)
		rest := new(big.Int).Div(n, p)
		inverse := new(big.Int).ModInverse(rest, p)
		if r == nil || inverse == nil {
			return nil
		}
		root.Add(root, mul(mul(r, inverse, p), rest, n))
	}
	return root.Mod(root, n)
}

func TestModulusProof(t *testing.T) {
	r := stream(70)
	p, q := prime(r, 256, blum), prime(r, 256, blum)
	step := new(big.Int).Mul(p, num(2))
	chained := add(new(big.Int).Mul(step, power2(100)), num(1)) // a prime 1 modulo p and 3 modulo 4
	for !chained.ProbablyPrime(20) || !blum(chained) {
		chained.Add(chained, step)
	}
	three := func(p *big.Int) bool { return mod(p, 4) == 3 }
	one := func(p *big.Int) bool { return mod(p, 4) == 1 && mod(p, 65537) != 1 }
	withE := num(3) // a prime 1 modulo e and 3 modulo 4
	for withE.Sub(power2(256), num(2*65537)); !withE.ProbablyPrime(20) || mod(withE, 4) != 3; {
		withE.Sub(withE, num(65537))
	}
	for _, c := range []struct {
		name   string
		primes []*big.Int
		why    string
	}{
		{"two primes that are 3 modulo 4", []*big.Int{p, q}, ""},
		{"three primes", []*big.Int{prime(r, 160, blum), prime(r, 160, blum), prime(r, 190, one)}, "square root"},
		{"four primes", []*big.Int{
			prime(r, 120, blum), prime(r, 120, blum), prime(r, 120, blum), prime(r, 150, blum),
		}, "square root"},
		{"one prime", []*big.Int{prime(r, 512, one)}, "modulus is prime"},
		{"a prime's square", []*big.Int{p, p}, "gcd(e·n, φ(n)) = 1 is not shown"},
		{"a prime's cube and another", []*big.Int{p, p, p, q}, "gcd(e·n, φ(n)) = 1 is not shown"},
		{"two primes of different lengths", []*big.Int{prime(r, 100, blum), q}, ""},
		{"two primes that are 1 modulo 4", []*big.Int{prime(r, 256, one), prime(r, 256, one)}, "square root"},
		{"one of each kind", []*big.Int{p, prime(r, 256, one)}, "1 modulo 4"},
		{"e divides φ(n)", []*big.Int{p, withE}, "gcd(e·n, φ(n)) = 1 is not shown"},
		{"p divides q − 1", []*big.Int{p, chained}, "gcd(e·n, φ(n)) = 1 is not shown"},
		{"a small prime", []*big.Int{num(65519), prime(r, 496, three)}, "factor below 65537"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := mixing.DecodeModulus(cheat(eid, c.primes...))
			if err != nil {
				t.Fatal(err)
			}
			n := num(1)
			for _, p := range c.primes {
				n.Mul(n, p)
			}
			bits := n.BitLen()
			err = m.Check(eid, bits)
			if c.why == "" {
				if err != nil {
					t.Fatal(err)
				}
				if m.Check([32]byte{1}, bits) == nil || m.Check(eid, bits+1) == nil {
					t.Error("the proof holds elsewhere")
				}
			} else if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("got %v, want %q", err, c.why)
			}
		})
	}
}
