package mixing_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"testing"

	"bevote/internal/mixing"
)

// guess forges a signature without a secret. It guesses the bit of each round, and
// chooses the answers of these bits first. With 0 for all bits, about half of the rounds
// are right.
func (w *twin) guess(message []byte, seed byte) []byte {
	random := stream(seed)
	g := exp(w.g, w.unitFrom(random), w.p)
	z := exp(w.g, w.unitFrom(random), w.p)
	t1 := some(w.l, func() *big.Int { return nonce(random) })
	t2 := some(w.l, func() *big.Int { return w.unitFrom(random) })
	commitments := w.recompute(g, z, make([]byte, (w.l+7)/8), t1, t2)
	return w.refit(message, g, z, w.hashes(commitments), t1, t2)
}

// oneWrong is a signature on message by a member with a wrong answer in round i.
func (w *twin) oneWrong(message []byte, who secrets, i int) []byte {
	g, z, hashes, c, t1, t2 := w.split(w.issue(stream(64), who, message).signature)
	t1[i] = add(t1[i], num(1))
	return w.signature(g, z, hashes, c, t1, t2)
}

// rounds is the number of rounds that f computes, and whether it computes any power.
func (c *fixture) rounds(f func()) (rounds int64, powers bool) {
	before := c.group.Operations()
	f()
	o := c.group.Operations().Less(before)
	return o.Shorts, o.Powers > 0
}

// Signatures whose hashes are not of their own rounds. A forger who gives them the
// challenge that fits gets past the challenge and the domain, and no further.
func TestWrongHashes(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	who := twinMember(w, 512, 33)
	m := w.issue(stream(65), who, message(1))
	other := w.issue(stream(66), who, message(1))
	g, z, hashes, ch, t1, t2 := w.split(m.signature)
	_, _, others, _, _, _ := w.split(other.signature)
	with := func(i int, h []byte) []byte { return patch(hashes, 32*i, h) }
	swapped := func(vs []*big.Int) []*big.Int {
		out := append([]*big.Int{}, vs...)
		out[2], out[5] = out[5], out[2]
		return out
	}
	reversed := func(vs []*big.Int) (out []*big.Int) {
		for i := range vs {
			out = append(out, vs[len(vs)-1-i])
		}
		return out
	}
	changed := bytes.Clone(hashes)
	changed[32*7] ^= 1
	both := patch(with(2, hashes[32*5:32*6]), 32*5, hashes[32*2:32*3])
	var backwards []byte
	for i := range 16 {
		backwards = append(backwards, hashes[32*(15-i):32*(16-i)]...)
	}
	for _, lie := range []struct {
		name   string
		hashes []byte
		t1, t2 []*big.Int
	}{
		{"a changed hash", changed, t1, t2},
		{"the hash of another round", with(2, hashes[32*5:32*6]), t1, t2},
		{"the hash of another signature's round", with(2, others[32*2:32*3]), t1, t2},
		{"a hash of zeros", with(2, make([]byte, 32)), t1, t2},
		{"two rounds' hashes swapped", both, t1, t2},
		{"two rounds swapped", both, swapped(t1), swapped(t2)},
		{"the rounds in another order", backwards, reversed(t1), reversed(t2)},
		{"another signature's hashes", others, t1, t2},
	} {
		kept := w.signature(g, z, lie.hashes, ch, lie.t1, lie.t2)
		if _, powers := c.rounds(func() {
			if err := c.group.Verify(message(1), kept); err == nil || err.Error() != "signature does not fit the message" {
				t.Errorf("%s: %v", lie.name, err)
			}
		}); powers {
			t.Errorf("%s: a power is computed for a wrong challenge", lie.name)
		}
		forgery := w.refit(message(1), g, z, lie.hashes, lie.t1, lie.t2)
		if err := c.group.CheckDomain(forgery); err != nil {
			t.Errorf("%s: %v", lie.name, err)
		}
		if err := c.group.Verify(message(1), forgery); err == nil ||
			err.Error() != "signature does not open its commitments" || errors.Is(err, mixing.ErrDomain) {
			t.Errorf("%s with the challenge that fits: %v", lie.name, err)
		}
	}
	// On another message the challenge is another, and so are the answers.
	if _, powers := c.rounds(func() { c.group.Verify(message(2), m.signature) }); powers {
		t.Error("a power is computed for another message")
	}
	if c.group.Verify(message(2), w.refit(message(2), g, z, hashes, t1, t2)) == nil {
		t.Error("the answers of another message verify")
	}
}

