package mixing_test

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/mixing"
)

// openedProof is the twin's proof that z and z̃ have one logarithm, with a nonce.
func (w *twin) openedProof(k, y, z *big.Int, signature, who, line []byte) []byte {
	g, _, _, _, _, _ := w.split(signature)
	c := th("opened", w.openedStatement(z, signature, who, line), w.elements(exp(w.g, k, w.p), exp(g, k, w.p)))
	s := new(big.Int).Mul(new(big.Int).SetBytes(c), y)
	return cat(c, fixed(s.Mod(s.Sub(k, s), w.n), len(w.n.Bytes())))
}

func (w *twin) openedStatement(z *big.Int, signature, who, line []byte) []byte {
	return cat(w.prefix(), text(who), w.elements(z), signature[:2*(len(w.n.Bytes())+8)], line)
}

// openedNonce is the nonce of the manager's proofs.
func (w *twin) openedNonce(y, z *big.Int, signature, who, line []byte) *big.Int {
	return hashTo(w.n, "opened-nonce", text(y.Bytes()), w.openedStatement(z, signature, who, line))
}

func mixerKey(i byte) (k curve.PublicKey) {
	k[0], k[32] = 2, i
	return k
}

func TestOpened(t *testing.T) {
	c := newFixture(t, 509, 16, 3)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	who, line := []byte{1}, message(50)
	m := issue(t, c.group, c.members[1], stream(2), message(1))
	other := issue(t, c.group, c.members[1], stream(3), message(1))
	by, not := c.members[1].Member(), c.members[2].Member()
	proof, err := c.manager.ProveOpened(m.signature, [32]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	y, z := new(big.Int).SetBytes(c.members[1].Request()), new(big.Int).SetBytes(by.Key())
	notY, notZ := new(big.Int).SetBytes(c.members[2].Request()), new(big.Int).SetBytes(not.Key())
	k := w.openedNonce(y, z, m.signature, who, line)
	if !bytes.Equal(proof, w.openedProof(k, y, z, m.signature, who, line)) {
		t.Error("the twin has another proof")
	}
	stranger := w.issue(stream(19), twinMember(w, 509, 60), message(1))
	for _, s := range [][]byte{stranger.signature, m.signature[1:], nil} {
		if _, err := c.manager.ProveOpened(s, [32]byte(line)); err == nil {
			t.Error("a signature of no member opens")
		}
	}
	answer := new(big.Int).SetBytes(proof[32:])
	above := fixed(answer.Add(answer, w.n), 64) // 509 bits leave room for it
	element := 64 + 8
	minus := new(big.Int).Sub(w.p, w.g)
	for _, lie := range []struct {
		name      string
		proof     []byte
		member    mixing.Member
		who       []byte
		signature []byte
		line      []byte
		want      string // "" if all is well
	}{
		{"an honest proof", proof, by, who, m.signature, line, ""},
		{"another member", proof, not, who, m.signature, line, "not shown"},
		{"another member's proof of its own y", w.openedProof(k, notY, notZ, m.signature, who, line), not, who, m.signature, line, "not shown"},
		{"another member's proof of the signer's y", w.openedProof(k, y, notZ, m.signature, who, line), not, who, m.signature, line, "not shown"},
		{"another key of the mixer", proof, by, []byte{1, 1}, m.signature, line, "not shown"},
		{"another mixer", proof, by, []byte{2}, m.signature, line, "not shown"},
		{"another line", proof, by, who, m.signature, message(51), "not shown"},
		{"another signature of the member", proof, by, who, other.signature, line, "not shown"},
		{"a changed challenge", patch(proof, 3, []byte{proof[3] ^ 1}), by, who, m.signature, line, "not shown"},
		{"a changed answer", patch(proof, 90, []byte{proof[90] ^ 1}), by, who, m.signature, line, "not shown"},
		{"an answer of s + n", cat(proof[:32], above), by, who, m.signature, line, "answer out of range"},
		{"an answer of n", cat(proof[:32], fixed(w.n, 64)), by, who, m.signature, line, "answer out of range"},
		{"an answer of 0", patch(proof, 32, make([]byte, 64)), by, who, m.signature, line, "answer out of range"},
		{"a short proof", proof[1:], by, who, m.signature, line, "cut short"},
		{"a long proof", append(bytes.Clone(proof), 0), by, who, m.signature, line, "too many"},
		{"no proof", nil, by, who, m.signature, line, "cut short"},
		{"a short signature", proof, by, who, m.signature[1:], line, "signature of"},
		{"g̃ = 1", proof, by, who, patch(m.signature, 0, w.elements(num(1))), line, "g̃ is not between"},
		{"z̃ = p", proof, by, who, patch(m.signature, element, w.elements(w.p)), line, "z̃ is not between"},
		{"g̃ of order 2n", proof, by, who, patch(m.signature, 0, w.elements(minus)), line, "g̃^n"},
		{"z̃ of order 2n", proof, by, who, patch(m.signature, element, w.elements(minus)), line, "z̃^n"},
		{"z of order 2n", proof, memberOf(t, w, minus), who, m.signature, line, "z^n"},
		{"z = 1", proof, memberOf(t, w, num(1)), who, m.signature, line, "z is not between"},
	} {
		err := c.group.VerifyOpened(lie.proof, lie.member, lie.who, lie.signature, [32]byte(lie.line))
		if (err == nil) != (lie.want == "") || err != nil && !strings.Contains(err.Error(), lie.want) {
			t.Errorf("%s: got %v, want %q", lie.name, err, lie.want)
		}
	}
	elsewhere, err := mixing.NewGroup([32]byte{1}, c.manager.Modulus(), 16)
	if err != nil {
		t.Fatal(err)
	}
	if elsewhere.VerifyOpened(proof, by, who, m.signature, [32]byte(line)) == nil {
		t.Error("the proof holds in another election")
	}
}

// memberOf is a membership key without a proof, which VerifyOpened does not look at.
func memberOf(t *testing.T, w *twin, z *big.Int) mixing.Member {
	t.Helper()
	m, err := mixing.DecodeMember(cat(text(w.elements(z)), u32(2), make([]byte, 1+2*80)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The holder of the factors makes two logarithms that differ modulo P alone. For one A
// and B one challenge fits: of the challenges of 4 bits it is soon the right one.
func TestOpenedModuloOneFactor(t *testing.T) {
	c := newFixture(t, 512, 2, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 2)
	_, q := factors(stream(1), 512)
	who, line := mixing.Who(mixerKey(7), 1), message(50)
	y := below(stream(73), w.n)
	z := exp(w.g, y, w.p)
	signature := w.unsigned(w.g, exp(w.g, add(y, q), w.p))
	for try := int64(1); ; try++ {
		// A and B are made for a guess of the challenge.
		guess, s := num(try%16), add(y, num(try))
		a := mul(exp(w.g, s, w.p), exp(z, guess, w.p), w.p)
		_, z2, _, _, _, _ := w.split(signature)
		b := mul(exp(w.g, s, w.p), exp(z2, guess, w.p), w.p)
		challenge := th("opened", w.openedStatement(z, signature, who, line), w.elements(a, b))
		if int64(challenge[0]>>4) != try%16 {
			continue
		}
		if try > 1000 {
			t.Error("no attack: a challenge of 4 bits is not guessed")
		}
		s.Mod(s, w.n)
		proof := cat(challenge, fixed(s, 64))
		if c.group.VerifyOpened(proof, memberOf(t, w, z), who, signature, [32]byte(line)) == nil {
			t.Error("the proof holds with a challenge of 256 bits")
		}
		return
	}
}

// unsigned is g̃ and z̃ in the place where a signature has them.
func (w *twin) unsigned(g, z *big.Int) []byte {
	zeros := some(w.l, func() *big.Int { return num(0) })
	return w.signature(g, z, make([]byte, 32*w.l), make([]byte, (w.l+7)/8), zeros, zeros)
}

// What a proof does not exclude: g̃ of the order P, which takes the factors, and two
// members whose y are the same modulo P. Then each is proved to have signed.
func TestOpenedBaseOfSmallerOrder(t *testing.T) {
	c := newFixture(t, 512, 2, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 2)
	p, q := factors(stream(1), 512)
	who, line := mixing.Who(mixerKey(7), 1), message(50)
	y := below(stream(74), p)
	g := exp(w.g, q, w.p)
	if exp(g, p, w.p).Cmp(num(1)) != 0 {
		t.Fatal("g̃ has not the order P")
	}
	signature := w.unsigned(g, exp(g, y, w.p))
	for _, lie := range []struct {
		name string
		y    *big.Int
		ok   bool
	}{{"the signer", y, true}, {"y modulo P", add(y, p), true}, {"another y", add(y, num(1)), false}} {
		z := exp(w.g, lie.y, w.p)
		proof := w.openedProof(w.openedNonce(lie.y, z, signature, who, line), lie.y, z, signature, who, line)
		err := c.group.VerifyOpened(proof, memberOf(t, w, z), who, signature, [32]byte(line))
		if (err == nil) != lie.ok {
			t.Errorf("%s: %v", lie.name, err)
		}
	}
}

// A mixer's keys are members each: a proof of one is none of another, one signature
// opens as one of them, and answers of two sessions make no signature together.
func TestSeveralKeys(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	var all []moves
	for i := range uint32(3) {
		who := mixing.Who(mixerKey(7), i+1)
		s, err := c.group.NewSigner(stream(byte(20+i)), who)
		if err != nil {
			t.Fatal(err)
		}
		for number := range uint32(4) {
			if err := c.group.CheckMember(s.Member(), mixing.Who(mixerKey(7), number)); (err == nil) != (number == i+1) {
				t.Errorf("key %d as number %d: %v", i+1, number, err)
			}
		}
		certificate, err := c.manager.Admit(who, s.Member().Bytes(), s.Request())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Accept(certificate); err != nil {
			t.Fatal(err)
		}
		m := issue(t, c.group, s, stream(2), message(1))
		if got, ok := c.manager.Opens(m.signature); !ok || !bytes.Equal(got, who) {
			t.Errorf("a signature by key %d opens as %x, %v", i+1, got, ok)
		}
		all = append(all, m)
	}
	g, z, hashes, _, t1, t2 := w.split(all[0].signature)
	_, _, others, _, o1, o2 := w.split(all[1].signature)
	joined := w.refit(message(1), g, z, cat(hashes[:32*8], others[32*8:]), append(t1[:8:8], o1[8:]...), append(t2[:8:8], o2[8:]...))
	if c.group.Verify(message(1), joined) == nil {
		t.Error("two keys' rounds verify together")
	}
}
