package mixing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// offer is the first move, decoded: g̃, z̃, P_1 … P_l and P'_1 … P'_l.
type offer struct {
	pair
	commitments []*big.Int
}

// decodeOffer reads an offer and checks that the orders of all elements divide n.
func (g *Group) decodeOffer(b []byte) (o offer, err error) {
	if want := g.sizes().Offer(); len(b) != want {
		return o, fmt.Errorf("offer of %d bytes, want %d", len(b), want)
	}
	in := &reader{left: b}
	o.g, o.z = in.element("g̃", g), in.element("z̃", g)
	for i := range 2 * g.rounds {
		o.commitments = append(o.commitments, in.element(fmt.Sprintf("commitment %d", i), g))
	}
	if err = in.end(); err == nil {
		err = g.checkPair(&o.pair, g.powersOf(o.g), g.powersOf(o.z))
	}
	if err == nil {
		err = g.checkCommitments(o.commitments, g.weights(b))
	}
	if err != nil {
		return o, fmt.Errorf("offer: %w", err)
	}
	return o, nil
}

// checkCommitments checks that the order of every commitment divides n; another order
// would mark the signature that is made from it. All orders divide p − 1 = 2·q·n. An
// element of even order has the Jacobi symbol −1. An element whose order q divides
// passes a product with random weights (Bellare, Garay and Rabin 1998) with a
// probability of about 1/q < 2^−60:
//
//	(Π P_i^weight_i)^n = 1
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

// checkAnswers checks that the answers open the offer's commitments, all together
// with random weights. With base_i of [Group.base] and exponent_i of
// [Group.exponents],
//
//	Π P_i^weight_i = Π base_i^(weight_i·exponent_i)
//
// If that does not hold, it computes base_i^exponent_i for each i. So every answer
// that it refuses is wrong.
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

// weightedPowers is Π base_i^(weight_i·exponent_i), with one power for each base.
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

// weights returns two lists of weights of 64 bits, each with one weight a commitment.
// They are a hash of the moves that they are used on. A false product passes with both
// lists with a probability of about 2^−120.
//
//	d = TH("session", eid ‖ text n ‖ moves)
//	weights of commitment i, from 0: the first 8 and the next 8 bytes of TH("round", d ‖ u32 i)
func (g *Group) weights(moves ...[]byte) [][]uint64 {
	digest := curve.TaggedHash("session", append([][]byte{g.prefix()}, moves...)...)
	out := [][]uint64{make([]uint64, 2*g.rounds), make([]uint64, 2*g.rounds)}
	for i := range 2 * g.rounds {
		w := curve.TaggedHash("round", curve.Encoder(nil).Raw(digest[:]).U32(uint32(i)))
		out[0][i], out[1][i] = binary.BigEndian.Uint64(w[:]), binary.BigEndian.Uint64(w[8:])
	}
	return out
}

// decodeAnswer reads the third move: t_1 … t_l of 80 bytes and u_1 … u_l of |n| bytes.
func (g *Group) decodeAnswer(b []byte) (answers, error) {
	if want := g.sizes().Answer(); len(b) != want {
		return answers{}, fmt.Errorf("%d bytes, want %d", len(b), want)
	}
	in := &reader{left: b}
	t := in.answers(g, nonceSize)
	return t, in.end()
}

// CheckTranscript checks that the order of every element of an offer divides n, that
// its challenge has l bits with l/2 ones, and that the answers open the offer's
// commitments.
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

// openAnswer decodes the third move and checks it against the offer o, whose bytes
// are offered, and a challenge that has been checked.
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
