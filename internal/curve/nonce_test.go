package curve_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"testing"

	"bevote/internal/curve"
)

// naiveHash is TH of docs/protocol.md.
func naiveHash(tag string, x []byte) []byte {
	t := sha256.Sum256([]byte("bevote/v2/" + tag))
	h := sha256.Sum256(append(append(append([]byte{}, t[:]...), t[:]...), x...))
	return h[:]
}

// naiveNonce is w of docs/protocol.md's Proofs:
//
//	N = x ‖ text kind ‖ text tag ‖ eid ‖ u16 key ‖ text prover ‖ list of points
//	w = (TH("nonce", N ‖ 00) ‖ TH("nonce", N ‖ 01)) mod q
func naiveNonce(kind string, c curve.Context, x curve.Scalar, points ...curve.Point) *big.Int {
	text := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	secret := x.Bytes()
	n := append([]byte{}, secret[:]...)
	n = append(n, text([]byte(kind))...)
	n = append(n, text([]byte(c.Tag))...)
	n = append(n, c.EID[:]...)
	n = binary.BigEndian.AppendUint16(n, uint16(c.Key))
	n = append(n, text(c.Prover)...)
	n = binary.BigEndian.AppendUint32(n, uint32(len(points)))
	for _, p := range points {
		key := p.Key()
		n = append(n, key[:]...)
	}
	wide := append(naiveHash("nonce", append(n, 0)), naiveHash("nonce", append(n, 1))...)
	q, _ := new(big.Int).SetString(order, 16)
	return new(big.Int).Mod(new(big.Int).SetBytes(wide), q)
}

// proofNonce is w = z − e·x of a proof.
func proofNonce(p curve.Proof, x curve.Scalar) *big.Int {
	b := p.Z.Sub(p.E.Mul(x)).Bytes()
	return new(big.Int).SetBytes(b[:])
}

// The nonces are the twin's, so that the same statement gives the same proof. A
// change of any part of the statement gives another nonce: two proofs of one nonce
// and two challenges reveal x.
func TestNonces(t *testing.T) {
	s := randomScalars(seeded(9), 4)
	x, base, bind := s[0], curve.BaseMul(s[1]), curve.BaseMul(s[2])
	X, Y := curve.BaseMul(x), base.Mul(x)
	type statement struct {
		name   string
		kind   string
		c      curve.Context
		x      curve.Scalar
		points []curve.Point
	}
	all := []statement{
		{"possession", "possession", context, x, []curve.Point{X}},
		{"bound possession", "possession", context, x, []curve.Point{X, bind}},
		{"twice bound", "possession", context, x, []curve.Point{X, bind, bind}},
		{"another secret", "possession", context, s[3], []curve.Point{curve.BaseMul(s[3])}},
		{"possession bound to base and Y", "possession", context, x, []curve.Point{X, base, Y}},
		{"equality", "equality", context, x, []curve.Point{X, base, Y}},
		{"bound equality", "equality", context, x, []curve.Point{X, base, Y, bind}},
		{"another base", "equality", context, x, []curve.Point{X, bind, bind.Mul(x)}},
	}
	for name, c := range otherContexts() {
		all = append(all, statement{name + " of possession", "possession", c, x, []curve.Point{X}},
			statement{name + " of equality", "equality", c, x, []curve.Point{X, base, Y}})
	}
	seen := make(map[string]string)
	for _, s := range all {
		prove := func() (p curve.Proof) {
			if s.kind == "possession" {
				return curve.ProvePossession(s.c, s.x, s.points[1:]...)
			}
			_, p = curve.ProveEquality(s.c, s.x, s.points[1], s.points[3:]...)
			return p
		}
		p := prove()
		if prove() != p {
			t.Errorf("%s: two proofs of one statement", s.name)
		}
		w := proofNonce(p, s.x)
		if want := naiveNonce(s.kind, s.c, s.x, s.points...); w.Cmp(want) != 0 {
			t.Errorf("%s: nonce %x, want %x", s.name, w, want)
		}
		if other, same := seen[w.String()]; same {
			t.Errorf("%s and %s have one nonce", s.name, other)
		}
		seen[w.String()] = s.name
	}
}
