package mixing_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"errors"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/mixing"
)

func newRSA(t testing.TB, seed byte) *mixing.RSASigner {
	t.Helper()
	s, err := mixing.NewRSASigner(stream(seed), eid, 1024, []byte("m1"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRSASignature(t *testing.T) {
	s := newRSA(t, 1)
	key := s.Key()
	if err := key.Check(eid, []byte("m1"), 1024); err != nil {
		t.Fatal(err)
	}
	m := issue(t, key, s, stream(2), message(1))
	if err := key.Verify(m.message, m.signature); err != nil {
		t.Fatal(err)
	}
	if again := issue(t, key, s, stream(2), message(1)); !bytes.Equal(again.signature, m.signature) {
		t.Error("the same randomness, another signature")
	}
	// By the standard library: RSASSA-PSS, SHA-384, 48 bytes of salt.
	n := new(big.Int).SetBytes(key.Bytes()[4 : 4+128])
	digest := sha512.Sum384(m.message)
	if err := rsa.VerifyPSS(&rsa.PublicKey{N: n, E: 65537}, crypto.SHA384, digest[:], m.signature,
		&rsa.PSSOptions{SaltLength: 48}); err != nil {
		t.Error(err)
	}
	if err := key.Verify(message(2), m.signature); err == nil || errors.Is(err, mixing.ErrDomain) {
		t.Errorf("another message: %v", err)
	}
	if newRSA(t, 3).Key().Verify(m.message, m.signature) == nil {
		t.Error("another key verifies")
	}
	for what, bad := range map[string][]byte{
		"empty": nil, "short": m.signature[1:], "n": n.Bytes(), "zero": make([]byte, 128),
	} {
		if err := key.Verify(m.message, bad); !errors.Is(err, mixing.ErrDomain) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRSAKeyProof(t *testing.T) {
	s := newRSA(t, 1)
	b := s.Key().Bytes()
	key, err := mixing.DecodeRSAKey(b)
	if err != nil || !bytes.Equal(key.Bytes(), b) {
		t.Fatal("another key", err)
	}
	for what, got := range map[string]error{
		"another mixer":    key.Check(eid, []byte("m2"), 1024),
		"another election": key.Check([32]byte{1}, []byte("m1"), 1024),
		"another length":   key.Check(eid, []byte("m1"), 2048),
		"no key":           mixing.RSAKey{}.Check(eid, []byte("m1"), 1024),
	} {
		if got == nil {
			t.Errorf("%s: the proof holds", what)
		}
	}
	// Roots of degree e, which blind signatures give, are no proof.
	p, q := factors(stream(1), 1024)
	n := new(big.Int).Mul(p, q)
	if !bytes.HasPrefix(b[4:], n.Bytes()) {
		t.Fatal("these are not the key's factors")
	}
	d := new(big.Int).ModInverse(num(65537), phi(p, q))
	out := text(n.Bytes())
	for i := range 8 {
		z := hashTo(n, "modulus-root", eid[:], text(n.Bytes()), text([]byte("m2")), u32(i), u32(0))
		out = append(out, fixed(exp(z, d, n), 128)...)
	}
	if key, err = mixing.DecodeRSAKey(out); err != nil {
		t.Fatal(err)
	}
	if err := key.Check(eid, []byte("m2"), 1024); err == nil || !strings.Contains(err.Error(), "root 0") {
		t.Errorf("e-th roots: %v", err)
	}
}

// If e divides φ(n), e-th powers are no permutation, and a blinded message shows the
// class of its message. Such a key has no proof.
func TestRSAKeyThatTraces(t *testing.T) {
	r := stream(71)
	withE := new(big.Int).Sub(power2(256), num(2*65537))
	for !withE.ProbablyPrime(20) {
		withE.Sub(withE, num(65537))
	}
	b := cheat(eid, prime(r, 256, blum), withE)
	key, err := mixing.DecodeRSAKey(append(b[:4+64:4+64], b[4+64*(1+128):]...))
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Check(eid, nil, 512); err == nil || !strings.Contains(err.Error(), "not shown") {
		t.Errorf("got %v", err)
	}
}

// Modulo a prime all take roots, so strangers would sign with the key.
func TestRSAKeyOfAPrime(t *testing.T) {
	p := prime(stream(72), 512, func(p *big.Int) bool { return mod(p, 65537) != 1 })
	b := cheat(eid, p)
	key, err := mixing.DecodeRSAKey(append(b[:4+64:4+64], b[4+64*(1+128):]...))
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Check(eid, nil, 512); err == nil || err.Error() != "key is prime" {
		t.Errorf("got %v", err)
	}
}

func TestRSATranscript(t *testing.T) {
	s := newRSA(t, 1)
	key := s.Key()
	m := issue(t, key, s, stream(2), message(1))
	other := issue(t, key, s, stream(3), message(1))
	n := key.Bytes()[4 : 4+128]
	for _, c := range []struct {
		name                     string
		offer, challenge, answer []byte
		ok, user                 bool
	}{
		{"an honest session", m.offer, m.challenge, m.answer, true, false},
		{"nothing yet", nil, nil, nil, true, false},
		{"no answer yet", m.offer, m.challenge, nil, true, false},
		{"an offer", []byte{1}, m.challenge, m.answer, false, false},
		{"another session's answer", m.offer, m.challenge, other.answer, false, false},
		{"an answer to nothing", m.offer, nil, m.answer, false, true},
		{"a short challenge", m.offer, m.challenge[1:], m.answer, false, true},
		{"a challenge of n", m.offer, n, nil, false, true},
		{"an empty answer", m.offer, m.challenge, []byte{}, false, false},
		{"an answer of n", m.offer, m.challenge, n, false, false},
	} {
		err := key.CheckTranscript(c.offer, c.challenge, c.answer)
		if (err == nil) != c.ok || errors.Is(err, mixing.ErrChallenge) != c.user {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestRSASessionOnce(t *testing.T) {
	s := newRSA(t, 1)
	m := issue(t, s.Key(), s, stream(2), message(1))
	session, err := s.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.Answer(m.challenge[1:]); !errors.Is(err, mixing.ErrChallenge) {
		t.Errorf("a short challenge: %v", err)
	}
	if _, err := session.Answer(m.challenge); err != nil {
		t.Errorf("a malformed challenge has closed the session: %v", err)
	}
	if _, err := session.Answer(m.challenge); err == nil {
		t.Error("a second answer")
	}
	blinding := s.Key().Blind(stream(4), message(1))
	if _, err := blinding.Finish(m.answer); err == nil {
		t.Error("finished before it began")
	}
	if _, err := blinding.Challenge([]byte{1}); err == nil {
		t.Error("an offer of one byte")
	}
	if _, err := blinding.Challenge(nil); err != nil {
		t.Error(err)
	}
	if _, err := blinding.Challenge(nil); err == nil {
		t.Error("a second session")
	}
	if _, err := blinding.Finish(m.answer); err == nil {
		t.Error("another session's answer")
	}
	if _, err := s.Key().Blind(stream(4), message(1)[1:]).Challenge(nil); err == nil {
		t.Error("a short message")
	}
}