// The order of the rounds changes neither what Verify accepts nor what it says.
func TestOrderOfRounds(t *testing.T) {
	c := newFixture(t, 512, 16, 1)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	who := twinMember(w, 512, 33)
	signatures := [][]byte{
		issue(t, c.group, c.members[0], stream(62), message(1)).signature,
		w.guess(message(1), 67),
		w.oneWrong(message(1), who, 0), w.oneWrong(message(1), who, 9),
	}
	for shift := range 16 {
		order := make([]int, 16)
		for i := range order {
			order[i] = (5*i + shift) % 16
		}
		for i, s := range signatures {
			want := []string{"<nil>", "signature does not open its commitments"}[min(i, 1)]
			if got := fmt.Sprint(c.group.VerifyIn(order, message(1), s)); got != want {
				t.Errorf("signature %d from round %d on: got %s, want %s", i, shift, got, want)
			}
		}
	}
}

// What a bogus signature costs, in rounds of 16. A member's own, with one wrong answer,
// costs half of them: for that price it could be right.
func TestBogusIsCheap(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	who := twinMember(w, 512, 33)
	beside := float64(runtime.NumCPU() - 1) // rounds that other cores have begun
	const tries = 64
	mean := func(forgery func(try byte) []byte) float64 {
		sum := int64(0)
		for try := range byte(tries) {
			s := forgery(try)
			rounds, _ := c.rounds(func() {
				if c.group.Verify(message(1), s) == nil {
					t.Fatal("a bogus signature verifies")
				}
			})
			sum += rounds
		}
		return float64(sum) / tries
	}
	if got := mean(func(try byte) []byte { return w.guess(message(1), try) }); got > 3+beside {
		t.Errorf("a guess costs %.1f rounds", got)
	}
	last := w.oneWrong(message(1), who, 15)
	if got := mean(func(byte) []byte { return last }); got < 4 || got > 13+beside {
		t.Errorf("one wrong answer costs %.1f rounds, want about 8.5", got)
	}
}

// claw finds answers to both bits of round i that give one hash, without a secret. It
// compares as many as it needs, 2^128 with hashes of 32 bytes.
func (w *twin) claw(i int, g, z *big.Int, seed byte) (hash []byte, t1, t2 [2]*big.Int) {
	random := stream(seed)
	plus := mul(z, exp(g, w.delta, w.p), w.p)
	type answer struct{ t1, t2 *big.Int }
	seen := [2]map[string]answer{{}, {}}
	for {
		for b, bases := range [2][2]*big.Int{{g, g}, {z, plus}} {
			a := answer{nonce(random), w.unitFrom(random)}
			h := w.hash(i, exp(bases[0], exp(w.a, a.t1, w.n), w.p), exp(bases[1], exp(a.t2, w.e, w.n), w.p))
			seen[b][string(h)] = a
			if other, found := seen[1-b][string(h)]; found {
				t1[b], t2[b], t1[1-b], t2[1-b] = a.t1, a.t2, other.t1, other.t2
				return h, t1, t2
			}
		}
	}
}

// With hashes of one byte, two openings of one hash are soon found. If the hash does not
// have the round's number, one such pair forges all rounds. If it does, each round takes
// its own.
func TestClaws(t *testing.T) {
	const l = 16
	c := newFixture(t, 256, l, 0)
	w := newTwin(c.manager.Modulus().Bytes(), l)
	w.short = 1
	g, z := w.g, exp(w.g, num(7), w.p)
	forge := func(claws int) []byte {
		var hashes []byte
		var t1, t2 [l][2]*big.Int
		for i := range l {
			h := hashes[:min(32, len(hashes))] // of the first claw
			if t1[i], t2[i] = t1[0], t2[0]; i < claws {
				h, t1[i], t2[i] = w.claw(i, g, z, byte(i))
			}
			hashes = append(hashes, h...)
		}
		ch := w.challenge(message(1), g, z, hashes)
		var f1, f2 []*big.Int
		for i := range l {
			b := map[bool]int{true: 1}[bit(ch, i)]
			f1, f2 = append(f1, t1[i][b]), append(f2, t2[i][b])
		}
		return w.signature(g, z, hashes, ch, f1, f2)
	}
	if w.verifies(message(1), forge(1)) {
		t.Error("one claw forges, with numbered rounds")
	}
	all := forge(l)
	if !w.verifies(message(1), all) {
		t.Error("no attack: claws for all rounds do not forge")
	}
	if err := c.group.Verify(message(1), all); err == nil || errors.Is(err, mixing.ErrDomain) {
		t.Errorf("got %v, want a refusal of the rounds", err)
	}
	w.unnumbered = true
	if !w.verifies(message(1), forge(1)) {
		t.Error("no attack: without numbers one claw does not forge")
	}
}
