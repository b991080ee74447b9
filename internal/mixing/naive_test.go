package mixing_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/big"
	"math/bits"
	"testing"

	"bevote/internal/mixing"
)

// twin is the scheme by the formulas of docs/protocol.md: math/big alone, without
// tables, batches and checks.
type twin struct {
	eid                   [32]byte
	n, p, g, a, delta, e  *big.Int
	l                     int
	anyWeight, unpermuted bool // leave out a rule of the protocol
	unnumbered            bool // leave i out of the rounds' hashes
	shift                 int  // bits of b_i
	short                 int  // bytes of a round's hash that are not 0
}

func num(v int64) *big.Int { return big.NewInt(v) }

func exp(b, e, m *big.Int) *big.Int { return new(big.Int).Exp(b, e, m) }

func mul(x, y, m *big.Int) *big.Int { z := new(big.Int).Mul(x, y); return z.Mod(z, m) }

func add(x, y *big.Int) *big.Int { return new(big.Int).Add(x, y) }

func unit(v, m *big.Int) bool { return new(big.Int).GCD(nil, nil, v, m).Cmp(num(1)) == 0 }

func fixed(v *big.Int, size int) []byte { return v.FillBytes(make([]byte, size)) }

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func u32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func text(b []byte) []byte { return cat(u32(len(b)), b) }

// th is TH(tag, x).
func th(tag string, x ...[]byte) []byte {
	t := sha256.Sum256([]byte("bevote/v2/" + tag))
	h := sha256.Sum256(cat(t[:], t[:], cat(x...)))
	return h[:]
}

// kdf is KDF(x, size).
func kdf(x []byte, size int) (out []byte) {
	for i := 0; len(out) < size; i++ {
		out = append(out, th("kdf", x, []byte{byte(i)})...)
	}
	return out[:size]
}

// hashTo is a number modulo m.
func hashTo(m *big.Int, tag string, x ...[]byte) *big.Int {
	v := new(big.Int).SetBytes(kdf(th(tag, x...), (m.BitLen()+7)/8+16))
	return v.Mod(v, m)
}

// newTwin derives the group of an encoded modulus.
func newTwin(modulus []byte, l int) *twin {
	w := &twin{eid: eid, l: l, e: num(65537), shift: 768, short: 32}
	w.n = new(big.Int).SetBytes(modulus[4 : 4+binary.BigEndian.Uint32(modulus)])
	q := new(big.Int).Lsh(num(1), 60)
	for w.p == nil || !q.ProbablyPrime(20) || !w.p.ProbablyPrime(20) {
		q.Add(q, num(1))
		w.p = new(big.Int).Mul(w.n, q)
		w.p.Mul(w.p, num(2)).Add(w.p, num(1))
	}
	prefix := w.prefix()
	h := hashTo(w.p, "group", prefix, text([]byte("g")), u32(0))
	w.g = exp(h, q.Mul(q, num(2)), w.p)
	w.a = exp(hashTo(w.n, "group", prefix, text([]byte("a")), u32(0)), num(2), w.n)
	w.delta = hashTo(w.n, "group", prefix, text([]byte("delta")), u32(0))
	return w
}

func (w *twin) prefix() []byte { return cat(w.eid[:], text(w.n.Bytes())) }

func (w *twin) elements(vs ...*big.Int) (out []byte) {
	for _, v := range vs {
		out = append(out, fixed(v, len(w.n.Bytes())+8)...)
	}
	return out
}

func below(r io.Reader, limit *big.Int) *big.Int {
	max := new(big.Int).Sub(limit, num(1))
	b := make([]byte, (max.BitLen()+7)/8)
	for {
		io.ReadFull(r, b)
		if rest := max.BitLen() % 8; rest != 0 {
			b[0] &= 1<<rest - 1
		}
		if v := new(big.Int).SetBytes(b); v.Cmp(limit) < 0 {
			return v
		}
	}
}

func (w *twin) unitFrom(r io.Reader) *big.Int {
	for {
		if v := below(r, w.n); unit(v, w.n) {
			return v
		}
	}
}

func power2(b int) *big.Int { return new(big.Int).Lsh(num(1), uint(b)) }

func nonce(r io.Reader) *big.Int {
	return add(below(r, new(big.Int).Sub(power2(640), power2(512))), power2(512))
}

func bit(c []byte, i int) bool { return c[i/8]&(0x80>>(i%8)) != 0 }

func ones(c []byte) (sum int) {
	for _, b := range c {
		sum += bits.OnesCount8(b)
	}
	return sum
}

// drawn is the first l bits of KDF(seed), any number of them ones.
func (w *twin) drawn(seed []byte) []byte {
	c := kdf(seed, (w.l+7)/8)
	for i := w.l; i < 8*len(c); i++ {
		c[i/8] &^= 0x80 >> (i % 8)
	}
	return c
}

