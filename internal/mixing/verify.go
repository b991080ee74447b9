package mixing

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync/atomic"

	"bevote/internal/cores"
)

// power returns the power of one base to an exponent.
type power func(exponent *big.Int) *big.Int

// powersOf returns the powers of a base, computed without a table.
func (g *Group) powersOf(base *big.Int) power {
	return func(exponent *big.Int) *big.Int { return g.modP.power(base, exponent) }
}

// checkPair checks that g̃^n = 1, z̃ ≠ 1, z̃^n = 1 and z̃·g̃^δ ≠ 1, and sets z̃·g̃^δ. Then
// the orders of g̃ and z̃ divide n. That they are n and no factor of it cannot be
// checked without the factors.
func (g *Group) checkPair(at *pair, ofG, ofZ power) error {
	switch {
	case ofG(g.n).Cmp(one) != 0:
		return errors.New("g̃^n ≠ 1")
	case at.z.Cmp(one) == 0:
		return errors.New("z̃ = 1")
	case ofZ(g.n).Cmp(one) != 0:
		return errors.New("z̃^n ≠ 1")
	}
	if at.plus = g.modP.times(at.z, ofG(g.delta)); at.plus.Cmp(one) == 0 {
		return errors.New("z̃·g̃^δ = 1")
	}
	return nil
}

// tables are tables of powers of a signature's g̃, z̃ and z̃·g̃^δ.
type tables struct{ g, z, plus *comb }

// fewUses is the number of powers for which the tables of a signature are shaped, less
// than the 128 that there are. With larger tables a valid signature would take a few
// percent less, and a bogus one half as much again, of which they are most.
const fewUses = 32

// domain decodes a signature and checks its parts:
//
//	g̃     1 < g̃ < p, g̃^n = 1
//	z̃     1 < z̃ < p, z̃^n = 1, z̃·g̃^δ ≠ 1
//	t_i   < 2^770
//	u_i   1 ≤ u_i < n, gcd(u_i, n) = 1
//
// The papers leave most of this out. Without it signatures can be forged without a
// secret: g̃ = z̃ = 1, or u_i = 0, make all commitments 1.
func (g *Group) domain(b []byte) (s signature, of tables, err error) {
	if s, err = g.decodeSignature(b); err != nil {
		return s, of, outside(err)
	}
	of.g = newComb(g.modP, s.g, g.n.BitLen(), fewUses)
	of.z = newComb(g.modP, s.z, g.n.BitLen(), fewUses)
	if err := g.checkPair(&s.pair, of.g.power, of.z.power); err != nil {
		return s, of, outside(err)
	}
	of.plus = newComb(g.modP, s.plus, g.n.BitLen(), fewUses)
	return s, of, nil
}

// outside is the error of a signature with a part outside its domain.
func outside(err error) error { return fmt.Errorf("signature %w: %w", ErrDomain, err) }

// Verify checks a group signature on message: that c is the challenge of its hashes,
// the domain of its parts, and then one round after the other that the hash is of the
// commitments that the answers give. The rounds are taken in an order that is drawn
// afresh, so that no signature puts its wrong rounds last. The order does not change
// the result.
func (g *Group) Verify(message, signature []byte) error {
	return g.verify(message, signature, rand.Perm(g.rounds))
}

// verify is Verify with the rounds in an order.
func (g *Group) verify(message, signature []byte, order []int) error {
	if err := checkMessage(message); err != nil {
		return err
	}
	if len(signature) != g.sizes().Signature() {
		return outside(fmt.Errorf("%d bytes, want %d for %d rounds", len(signature), g.sizes().Signature(), g.rounds))
	}
	statement, rest := signature[:g.sizes().statement()], signature[g.sizes().statement():]
	if !bytes.HasPrefix(rest, g.challenge(message, statement)) {
		return errors.New("signature does not fit the message")
	}
	s, of, err := g.domain(signature)
	if err != nil {
		return err
	}
	if !g.opens(s, of, order) {
		return errors.New("signature does not open its commitments")
	}
	return nil
}

// opens reports whether the answers of all rounds give commitments with the
// signature's hashes. It takes the rounds in an order, and no more of them once one is
// wrong.
func (g *Group) opens(s signature, of tables, order []int) bool {
	var wrong atomic.Bool
	cores.Each(len(order), func(k int) {
		if !wrong.Load() && !g.roundOpens(s, of, order[k]) {
			wrong.Store(true)
		}
	})
	return !wrong.Load()
}

// roundOpens is [Group.opens] of round i.
func (g *Group) roundOpens(s signature, of tables, i int) bool {
	base1, base2 := of.g, of.g
	if bit(s.challenge, i) {
		base1, base2 = of.z, of.plus
	}
	h := g.roundHash(i, base1.power(g.ofA.power(s.logs[i])), base2.power(g.modN.power(s.roots[i], g.e)))
	return bytes.Equal(h[:], s.hashes[i*hashSize:][:hashSize])
}

func checkMessage(message []byte) error {
	if len(message) != messageSize {
		return fmt.Errorf("message of %d bytes, want %d", len(message), messageSize)
	}
	return nil
}
