package mixing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Member is a mixer's membership key z = g^y, y = a^x, with the proof that the
// mixer knows x: SKLOGLOG[α : z = g^(a^α)], bound to the election and to who
// proves it.
type Member struct {
	z         []byte
	rounds    int
	challenge []byte
	answers   [][]byte
}

// Bytes returns u32 |z| ‖ z ‖ u32 l ‖ challenge, ⌈l/8⌉ bytes ‖ l answers, 80
// bytes each.
func (m Member) Bytes() []byte {
	b := curve.Encoder(nil).Text(m.z).U32(uint32(m.rounds)).Raw(m.challenge)
	return append(b, bytes.Join(m.answers, nil)...)
}

// DecodeMember reads what Bytes writes. What the numbers must be, CheckMember
// says.
func DecodeMember(b []byte) (Member, error) {
	in := &reader{left: b}
	m := Member{z: in.take("z", min(in.u32("z"), maxBits/8+8))}
	if m.rounds = in.u32("rounds"); in.err == nil && (m.rounds < 2 || m.rounds > maxRounds || m.rounds%2 != 0) {
		in.fail(fmt.Errorf("%d rounds, want an even number from 2 to %d", m.rounds, maxRounds))
	}
	m.challenge = in.take("challenge", challengeSize(m.rounds))
	for i := 0; i < m.rounds && in.err == nil; i++ {
		m.answers = append(m.answers, in.take("answers", nonceSize))
	}
	if err := in.end(); err != nil {
		return Member{}, fmt.Errorf("member: %w", err)
	}
	return m, nil
}

// CheckMember verifies that who proved the membership key as its own.
func (g *Group) CheckMember(m Member, who []byte) error {
	z, err := g.memberKey(m)
	if err != nil {
		return err
	}
	if m.rounds != g.rounds {
		return fmt.Errorf("proof of %d rounds, want %d", m.rounds, g.rounds)
	}
	if !bytes.Equal(m.challenge, cut(bytes.Clone(m.challenge), g.rounds)) {
		return fmt.Errorf("challenge is longer than %d bits", g.rounds)
	}
	if g.modP.power(z, g.n).Cmp(one) != 0 {
		return errors.New("z^n ≠ 1")
	}
	ofZ := newComb(g.modP, z, g.n.BitLen(), g.rounds/2)
	commitments := make([]*big.Int, g.rounds)
	cores.Each(g.rounds, func(i int) {
		u := g.ofA.power(new(big.Int).SetBytes(m.answers[i]))
		if asks(m.challenge, i) {
			commitments[i] = ofZ.power(u)
		} else {
			commitments[i] = g.ofG.power(u)
		}
	})
	if !bytes.Equal(m.challenge, g.memberChallenge(z, who, commitments)) {
		return errors.New("membership is not proved")
	}
	return nil
}

// memberKey returns z, an element between 1 and p.
func (g *Group) memberKey(m Member) (*big.Int, error) {
	in := &reader{left: m.z}
	z := in.element("z", g)
	return z, in.end()
}

// memberChallenge is the first l bits of
// KDF(TH("member", eid ‖ text n ‖ text who ‖ u32 l ‖ z ‖ commitments)).
func (g *Group) memberChallenge(z *big.Int, who []byte, commitments []*big.Int) []byte {
	x := curve.Encoder(g.prefix()).Text(who).U32(uint32(g.rounds))
	seed := curve.TaggedHash("member", g.elements(x, append([]*big.Int{z}, commitments...)...))
	return cut(curve.KDF(seed[:], challengeSize(g.rounds)), g.rounds)
}

// proveMember makes the membership key of x and y = a^x with its proof.
func (g *Group) proveMember(random io.Reader, x, y *big.Int, who []byte) (Member, error) {
	nonces := make([]*big.Int, g.rounds)
	for i := range nonces {
		var err error
		if nonces[i], err = drawBetween(random, secretBits, nonceBits); err != nil {
			return Member{}, err
		}
	}
	commitments := make([]*big.Int, g.rounds)
	cores.Each(g.rounds, func(i int) { commitments[i] = g.ofG.power(g.ofA.power(nonces[i])) })
	z := g.ofG.power(y)
	m := Member{z: g.elements(nil, z), rounds: g.rounds, challenge: g.memberChallenge(z, who, commitments)}
	for i, r := range nonces {
		if asks(m.challenge, i) {
			r.Sub(r, x)
		}
		m.answers = append(m.answers, r.FillBytes(make([]byte, nonceSize)))
	}
	return m, nil
}