// hash is h_i of the commitments R and R' of round i.
func (w *twin) hash(i int, r1, r2 *big.Int) []byte {
	number := u32(i)
	if w.unnumbered {
		number = nil
	}
	h := th("group-round", number, w.elements(r1, r2))
	clear(h[w.short:])
	return h
}

// hashes is h_1 … h_l of R_1 … R_l and R'_1 … R'_l.
func (w *twin) hashes(commitments []*big.Int) (out []byte) {
	for i := range w.l {
		out = append(out, w.hash(i, commitments[i], commitments[w.l+i])...)
	}
	return out
}

func (w *twin) challenge(message []byte, g, z *big.Int, hashes []byte) []byte {
	digest := th("group-signature", w.prefix(), u32(w.l), message, w.elements(g, z), hashes)
	for salt := 0; ; salt++ {
		if c := w.drawn(th("challenge", digest, u32(salt))); w.anyWeight || ones(c) == w.l/2 {
			return c
		}
	}
}

// secrets are those of a member.
type secrets struct{ x, y, w *big.Int }

// join draws what NewSigner draws, and returns the secrets and the encoded member.
func (w *twin) join(r io.Reader, who []byte) (secrets, []byte) {
	x := below(r, power2(512))
	y := exp(w.a, x, w.n)
	var nonces, commitments []*big.Int
	for range w.l {
		nonces = append(nonces, nonce(r))
		commitments = append(commitments, exp(w.g, exp(w.a, nonces[len(nonces)-1], w.n), w.p))
	}
	z := exp(w.g, y, w.p)
	c := w.drawn(th("member", w.prefix(), text(who), u32(w.l), w.elements(z), w.elements(commitments...)))
	out := cat(text(w.elements(z)), u32(w.l), c)
	for i, v := range nonces {
		if bit(c, i) {
			v.Sub(v, x)
		}
		out = append(out, fixed(v, 80)...)
	}
	return secrets{x: x, y: y}, out
}

// twinSession is the mixer's side of a session.
type twinSession struct {
	who         secrets
	g, z        *big.Int
	r1, r2      []*big.Int
	commitments []*big.Int
}

func (w *twin) open(random io.Reader, who secrets) *twinSession {
	r := w.unitFrom(random)
	s := &twinSession{who: who, g: exp(w.g, r, w.p)}
	s.z = exp(s.g, who.y, w.p)
	for range w.l {
		s.r1 = append(s.r1, nonce(random))
		s.r2 = append(s.r2, w.unitFrom(random))
	}
	for _, v := range s.r1 {
		s.commitments = append(s.commitments, exp(s.g, exp(w.a, v, w.n), w.p))
	}
	for _, v := range s.r2 {
		s.commitments = append(s.commitments, exp(s.g, exp(v, w.e, w.n), w.p))
	}
	return s
}

func (w *twin) answer(s *twinSession, c []byte) (t1, t2 []*big.Int) {
	for i := range w.l {
		if !bit(c, i) {
			t1, t2 = append(t1, s.r1[i]), append(t2, s.r2[i])
			continue
		}
		t1 = append(t1, new(big.Int).Sub(s.r1[i], s.who.x))
		t2 = append(t2, mul(s.r2[i], new(big.Int).ModInverse(s.who.w, w.n), w.n))
	}
	return t1, t2
}

func (w *twin) numbers(t1 []*big.Int, size int, t2 []*big.Int) (out []byte) {
	for _, v := range t1 {
		out = append(out, fixed(v, size)...)
	}
	for _, v := range t2 {
		out = append(out, fixed(v, len(w.n.Bytes()))...)
	}
	return out
}

// issue computes both sides of a session.
func (w *twin) issue(random io.Reader, who secrets, message []byte) moves {
	s := w.open(random, who)
	m := moves{message: message, offer: cat(w.elements(s.g, s.z), w.elements(s.commitments...))}
	rho := w.unitFrom(random)
	sigma := make([]int, w.l)
	for i := range sigma {
		sigma[i] = i
	}
	for i := w.l - 1; i > 0 && !w.unpermuted; i-- {
		j := below(random, num(int64(i+1))).Int64()
		sigma[i], sigma[j] = sigma[j], sigma[i]
	}
	var b1, b2, commitments []*big.Int
	for range w.l {
		b1, b2 = append(b1, below(random, power2(w.shift))), append(b2, w.unitFrom(random))
	}
	for i, b := range b1 {
		commitments = append(commitments, exp(exp(s.commitments[sigma[i]], exp(w.a, b, w.n), w.p), rho, w.p))
	}
	for i, b := range b2 {
		commitments = append(commitments, exp(exp(s.commitments[w.l+sigma[i]], exp(b, w.e, w.n), w.p), rho, w.p))
	}
	g, z := exp(s.g, rho, w.p), exp(s.z, rho, w.p)
	hashes := w.hashes(commitments)
	c := w.challenge(message, g, z, hashes)
	m.challenge = make([]byte, len(c))
	for i := range w.l {
		if bit(c, i) {
			m.challenge[sigma[i]/8] |= 0x80 >> (sigma[i] % 8)
		}
	}
	t1, t2 := w.answer(s, m.challenge)
	m.answer = w.numbers(t1, 80, t2)
	var f1, f2 []*big.Int
	for i := range w.l {
		f1, f2 = append(f1, add(t1[sigma[i]], b1[i])), append(f2, mul(t2[sigma[i]], b2[i], w.n))
	}
	m.signature = w.signature(g, z, hashes, c, f1, f2)
	return m
}

