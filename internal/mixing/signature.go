package mixing

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
)

// pair is g̃ = g^r and z̃ = g̃^y, the part of a signature that names its signer
// to the manager alone, and z̃·g̃^δ = g̃^(y+δ) = g̃^(w^e).
type pair struct{ g, z, plus *big.Int }

// answers are those of V1 = SKLOGLOG[α : z̃ = g̃^(a^α)] and of
// V2 = SKROOTLOG[β : z̃·g̃^δ = g̃^(β^e)], one a round each.
type answers struct{ logs, roots []*big.Int }

// A signature is
//
//	g̃ ‖ z̃               |n| + 8 bytes each
//	challenge            ⌈l/8⌉
//	V1's answers         97 each
//	V2's answers         |n| each
type signature struct {
	pair
	challenge []byte
	answers
}

func (g *Group) signatureSize() int {
	return 2*g.elementSize() + challengeSize(g.rounds) + g.rounds*(answerSize+size(g.n))
}

func (g *Group) encodeSignature(s signature) []byte {
	b := g.elements(nil, s.g, s.z)
	b = append(b, s.challenge...)
	return g.encodeAnswers(b, s.answers, answerSize)
}

// decodeSignature reads a signature and makes the checks on its parts that take
// no exponentiation.
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

// checkPair makes the checks on g̃ and z̃ that take exponentiations, and sets
// z̃·g̃^δ. Both lie in the group of order n; whether their order is n itself or
// one of its two factors, only the manager could tell.
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

// domain decodes a signature and checks its parts: its length, which is that of
// l rounds; 1 < g̃ < p and g̃^n = 1; z̃ ≠ 1 and z̃^n = 1; z̃·g̃^δ ≠ 1; a challenge of
// l/2 ones; answers to V1 below 2^770; answers to V2 that are units modulo n.
// The papers leave most of this out, and without it anybody can forge.
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

// Verify checks a group signature: its domain, and then that the challenge is
// the hash of what the answers commit to.
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

// exponents are a^t for V1's answers and then t^e for V2's, modulo n.
func (g *Group) exponents(t answers) []*big.Int {
	out := make([]*big.Int, 2*g.rounds)
	cores.Each(g.rounds, func(i int) {
		out[i] = g.ofA.power(t.logs[i])
		out[g.rounds+i] = g.modN.power(t.roots[i], g.e)
	})
	return out
}

// base is what round i's exponent, of V1 below l and of V2 from l on, is to be
// applied to under a challenge.
func (g *Group) base(at pair, challenge []byte, i int) *big.Int {
	switch {
	case !asks(challenge, i%g.rounds):
		return at.g
	case i < g.rounds:
		return at.z
	default:
		return at.plus
	}
}

// commitments are g̃, z̃ or z̃·g̃^δ to each exponent.
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

// encodeAnswers appends V1's answers, logSize bytes each, and V2's.
func (g *Group) encodeAnswers(b []byte, t answers, logSize int) []byte {
	for _, v := range t.logs {
		b = append(b, v.FillBytes(make([]byte, logSize))...)
	}
	for _, v := range t.roots {
		b = append(b, v.FillBytes(make([]byte, size(g.n)))...)
	}
	return b
}

// answers reads what encodeAnswers writes and checks the ranges: V1's are below
// 2^770, V2's are units.
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
