package mixing

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
)

// pair is g̃ and z̃ = g̃^y, by which the manager identifies the signer, and
//
//	plus = z̃·g̃^δ = g̃^(y+δ) = g̃^(w^e)
type pair struct{ g, z, plus *big.Int }

// answers are t_1 … t_l of V1 and u_1 … u_l of V2, two proofs with one challenge
// (Camenisch and Stadler 1997): the signer knows x and w of one membership key.
//
//	V1 = SKLOGLOG[α : z̃ = g̃^(a^α)]        R_i = g̃^(a^t_i), or z̃^(a^t_i) where bit i of c is 1
//	V2 = SKROOTLOG[β : z̃·g̃^δ = g̃^(β^e)]   R'_i = g̃^(u_i^e), or (z̃·g̃^δ)^(u_i^e) where bit i of c is 1
type answers struct{ logs, roots []*big.Int }

// signature is a group signature. It verifies if c is the challenge of the message,
// g̃, z̃, R and R'.
//
//	g̃, z̃   |n| + 8 each
//	c      ⌈l/8⌉
//	t_i    97 each
//	u_i    |n| each
type signature struct {
	pair
	challenge []byte
	answers
}

// signatureSize is the length of a signature in bytes.
func (g *Group) signatureSize() int {
	return 2*g.elementSize() + challengeSize(g.rounds) + g.rounds*(answerSize+size(g.n))
}

func (g *Group) encodeSignature(s signature) []byte {
	b := g.elements(nil, s.g, s.z)
	b = append(b, s.challenge...)
	return g.encodeAnswers(b, s.answers, answerSize)
}

// decodeSignature reads a signature and makes the checks of its parts that take no
// exponentiation.
func (g *Group) decodeSignature(b []byte) (s signature, err error) {
	if len(b) != g.signatureSize() {
		return s, fmt.Errorf("signature of %d bytes, want %d for %d rounds", len(b), g.signatureSize(), g.rounds)
	}
	in := &reader{left: b}
	s.g, s.z = in.element("g̃", g), in.element("z̃", g)
	s.challenge = in.take("challenge", challengeSize(g.rounds))
	if in.err == nil {
		in.err = checkChallenge(s.challenge, g.rounds)
	}
	s.answers = in.answers(g, answerSize)
	return s, in.end()
}

// checkPair checks that g̃^n = 1, z̃ ≠ 1, z̃^n = 1 and z̃·g̃^δ ≠ 1, and sets z̃·g̃^δ. Then
// the orders of g̃ and z̃ divide n. That they are n and no factor of it cannot be
// checked without the factors.
func (g *Group) checkPair(at *pair) error {
	switch {
	case g.modP.power(at.g, g.n).Cmp(one) != 0:
		return errors.New("g̃^n ≠ 1")
	case at.z.Cmp(one) == 0:
		return errors.New("z̃ = 1")
	case g.modP.power(at.z, g.n).Cmp(one) != 0:
		return errors.New("z̃^n ≠ 1")
	}
	if at.plus = g.modP.times(at.z, g.modP.power(at.g, g.delta)); at.plus.Cmp(one) == 0 {
		return errors.New("z̃·g̃^δ = 1")
	}
	return nil
}

// domain decodes a signature and checks its parts:
//
//	g̃     1 < g̃ < p, g̃^n = 1
//	z̃     1 < z̃ < p, z̃^n = 1, z̃·g̃^δ ≠ 1
//	c     l/2 ones
//	t_i   < 2^770
//	u_i   1 ≤ u_i < n, gcd(u_i, n) = 1
//
// The papers leave most of this out. Without it signatures can be forged without a
// secret: g̃ = z̃ = 1, or u_i = 0, make all commitments 1.
func (g *Group) domain(b []byte) (signature, error) {
	s, err := g.decodeSignature(b)
	if err == nil {
		err = g.checkPair(&s.pair)
	}
	if err != nil {
		return s, fmt.Errorf("signature %w: %w", ErrDomain, err)
	}
	return s, nil
}

