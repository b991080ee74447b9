package mixing_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/mixing"
)

// patch returns b with v at an offset.
func patch(b []byte, at int, v []byte) []byte {
	out := bytes.Clone(b)
	copy(out[at:], v)
	return out
}

// Whose fault a session is follows from its moves, and a blinding refuses the moves that
// are the mixer's fault.
func TestTranscript(t *testing.T) {
	c := newFixture(t, 512, 16, 2)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	m := issue(t, c.group, c.members[0], stream(80), message(1))
	other := issue(t, c.group, c.members[0], stream(81), message(1))
	element := len(w.n.Bytes()) + 8
	commitment := func(i int) (int, *big.Int) {
		at := (2 + i) * element
		return at, new(big.Int).SetBytes(m.offer[at : at+element])
	}
	change := func(i int, f func(p *big.Int) *big.Int) []byte {
		at, p := commitment(i)
		return patch(m.offer, at, w.elements(f(p)))
	}
	zero := func(*big.Int) *big.Int { return num(0) }
	toP := func(*big.Int) *big.Int { return w.p }
	minus := func(p *big.Int) *big.Int { return new(big.Int).Sub(w.p, p) }
	// p − 1 = 2·q·n: a 2n-th power has the order q.
	orderQ := exp(num(3), new(big.Int).Mul(num(2), w.n), w.p)
	marked := func(p *big.Int) *big.Int { return mul(p, orderQ, w.p) }
	moved := func(p *big.Int) *big.Int { return mul(p, w.g, w.p) }
	roots := 16 * 80
	last := patch(m.answer, roots+15*64, fixed(num(0), 64))
	otherZ := patch(m.offer, element, other.offer[element:2*element])
	flip := func(at int) []byte { return patch(m.answer, at, []byte{m.answer[at] ^ 1}) }
	for _, lie := range []struct {
		name                     string
		offer, challenge, answer []byte
		want                     string // "" if all is well
	}{
		{"an honest session", m.offer, m.challenge, m.answer, ""},
		{"no answer yet", m.offer, m.challenge, nil, ""},
		{"no challenge yet", m.offer, nil, nil, ""},
		{"no offer", nil, nil, nil, "offer of 0 bytes, want 2448"},
		{"an offer too long", append(bytes.Clone(m.offer), 0), nil, nil, "offer of 2449 bytes, want 2448"},
		{"g̃ = 1", patch(m.offer, 0, w.elements(num(1))), nil, nil, "g̃ is not between"},
		{"z̃ = 1", patch(m.offer, element, w.elements(num(1))), nil, nil, "z̃ is not between"},
		{"g̃ of order 2n", patch(m.offer, 0, w.elements(minus(w.g))), nil, nil, "g̃^n"},
		{"z̃ of order qn", patch(m.offer, element, w.elements(marked(w.g))), nil, nil, "z̃^n"},
		{"a commitment of 0", change(3, zero), nil, nil, "commitment 3 is not between"},
		{"a commitment of p", change(31, toP), nil, nil, "commitment 31 is not between"},
		{"a commitment's negative", change(3, minus), nil, nil, "commitment 3 has no order"},
		{"a commitment marked by the order q", change(20, marked), nil, nil, "a commitment has no order"},
		{"a commitment to something else", change(3, moved), nil, nil, ""},
		{"its answer", change(3, moved), m.challenge, m.answer, "answer to round 3 of V1"},
		{"another's answer", m.offer, m.challenge, other.answer, "answer to round 0 of V1"},
		{"another's z̃", otherZ, m.challenge, m.answer, "does not open"},
		{"an answer changed in V1", m.offer, m.challenge, flip(5*80 + 40), "round 5 of V1"},
		{"an answer changed in V2", m.offer, m.challenge, flip(roots + 7*64 + 40), "round 7 of V2"},
		{"an answer of 0", m.offer, m.challenge, last, "answer to V2 out of range"},
		{"an answer of n", m.offer, m.challenge, patch(m.answer, roots, fixed(w.n, 64)), "answer to V2 out of range"},
		{"a short answer", m.offer, m.challenge, m.answer[1:], "answer: 2303 bytes, want 2304"},
		{"an empty answer", m.offer, m.challenge, []byte{}, "answer: 0 bytes"},
		{"a long answer", m.offer, m.challenge, append(bytes.Clone(m.answer), 0), "answer: 2305 bytes"},
		{"no challenge, but an answer", m.offer, nil, m.answer, "malformed challenge"},
		{"a challenge of 9 ones", m.offer, []byte{0xff, 0x01}, m.answer, "malformed challenge: challenge has 9 ones"},
		{"a short challenge", m.offer, m.challenge[1:], m.answer, "malformed challenge"},
		{"a long challenge", m.offer, append(bytes.Clone(m.challenge), 0), m.answer, "malformed challenge"},
	} {
		err := c.group.CheckTranscript(lie.offer, lie.challenge, lie.answer)
		if (err == nil) != (lie.want == "") || err != nil && !strings.Contains(err.Error(), lie.want) {
			t.Errorf("%s: got %v, want %q", lie.name, err, lie.want)
		}
		if errors.Is(err, mixing.ErrChallenge) != strings.HasPrefix(lie.want, "malformed challenge") {
			t.Errorf("%s: the wrong side is at fault: %v", lie.name, err)
		}
		if err == nil || errors.Is(err, mixing.ErrChallenge) {
			continue
		}
		// The user's side.
		blinding := c.group.Blind(stream(82), message(1))
		_, began := blinding.Challenge(lie.offer)
		if lie.answer == nil && began == nil {
			t.Errorf("%s: a blinding takes the offer", lie.name)
		}
		if lie.answer != nil && began == nil {
			if _, err := blinding.Finish(lie.answer); err == nil {
				t.Errorf("%s: a blinding takes the answer", lie.name)
			}
		}
	}
}