func (w *twin) signature(g, z *big.Int, hashes, c []byte, t1, t2 []*big.Int) []byte {
	return cat(w.elements(g, z), hashes, c, w.numbers(t1, 97, t2))
}

// refit is a signature of these parts with the challenge of its hashes.
func (w *twin) refit(message []byte, g, z *big.Int, hashes []byte, t1, t2 []*big.Int) []byte {
	return w.signature(g, z, hashes, w.challenge(message, g, z, hashes), t1, t2)
}

// recompute is R_1 … R_l and R'_1 … R'_l by the answers.
func (w *twin) recompute(g, z *big.Int, c []byte, t1, t2 []*big.Int) (out []*big.Int) {
	plus := mul(z, exp(g, w.delta, w.p), w.p)
	for i := range w.l {
		base := map[bool]*big.Int{false: g, true: z}[bit(c, i)]
		out = append(out, exp(base, exp(w.a, t1[i], w.n), w.p))
	}
	for i := range w.l {
		base := map[bool]*big.Int{false: g, true: plus}[bit(c, i)]
		out = append(out, exp(base, exp(t2[i], w.e, w.n), w.p))
	}
	return out
}

// split decodes a signature.
func (w *twin) split(b []byte) (g, z *big.Int, hashes, c []byte, t1, t2 []*big.Int) {
	next := func(size int) []byte { v := b[:size]; b = b[size:]; return v }
	number := func(size int) *big.Int { return new(big.Int).SetBytes(next(size)) }
	g, z = number(len(w.n.Bytes())+8), number(len(w.n.Bytes())+8)
	hashes = next(32 * w.l)
	c = next((w.l + 7) / 8)
	for range w.l {
		t1 = append(t1, number(97))
	}
	for range w.l {
		t2 = append(t2, number(len(w.n.Bytes())))
	}
	return g, z, hashes, c, t1, t2
}

// verifies reports whether the equation holds, without checks of the parts' domains.
func (w *twin) verifies(message, signature []byte) bool {
	g, z, hashes, c, t1, t2 := w.split(signature)
	return bytes.Equal(c, w.challenge(message, g, z, hashes)) &&
		bytes.Equal(hashes, w.hashes(w.recompute(g, z, c, t1, t2)))
}

// From the same randomness, a member, a session and a signature have the twin's bytes.
func TestNaiveTwin(t *testing.T) {
	for _, size := range []struct{ bits, rounds int }{{512, 16}, {509, 10}} {
		c := newFixture(t, size.bits, size.rounds, 0)
		w := newTwin(c.manager.Modulus().Bytes(), size.rounds)
		real := c.join(7)
		who, member := w.join(stream(17), []byte{7})
		if !bytes.Equal(real.Member().Bytes(), member) {
			t.Fatal("another member")
		}
		if !bytes.Equal(real.Request(), fixed(who.y, len(w.n.Bytes()))) {
			t.Fatal("another request")
		}
		certificate, err := mustManager(t, size.bits).Admit([]byte{7}, member, real.Request())
		if err != nil {
			t.Fatal(err)
		}
		who.w = new(big.Int).SetBytes(certificate)
		if sum := add(who.y, w.delta); exp(who.w, w.e, w.n).Cmp(sum.Mod(sum, w.n)) != 0 {
			t.Fatal("the certificate is no root of y+δ")
		}
		got, want := issue(t, c.group, real, stream(40), message(1)), w.issue(stream(40), who, message(1))
		for what, pair := range map[string][2][]byte{
			"offer": {got.offer, want.offer}, "challenge": {got.challenge, want.challenge},
			"answer": {got.answer, want.answer}, "signature": {got.signature, want.signature},
		} {
			if !bytes.Equal(pair[0], pair[1]) {
				t.Errorf("another %s", what)
			}
		}
		if !w.verifies(message(1), got.signature) || w.verifies(message(2), got.signature) {
			t.Error("the twin verifies otherwise")
		}
	}
}

func mustManager(t testing.TB, bits int) *mixing.Manager {
	t.Helper()
	m, err := mixing.NewManager(stream(1), eid, bits)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
