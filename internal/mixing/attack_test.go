package mixing_test

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/mixing"
)

// refused checks that a forgery satisfies the equations, since the twin accepts it, and
// that Verify refuses it with ErrDomain and the reason why.
func refused(t *testing.T, c *fixture, w *twin, message, forgery []byte, why string) {
	t.Helper()
	if !w.verifies(message, forgery) {
		t.Error("no attack: the equations alone do not hold")
	}
	err := c.group.Verify(message, forgery)
	if err == nil || !errors.Is(err, mixing.ErrDomain) || !strings.Contains(err.Error(), why) {
		t.Errorf("got %v, want %q", err, why)
	}
	if got := c.group.CheckDomain(forgery); got == nil || got.Error() != err.Error() {
		t.Errorf("the domain alone: %v", got)
	}
}

func some(n int, f func() *big.Int) (out []*big.Int) {
	for range n {
		out = append(out, f())
	}
	return out
}

// outsider forges a signature with an x of its own and no certificate. Of V2,
// commitment2 is the commitment of every round, and answer2 gives the answer for a bit
// of the challenge.
func (w *twin) outsider(message []byte, g, commitment2 *big.Int, answer2 func(bit bool) *big.Int) []byte {
	random := stream(50)
	x := below(random, power2(512))
	z := exp(g, exp(w.a, x, w.n), w.p)
	var commitments []*big.Int
	r1 := some(w.l, func() *big.Int { return nonce(random) })
	for _, r := range r1 {
		commitments = append(commitments, exp(g, exp(w.a, r, w.n), w.p))
	}
	for range w.l {
		commitments = append(commitments, commitment2)
	}
	hashes := w.hashes(commitments)
	c := w.challenge(message, g, z, hashes)
	var t2 []*big.Int
	for i := range w.l {
		if bit(c, i) {
			r1[i].Sub(r1[i], x)
		}
		t2 = append(t2, answer2(bit(c, i)))
	}
	return w.signature(g, z, hashes, c, r1, t2)
}

// Answers of 0 to V2: 0^e = 0, and every base to 0 is 1.
func TestZeroAnswersForge(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	forgery := w.outsider(message(1), w.g, num(1), func(bool) *big.Int { return num(0) })
	refused(t, c, w, message(1), forgery, "answer to V2 out of range")
	// n is 0 modulo n.
	forgery = w.outsider(message(1), w.g, num(1), func(bool) *big.Int { return w.n })
	refused(t, c, w, message(1), forgery, "answer to V2 out of range")
}

// g̃ = z̃ = 1: every commitment is 1, whatever the answers are.
func TestIdentityForges(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	random := stream(51)
	r1 := some(16, func() *big.Int { return nonce(random) })
	r2 := some(16, func() *big.Int { return w.unitFrom(random) })
	forge := func(g, z *big.Int) []byte {
		return w.refit(message(1), g, z, w.hashes(w.recompute(g, z, make([]byte, 2), r1, r2)), r1, r2)
	}
	refused(t, c, w, message(1), forge(num(1), num(1)), "g̃ is not between 1 and p")
	refused(t, c, w, message(1), forge(w.p, w.p), "g̃ is not between 1 and p")
	refused(t, c, w, message(1), forge(num(0), num(0)), "g̃ is not between 1 and p")
}