// Verify checks a group signature on message: the domain of its parts, and then that
// c is the challenge of the commitments R and R' that the answers give.
func (g *Group) Verify(message, signature []byte) error {
	s, err := g.domain(signature)
	if err != nil {
		return err
	}
	if err := checkMessage(message); err != nil {
		return err
	}
	commitments := g.commitments(s.pair, s.challenge, g.exponents(s.answers))
	if !bytes.Equal(s.challenge, g.challenge(message, s.pair, commitments)) {
		return errors.New("signature does not fit the message")
	}
	return nil
}

func checkMessage(message []byte) error {
	if len(message) != messageSize {
		return fmt.Errorf("message of %d bytes, want %d", len(message), messageSize)
	}
	return nil
}

// exponents are a^t_i for V1 and then u_i^e for V2, modulo n.
func (g *Group) exponents(t answers) []*big.Int {
	out := make([]*big.Int, 2*g.rounds)
	cores.Each(g.rounds, func(i int) {
		out[i] = g.ofA.power(t.logs[i])
		out[g.rounds+i] = g.modN.power(t.roots[i], g.e)
	})
	return out
}

// base is the base of exponent i, of V1 for i < l, of V2 for i ≥ l: g̃ where the
// challenge's bit is 0, otherwise z̃ for V1 and z̃·g̃^δ for V2.
func (g *Group) base(at pair, challenge []byte, i int) *big.Int {
	switch {
	case !bit(challenge, i%g.rounds):
		return at.g
	case i < g.rounds:
		return at.z
	default:
		return at.plus
	}
}

// commitments are R_1 … R_l and then R'_1 … R'_l, each base to its exponent.
func (g *Group) commitments(at pair, challenge []byte, exponents []*big.Int) []*big.Int {
	bases := []*big.Int{at.g, at.z, at.plus}
	uses := make(map[*big.Int]int)
	for i := range exponents {
		uses[g.base(at, challenge, i)]++
	}
	combs := make(map[*big.Int]*comb)
	for _, base := range bases {
		combs[base] = newComb(g.modP, base, g.n.BitLen(), uses[base])
	}
	out := make([]*big.Int, len(exponents))
	cores.Each(len(out), func(i int) { out[i] = combs[g.base(at, challenge, i)].power(exponents[i]) })
	return out
}

// encodeAnswers appends t_i, logSize bytes each, and u_i, |n| bytes each.
func (g *Group) encodeAnswers(b []byte, t answers, logSize int) []byte {
	for _, v := range t.logs {
		b = append(b, v.FillBytes(make([]byte, logSize))...)
	}
	for _, v := range t.roots {
		b = append(b, v.FillBytes(make([]byte, size(g.n)))...)
	}
	return b
}

// answers reads what encodeAnswers writes, t_i < 2^770 and u_i units modulo n.
func (r *reader) answers(g *Group, logSize int) (t answers) {
	for range g.rounds {
		v := new(big.Int).SetBytes(r.take("answers", logSize))
		if r.err == nil && v.BitLen() > answerBits {
			r.fail(fmt.Errorf("answer to V1 of %d bits, want at most %d", v.BitLen(), answerBits))
		}
		t.logs = append(t.logs, v)
	}
	for range g.rounds {
		v := r.below("answer to V2", g.n)
		if r.err == nil && !isUnit(v, g.n) {
			r.fail(errors.New("answer to V2 is no unit"))
		}
		t.roots = append(t.roots, v)
	}
	return t
}

// elements appends elements modulo p, |n| + 8 bytes each.
func (g *Group) elements(b []byte, vs ...*big.Int) []byte {
	for _, v := range vs {
		b = append(b, v.FillBytes(make([]byte, g.elementSize()))...)
	}
	return b
}

// element reads an element modulo p and refuses 0, 1, and p or more.
func (r *reader) element(what string, g *Group) *big.Int {
	v := new(big.Int).SetBytes(r.take(what, g.elementSize()))
	if r.err == nil && (v.Cmp(one) <= 0 || v.Cmp(g.p) >= 0) {
		r.fail(errors.New(what + " is not between 1 and p"))
	}
	return v
}