// Moves out of order are refused.
func TestTurns(t *testing.T) {
	c := newFixture(t, 512, 16, 1)
	fresh, err := c.group.NewSigner(stream(90), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Open(stream(91)); err == nil {
		t.Error("a mixer without a certificate opens a session")
	}
	session, err := c.members[0].Open(stream(91))
	if err != nil {
		t.Fatal(err)
	}
	blinding := c.group.Blind(stream(92), message(1))
	if _, err := blinding.Finish(nil); err == nil {
		t.Error("finished before it began")
	}
	challenge, err := blinding.Challenge(session.Offer())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blinding.Challenge(session.Offer()); err == nil {
		t.Error("a second session")
	}
	if _, err := session.Answer(append([]byte{0xff}, challenge...)); !errors.Is(err, mixing.ErrChallenge) {
		t.Errorf("a long challenge: %v", err)
	}
	answer, err := session.Answer(challenge)
	if err != nil {
		t.Fatalf("a malformed challenge has closed the session: %v", err)
	}
	if _, err := blinding.Finish(answer[1:]); err == nil {
		t.Error("finished with a short answer")
	}
	signature, err := blinding.Finish(answer)
	if err != nil {
		t.Fatalf("a bad answer has closed the blinding: %v", err)
	}
	if err := c.group.Verify(message(1), signature); err != nil {
		t.Error(err)
	}
	if _, err := c.group.Blind(stream(92), message(1)[1:]).Challenge(session.Offer()); err == nil {
		t.Error("a short message")
	}
}

// What holds a secret does not print it.
func TestSecretsAreHidden(t *testing.T) {
	c := newFixture(t, 256, 4, 1)
	session, err := c.members[0].Open(stream(2))
	if err != nil {
		t.Fatal(err)
	}
	blinding := c.group.Blind(stream(3), message(1))
	if _, err := blinding.Challenge(session.Offer()); err != nil {
		t.Fatal(err)
	}
	rsa := newRSA(t, 1)
	open, err := rsa.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []any{
		c.manager, *c.manager, c.members[0], *c.members[0], session, blinding,
		rsa, *rsa, open, rsa.Key().Blind(stream(3), nil),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			if got := fmt.Sprintf(verb, secret); got != "mixing(hidden)" {
				t.Errorf("%s of a %T prints %q", verb, secret, got)
			}
		}
	}
}