// g̃ = z̃ = −1: of an exponent only the parity matters. If δ is even z̃·g̃^δ is −1 as
// well, and no answer depends on the challenge.
func TestSmallOrderForges(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	if w.delta.Bit(0) == 1 {
		t.Fatal("δ is odd: choose another seed")
	}
	random := stream(52)
	r1 := some(16, func() *big.Int { return nonce(random) })
	r2 := some(16, func() *big.Int { return w.unitFrom(random) })
	minus := new(big.Int).Sub(w.p, num(1))
	forgery := w.refit(message(1), minus, minus, w.hashes(w.recompute(minus, minus, make([]byte, 2), r1, r2)), r1, r2)
	refused(t, c, w, message(1), forgery, "g̃^n ≠ 1")

	// g̃ in its domain, and z̃ outside; and the other way round.
	_, _, hashes, _, t1, t2 := w.split(forgery)
	for _, lie := range []struct {
		g, z *big.Int
		why  string
	}{
		{w.g, minus, "z̃^n ≠ 1"},
		{w.g, num(1), "z̃ is not between 1 and p"},
		{w.g, w.p, "z̃ is not between 1 and p"},
		{w.g, new(big.Int).ModInverse(exp(w.g, w.delta, w.p), w.p), "z̃·g̃^δ = 1"},
		{minus, w.g, "g̃^n ≠ 1"},
	} {
		err := c.group.Verify(message(1), w.refit(message(1), lie.g, lie.z, hashes, t1, t2))
		if err == nil || !errors.Is(err, mixing.ErrDomain) || !strings.Contains(err.Error(), lie.why) {
			t.Errorf("got %v, want %q", err, lie.why)
		}
	}
}

// With the papers' certificate (y+1)^(1/e) a member whose x is a multiple of e has a
// second one, for −x: w·a^(−x/e), since 1/y + 1 = (y+1)/y. 1/y is not the y of
// a member, so what is signed with −x does not open. With (y+δ)^(1/e) it is no
// certificate.
func TestDerivedCertificate(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	p, q := factors(stream(1), 512)
	if new(big.Int).Mul(p, q).Cmp(w.n) != 0 {
		t.Fatal("these are not the manager's factors")
	}
	root := new(big.Int).ModInverse(w.e, phi(p, q))
	share := below(stream(54), power2(490))
	x := new(big.Int).Mul(share, w.e)
	derive := func(delta *big.Int) (derived secrets, fits bool) {
		y := exp(w.a, x, w.n)
		certificate := exp(add(y, delta), root, w.n) // what the manager gives for y
		derived.x = new(big.Int).Neg(x)
		derived.y = new(big.Int).ModInverse(y, w.n)
		derived.w = mul(certificate, new(big.Int).ModInverse(exp(w.a, share, w.n), w.n), w.n)
		left, right := exp(derived.w, w.e, w.n), add(derived.y, delta)
		return derived, left.Cmp(right.Mod(right, w.n)) == 0
	}
	if _, fits := derive(w.delta); fits {
		t.Error("the derived certificate fits with δ")
	}
	forger, fits := derive(num(1))
	if !fits {
		t.Fatal("no attack: without δ the derived certificate does not fit")
	}
	without := *w
	without.delta = num(1)
	forged := without.issue(stream(55), forger, message(1))
	if !without.verifies(message(1), forged.signature) {
		t.Error("no attack: without δ the forgery does not verify")
	}
	if err := c.group.Verify(message(1), forged.signature); err == nil || errors.Is(err, mixing.ErrDomain) {
		t.Errorf("got %v, want a refusal of the equation", err)
	}
	// The same derivation with δ.
	forger, _ = derive(w.delta)
	if err := c.group.Verify(message(1), w.issue(stream(55), forger, message(1)).signature); err == nil {
		t.Error("the forger's signature verifies")
	}
}

// A member signs with a challenge that does not have l/2 ones.
func TestWrongWeight(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	who := twinMember(w, 512, 33)
	w.anyWeight = true
	for seed := byte(0); ; seed++ {
		m := w.issue(stream(seed), who, message(1))
		if ones(m.challenge) == 8 {
			continue
		}
		if !w.verifies(message(1), m.signature) {
			t.Error("no attack: the equations alone do not hold")
		}
		if err := c.group.Verify(message(1), m.signature); err == nil || !strings.Contains(err.Error(), "does not fit") {
			t.Errorf("got %v", err)
		}
		session, err := c.join(1).Open(stream(3))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.Answer(m.challenge); !errors.Is(err, mixing.ErrChallenge) {
			t.Errorf("a session answers: %v", err)
		}
		if err := c.group.CheckTranscript(m.offer, m.challenge, m.answer); !errors.Is(err, mixing.ErrChallenge) {
			t.Errorf("the transcript: %v", err)
		}
		return
	}
}

