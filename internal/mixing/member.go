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

// Member is a membership key z of a mixer with the proof that the mixer knows x behind
// it, SKLOGLOG[α : z = g^(a^α)] (Camenisch and Stadler 1997). The proof is bound to
// the election and to [Who] it is of. For each of l rounds i,
//
//	W_i = g^(a^r_i)     c = challenge(who, z, W_1 … W_l)     t_i = r_i, or r_i − x where bit i of c is 1
//
// and it verifies by W_i = g^(a^t_i), or z^(a^t_i) where bit i of c is 1.
type Member struct {
	z         []byte
	rounds    int      // l
	challenge []byte   // c
	answers   [][]byte // t_1 … t_l
}

// Bytes returns the encoding:
//
//	u32 |z|   4
//	z         |z| = |n| + 8
//	u32 l     4
//	c         ⌈l/8⌉
//	t_i       80 each
func (m Member) Bytes() []byte {
	b := curve.Encoder(nil).Text(m.z).U32(uint32(m.rounds)).Raw(m.challenge)
	return append(b, bytes.Join(m.answers, nil)...)
}

// DecodeMember reads what [Member.Bytes] writes. It checks lengths and l, but not
// the numbers; [Group.CheckMember] does.
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

// Who names a membership key by its mixer's key and its number among the mixer's, from 1:
//
//	key 33 ‖ u32 number
//
// A mixer may have several. To the group each is a member of its own.
func Who(mixer curve.PublicKey, number uint32) []byte {
	return curve.Encoder(nil).Raw(mixer[:]).U32(number)
}

// Key returns z, |n| + 8 bytes. Different members have different keys, which
// [Group.CheckMember] sees of one member at a time, and cannot check.
func (m Member) Key() []byte { return m.z }

// CheckMember verifies the proof of a membership key for [Who] it is of, and that
// 1 < z < p and z^n = 1.
func (g *Group) CheckMember(m Member, who []byte) error {
	z, err := g.memberKey(m)
	if err != nil {
		return err
	}
	if m.rounds != g.rounds {
		return fmt.Errorf("proof of %d rounds, want %d", m.rounds, g.rounds)
	}
	if !bytes.Equal(m.challenge, truncate(bytes.Clone(m.challenge), g.rounds)) {
		return fmt.Errorf("challenge is longer than %d bits", g.rounds)
	}
	if g.modP.power(z, g.n).Cmp(one) != 0 {
		return errors.New("z^n ≠ 1")
	}
	ofZ := newComb(g.modP, z, g.n.BitLen(), g.rounds/2)
	commitments := make([]*big.Int, g.rounds)
	cores.Each(g.rounds, func(i int) {
		u := g.ofA.power(new(big.Int).SetBytes(m.answers[i]))
		if bit(m.challenge, i) {
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

// memberChallenge is the challenge of a membership key's proof, the first l bits of
//
//	KDF(TH("member", eid ‖ text n ‖ text who ‖ u32 l ‖ z ‖ W_1 … W_l), ⌈l/8⌉)
func (g *Group) memberChallenge(z *big.Int, who []byte, commitments []*big.Int) []byte {
	x := curve.Encoder(g.prefix()).Text(who).U32(uint32(g.rounds))
	seed := curve.TaggedHash("member", g.elements(x, append([]*big.Int{z}, commitments...)...))
	return truncate(curve.KDF(seed[:], challengeSize(g.rounds)), g.rounds)
}

// proveMember returns the membership key for x and y = a^x, with its proof.
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
		if bit(m.challenge, i) {
			r.Sub(r, x)
		}
		m.answers = append(m.answers, r.FillBytes(make([]byte, nonceSize)))
	}
	return m, nil
}
