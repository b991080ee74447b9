package mixing

import (
	"errors"
	"io"
	"math/big"

	"bevote/internal/cores"
)

// blinding is a user's side of a session with a member of a group (Lysyanskaya and
// Ramzan 1998). It draws a unit ρ, a permutation σ of the rounds, and for each round
// shifts b_i and units b'_i. P_i and P'_i are the offer's commitments, t_i and u_i
// the answers.
//
//	ĝ = g̃^ρ     ẑ = z̃^ρ     R_i = P_σ(i)^(a^b_i·ρ)     R'_i = P'_σ(i)^(b'_i^e·ρ)
//	h_i = TH("group-round", u32 i ‖ R_i ‖ R'_i)     c = challenge(message, ĝ ‖ ẑ ‖ h_1 … h_l)
//	challenge that is sent: its bit σ(i) is bit i of c
//	signature: ĝ ‖ ẑ ‖ h_1 … h_l ‖ c ‖ t_σ(i) + b_i ‖ u_σ(i)·b'_i mod n
type blinding struct {
	hidden
	g       *Group
	random  io.Reader
	message []byte

	offered   []byte
	offer     offer
	factor    *big.Int  // ρ
	order     []int     // σ: round i of the signature is round σ(i) of the session
	shifts    answers   // b_i and b'_i
	challenge []byte    // as it is sent
	blinded   signature // in the making
}

// Blind begins a user's side of a session for a group signature on message.
func (g *Group) Blind(random io.Reader, message []byte) Blinding {
	return &blinding{g: g, random: random, message: message}
}

// Challenge checks an offer and returns the challenge for it.
func (b *blinding) Challenge(offered []byte) ([]byte, error) {
	if b.offered != nil {
		return nil, errors.New("blinding has a session")
	}
	err := checkMessage(b.message)
	if err != nil {
		return nil, err
	}
	if b.offer, err = b.g.decodeOffer(offered); err != nil {
		return nil, err
	}
	if err := b.draw(); err != nil {
		return nil, err
	}
	b.offered = offered
	b.blinded.g = b.g.modP.power(b.offer.g, b.factor)
	b.blinded.z = b.g.modP.power(b.offer.z, b.factor)
	b.blinded.hashes = b.hashes()
	b.blinded.challenge = b.g.challenge(b.message, b.g.statement(b.blinded))
	b.challenge = make([]byte, len(b.blinded.challenge))
	for i, from := range b.order {
		if bit(b.blinded.challenge, i) {
			b.challenge[from/8] |= 1 << (7 - from%8)
		}
	}
	return b.challenge, nil
}

// draw draws ρ, σ, b_i and b'_i.
func (b *blinding) draw() (err error) {
	if b.factor, err = drawUnit(b.random, b.g.n); err != nil {
		return err
	}
	if b.order, err = drawPermutation(b.random, b.g.rounds); err != nil {
		return err
	}
	limit := new(big.Int).Lsh(one, shiftBits)
	for range b.g.rounds {
		log, err := drawBelow(b.random, limit)
		if err != nil {
			return err
		}
		root, err := drawUnit(b.random, b.g.n)
		if err != nil {
			return err
		}
		b.shifts.logs, b.shifts.roots = append(b.shifts.logs, log), append(b.shifts.roots, root)
	}
	return nil
}

// hashes are h_1 … h_l of the commitments R_i and R'_i.
func (b *blinding) hashes() []byte {
	l := b.g.rounds
	exponents := b.g.exponents(b.shifts)
	blinded := make([]*big.Int, 2*l)
	cores.Each(2*l, func(i int) {
		from := b.order[i%l] + i/l*l
		blinded[i] = b.g.modP.power(b.offer.commitments[from], b.g.modN.times(exponents[i], b.factor))
	})
	var out []byte
	for i := range l {
		h := b.g.roundHash(i, blinded[i], blinded[l+i])
		out = append(out, h[:]...)
	}
	return out
}

// Finish checks the answers and returns the signature. Answers that open the offer's
// commitments open the signature's as well.
func (b *blinding) Finish(answer []byte) ([]byte, error) {
	if b.challenge == nil {
		return nil, errors.New("blinding has no session")
	}
	t, err := b.g.openAnswer(b.offer, b.offered, b.challenge, answer)
	if err != nil {
		return nil, err
	}
	b.blinded.answers = answers{}
	for i, from := range b.order {
		b.blinded.logs = append(b.blinded.logs, new(big.Int).Add(t.logs[from], b.shifts.logs[i]))
		b.blinded.roots = append(b.blinded.roots, b.g.modN.times(t.roots[from], b.shifts.roots[i]))
	}
	return b.g.encodeSignature(b.blinded), nil
}
