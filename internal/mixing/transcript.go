package mixing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// offer is the first move: g̃, z̃, and the commitments of V1 and then V2.
type offer struct {
	pair
	commitments []*big.Int
}

// decodeOffer reads g̃ ‖ z̃ ‖ 2l commitments, |n| + 8 bytes each, and checks that
// all lie in the group of order n.
func (g *Group) decodeOffer(b []byte) (o offer, err error) {
	if want := (2 + 2*g.rounds) * g.elementSize(); len(b) != want {
		return o, fmt.Errorf("offer of %d bytes, want %d", len(b), want)
	}
	in := &reader{left: b}
	o.g, o.z = in.element("g̃", g), in.element("z̃", g)
	for i := range 2 * g.rounds {
		o.commitments = append(o.commitments, in.element(fmt.Sprintf("commitment %d", i), g))
	}
	if err = in.end(); err == nil {
		err = g.checkPair(&o.pair)
	}
	if err == nil {
		err = g.checkCommitments(o.commitments, g.weights(b))
	}
	if err != nil {
		return o, fmt.Errorf("offer: %w", err)
	}
	return o, nil
}

// checkCommitments tells whether every commitment has an order that divides n.
// A commitment outside would mark what a user makes of it. Orders modulo p
// divide 2·q·n: the Jacobi symbol excludes 2, and an element whose order q
// divides survives a product with random weights in about one of q > 2^60.
func (g *Group) checkCommitments(commitments []*big.Int, weights [][]uint64) error {
	outside := make([]bool, len(commitments))
	cores.Each(len(commitments), func(i int) { outside[i] = big.Jacobi(commitments[i], g.p) != 1 })
	for i := range outside {
		if outside[i] {
			return fmt.Errorf("commitment %d has no order that divides n", i)
		}
	}
	for _, w := range weights {
		if g.modP.power(g.modP.weighted(commitments, w), g.n).Cmp(one) != 0 {
			return errors.New("a commitment has no order that divides n")
		}
	}
	return nil
}

// checkAnswers tells whether the answers open what the offer commits to, all at
// once with random weights: Π commitment_i^c_i against g̃, z̃ and z̃·g̃^δ to the
// sums of c_i·exponent_i. If that fails, each is computed by itself, so that a
// product never convicts anybody.
func (g *Group) checkAnswers(o offer, challenge []byte, t answers, weights [][]uint64) error {
	exponents := g.exponents(t)
	good := true
	for _, w := range weights {
		good = good && g.modP.weighted(o.commitments, w).Cmp(g.weightedPowers(o.pair, challenge, exponents, w)) == 0
	}
	if good {
		return nil
	}
	for i, u := range exponents {
		if g.modP.power(g.base(o.pair, challenge, i), u).Cmp(o.commitments[i]) != 0 {
			return fmt.Errorf("answer to round %d of V%d does not open its commitment", i%g.rounds, 1+i/g.rounds)
		}
	}
	return nil
}

// weightedPowers is Π base_i^(weight_i·exponent_i).
func (g *Group) weightedPowers(at pair, challenge []byte, exponents []*big.Int, weights []uint64) *big.Int {
	sums := map[*big.Int]*big.Int{at.g: new(big.Int), at.z: new(big.Int), at.plus: new(big.Int)}
	term := new(big.Int)
	for i, u := range exponents {
		sum := sums[g.base(at, challenge, i)]
		sum.Add(sum, term.Mul(u, term.SetUint64(weights[i])))
	}
	product := one
	for base, sum := range sums {
		product = g.modP.times(product, g.modP.power(base, sum.Mod(sum, g.n)))
	}
	return product
}

// weights returns two lists of 64 bits a commitment, drawn from a hash of what
// they are used on: TH("round", TH("session", eid ‖ text n ‖ moves) ‖ u32 i)
// begins with both weights of commitment i. A mixer that looks for moves which
// pass by chance has to try about 2^120.
func (g *Group) weights(moves ...[]byte) [][]uint64 {
	digest := curve.TaggedHash("session", append([][]byte{g.prefix()}, moves...)...)
	out := [][]uint64{make([]uint64, 2*g.rounds), make([]uint64, 2*g.rounds)}
	for i := range 2 * g.rounds {
		w := curve.TaggedHash("round", curve.Encoder(nil).Raw(digest[:]).U32(uint32(i)))
		out[0][i], out[1][i] = binary.BigEndian.Uint64(w[:]), binary.BigEndian.Uint64(w[8:])
	}
	return out
}

// decodeAnswer reads the third move: l answers to V1, 80 bytes each, and l to
// V2, as long as n.
func (g *Group) decodeAnswer(b []byte) (answers, error) {
	if want := g.rounds * (nonceSize + size(g.n)); len(b) != want {
		return answers{}, fmt.Errorf("%d bytes, want %d", len(b), want)
	}
	in := &reader{left: b}
	t := in.answers(g, nonceSize)
	return t, in.end()
}

// CheckTranscript checks an offer, that its challenge has l bits with l/2 ones,
// and that the answers open the offer's commitments.
func (g *Group) CheckTranscript(offer, challenge, answer []byte) error {
	o, err := g.decodeOffer(offer)
	if err != nil {
		return err
	}
	if challenge == nil && answer == nil {
		return nil
	}
	if err := checkChallenge(challenge, g.rounds); err != nil {
		return fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	if answer == nil {
		return nil
	}
	_, err = g.openAnswer(o, offer, challenge, answer)
	return err
}

// openAnswer decodes the third move and checks it against the first two: o, which
// has been decoded from offered, and a well-formed challenge.
func (g *Group) openAnswer(o offer, offered, challenge, answer []byte) (answers, error) {
	t, err := g.decodeAnswer(answer)
	if err == nil {
		err = g.checkAnswers(o, challenge, t, g.weights(offered, challenge, answer))
	}
	if err != nil {
		return t, fmt.Errorf("answer: %w", err)
	}
	return t, nil
}
