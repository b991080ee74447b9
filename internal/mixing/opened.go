package mixing

import (
	"errors"
	"fmt"
	"math/big"

	"bevote/internal/curve"
)

// opened is the proof by which a manager shows in public which membership key z = g^y
// made a signature, without y: log_g z = log_g̃ z̃ in the group of order n (Chaum and
// Pedersen 1992). Its bytes are
//
//	c   32
//	s   |n|
type opened struct {
	challenge [32]byte // c
	answer    *big.Int // s
}

// openedStatement is what the proof is bound to. who names the membership key, and line
// is the hash of the line that shows the signature:
//
//	eid ‖ text n ‖ text who ‖ z ‖ g̃ ‖ z̃ ‖ line 32
func (g *Group) openedStatement(z *big.Int, at pair, who []byte, line [32]byte) curve.Encoder {
	x := curve.Encoder(g.prefix()).Text(who)
	return curve.Encoder(g.elements(x, z, at.g, at.z)).Raw(line[:])
}

// openedChallenge is TH("opened", statement ‖ A ‖ B).
func (g *Group) openedChallenge(statement curve.Encoder, a, b *big.Int) [32]byte {
	return curve.TaggedHash("opened", statement, g.elements(nil, a, b))
}

// ProveOpened proves which member, the one of [Manager.Opens], made a signature that a
// line of the board shows. It fails if none did. The nonce is a hash of the secret and of
// all that is proved, so that the same proof has the same bytes:
//
//	k = a hash below n of TH("opened-nonce", text y ‖ statement)
//	A = g^k     B = g̃^k     c = TH("opened", statement ‖ A ‖ B)     s = k − c·y mod n
func (m *Manager) ProveOpened(signature []byte, line [32]byte) ([]byte, error) {
	at, by, ok := m.signer(signature)
	if !ok {
		return nil, errors.New("no member made the signature")
	}
	y, f := by.y, m.group.modP
	statement := m.group.openedStatement(f.power(m.group.g, y), at, by.who, line)
	k := hashBelow(curve.TaggedHash("opened-nonce", curve.Encoder(nil).Text(y.Bytes()).Raw(statement)), m.group.n)
	c := m.group.openedChallenge(statement, f.power(m.group.g, k), f.power(at.g, k))
	s := new(big.Int).SetBytes(c[:])
	s.Mod(s.Sub(k, s.Mul(s, y)), m.group.n)
	return append(c[:], s.FillBytes(make([]byte, size(m.group.n)))...), nil
}

// VerifyOpened verifies a proof that member, a membership key that [Group.CheckMember]
// has accepted for who, made a signature that a line shows. It checks the domains first:
// z, g̃ and z̃ are between 1 and p, their n-th powers are 1, and 0 < s < n. Then it
// verifies that c is the challenge of
//
//	A = g^s·z^c     B = g̃^s·z̃^c
//
// It does not verify the signature.
func (g *Group) VerifyOpened(proof []byte, member Member, who, signature []byte, line [32]byte) error {
	z, err := g.memberKey(member)
	if err != nil {
		return err
	}
	if len(signature) != g.sizes().Signature() {
		return fmt.Errorf("signature of %d bytes, want %d", len(signature), g.sizes().Signature())
	}
	in := &reader{left: signature[:2*g.sizes().Element()]}
	at := pair{g: in.element("g̃", g), z: in.element("z̃", g)}
	if in.err != nil {
		return in.err
	}
	o, err := g.decodeOpened(proof)
	if err != nil {
		return err
	}
	if g.modP.power(z, g.n).Cmp(one) != 0 {
		return errors.New("z^n ≠ 1")
	}
	if err := g.checkPair(&at, g.powersOf(at.g), g.powersOf(at.z)); err != nil {
		return err
	}
	c := new(big.Int).SetBytes(o.challenge[:])
	a := g.modP.times(g.ofG.power(o.answer), g.modP.power(z, c))
	b := g.modP.times(g.modP.power(at.g, o.answer), g.modP.power(at.z, c))
	if g.openedChallenge(g.openedStatement(z, at, who, line), a, b) != o.challenge {
		return errors.New("the member is not shown to have made the signature")
	}
	return nil
}

// decodeOpened reads a proof, with 0 < s < n.
func (g *Group) decodeOpened(b []byte) (o opened, err error) {
	in := &reader{left: b}
	copy(o.challenge[:], in.take("challenge", len(o.challenge)))
	o.answer = in.below("answer", g.n)
	if err := in.end(); err != nil {
		return opened{}, fmt.Errorf("proof of who signed: %w", err)
	}
	return o, nil
}