// twinMember is a certified member whose secrets the test knows, of the group
// that newFixture makes.
func twinMember(w *twin, bits int, seed byte) secrets {
	who, _ := w.join(stream(seed), []byte{seed})
	p, q := factors(stream(1), bits)
	who.w = exp(add(who.y, w.delta), new(big.Int).ModInverse(w.e, phi(p, q)), w.n)
	return who
}

// A signature with another number of rounds. With half as many, forging takes the square
// root of the work.
func TestWrongRounds(t *testing.T) {
	c := newFixture(t, 512, 16, 1)
	for _, rounds := range []int{2, 8, 14, 18} {
		w := newTwin(c.manager.Modulus().Bytes(), rounds)
		m := w.issue(stream(60), twinMember(w, 512, byte(rounds)), message(1))
		if !w.verifies(message(1), m.signature) {
			t.Fatal("the twin refuses its own")
		}
		if err := c.group.Verify(message(1), m.signature); !errors.Is(err, mixing.ErrDomain) {
			t.Errorf("%d rounds: %v", rounds, err)
		}
		if err := c.group.CheckTranscript(m.offer, m.challenge, m.answer); err == nil {
			t.Errorf("%d rounds: the transcript passes", rounds)
		}
	}
	for _, rounds := range []int{-2, 0, 1, 15, 1 << 17} {
		if _, err := mixing.NewGroup(eid, c.manager.Modulus(), rounds); err == nil {
			t.Errorf("a group of %d rounds", rounds)
		}
	}
}

// Two answers of one session give x: t_i for bit 0 less t_i for bit 1.
func TestSessionAnsweredTwice(t *testing.T) {
	c := newFixture(t, 512, 16, 1)
	first, second := []byte{0xff, 0x00}, []byte{0x00, 0xff}
	session, err := c.members[0].Open(stream(61))
	if err != nil {
		t.Fatal(err)
	}
	kept := bytes.Clone(session.Offer())
	one, err := session.Answer(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range [][]byte{first, second} {
		if _, err := session.Answer(again); err == nil || errors.Is(err, mixing.ErrChallenge) {
			t.Errorf("a second answer: %v", err)
		}
	}
	// A mixer that has lost its state, and begins again with the same randomness.
	again, err := c.members[0].Open(stream(61))
	if err != nil || !bytes.Equal(again.Offer(), kept) {
		t.Fatal("another offer", err)
	}
	two, err := again.Answer(second)
	if err != nil {
		t.Fatal(err)
	}
	x := new(big.Int).Sub(new(big.Int).SetBytes(two[:80]), new(big.Int).SetBytes(one[:80]))
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	if !bytes.Equal(fixed(exp(w.a, x, w.n), 64), c.members[0].Request()) {
		t.Error("no attack: two answers do not reveal x")
	}
}

// A signature with a changed byte is refused. With 32 rounds one passes by chance with a
// probability of 1 in 6·10^8.
func TestEveryPartOfASignature(t *testing.T) {
	c := newFixture(t, 256, 32, 1)
	m := issue(t, c.group, c.members[0], stream(62), message(1))
	for at := 3; at < len(m.signature); at += 41 {
		changed := bytes.Clone(m.signature)
		changed[at] ^= 1
		if c.group.Verify(m.message, changed) == nil {
			t.Errorf("accepted with byte %d changed", at)
		}
	}
	for _, size := range []int{0, 1, len(m.signature) - 1} {
		if err := c.group.Verify(m.message, m.signature[:size]); !errors.Is(err, mixing.ErrDomain) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if c.group.Verify(m.message[:31], m.signature) == nil {
		t.Error("a short message verifies")
	}
}
