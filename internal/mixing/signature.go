package mixing

import (
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

// signature is a group signature. It verifies if c is the challenge of message, g̃, z̃
// and the hashes, and each h_i the hash of the commitments R_i and R'_i.
//
//	g̃, z̃   |n| + 8 each
//	h_i    32 each
//	c      ⌈l/8⌉
//	t_i    97 each
//	u_i    |n| each
type signature struct {
	pair
	hashes    []byte // h_1 … h_l
	challenge []byte
	answers
}

// statement is what a challenge hashes of a signature, g̃ ‖ z̃ ‖ h_1 … h_l.
func (g *Group) statement(s signature) []byte { return append(g.elements(nil, s.g, s.z), s.hashes...) }

func (g *Group) encodeSignature(s signature) []byte {
	return g.encodeAnswers(append(g.statement(s), s.challenge...), s.answers, answerSize)
}

// decodeSignature reads a signature and makes the checks of its parts that take no
// exponentiation.
func (g *Group) decodeSignature(b []byte) (s signature, err error) {
	in := &reader{left: b}
	s.g, s.z = in.element("g̃", g), in.element("z̃", g)
	s.hashes = in.take("hashes", g.rounds*hashSize)
	s.challenge = in.take("challenge", challengeSize(g.rounds))
	s.answers = in.answers(g, answerSize)
	return s, in.end()
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
		b = append(b, v.FillBytes(make([]byte, g.sizes().Element()))...)
	}
	return b
}

// element reads an element modulo p and refuses 0, 1, and p or more.
func (r *reader) element(what string, g *Group) *big.Int {
	v := new(big.Int).SetBytes(r.take(what, g.sizes().Element()))
	if r.err == nil && (v.Cmp(one) <= 0 || v.Cmp(g.p) >= 0) {
		r.fail(errors.New(what + " is not between 1 and p"))
	}
	return v
}
