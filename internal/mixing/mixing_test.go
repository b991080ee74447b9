package mixing_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/mixing"
)

var eid = curve.TaggedHash("test")

// stream is a reader whose bytes depend on the seed alone.
func stream(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// fixture is a group with its manager and certified members.
type fixture struct {
	testing.TB
	manager *mixing.Manager
	group   *mixing.Group
	members []*mixing.Signer
}

func newFixture(t testing.TB, bits, rounds, members int) *fixture {
	t.Helper()
	c := &fixture{TB: t}
	var err error
	if c.manager, err = mixing.NewManager(stream(1), eid, bits); err != nil {
		t.Fatal(err)
	}
	if c.group, err = mixing.NewGroup(eid, c.manager.Modulus(), rounds); err != nil {
		t.Fatal(err)
	}
	for i := range members {
		c.members = append(c.members, c.join(byte(i)))
	}
	return c
}

// join returns a member that is checked and certified.
func (c *fixture) join(who byte) *mixing.Signer {
	c.Helper()
	s, err := c.group.NewSigner(stream(10+who), []byte{who})
	if err != nil {
		c.Fatal(err)
	}
	if err := c.group.CheckMember(s.Member(), []byte{who}); err != nil {
		c.Fatal(err)
	}
	w, err := c.manager.Admit([]byte{who}, s.Member().Bytes(), s.Request())
	if err != nil {
		c.Fatal(err)
	}
	if err := s.Accept(w); err != nil {
		c.Fatal(err)
	}
	return s
}

// moves are the three moves of a session, with its message and signature.
type moves struct{ message, offer, challenge, answer, signature []byte }

func issue(t testing.TB, v mixing.Verifier, i mixing.Issuer, random io.Reader, message []byte) (m moves) {
	t.Helper()
	session, err := i.Open(random)
	if err != nil {
		t.Fatal(err)
	}
	m.message, m.offer = message, session.Offer()
	blinding := v.Blind(random, message)
	if m.challenge, err = blinding.Challenge(m.offer); err != nil {
		t.Fatal(err)
	}
	if m.answer, err = session.Answer(m.challenge); err != nil {
		t.Fatal(err)
	}
	if m.signature, err = blinding.Finish(m.answer); err != nil {
		t.Fatal(err)
	}
	return m
}

func message(i byte) []byte { m := curve.TaggedHash("test", []byte{i}); return m[:] }

func TestGroupSignature(t *testing.T) {
	c := newFixture(t, 512, 16, 3)
	for i, s := range c.members {
		m := issue(t, c.group, s, stream(byte(100+i)), message(byte(i)))
		if err := c.group.Verify(m.message, m.signature); err != nil {
			t.Fatal(err)
		}
		if err := c.group.CheckTranscript(m.offer, m.challenge, m.answer); err != nil {
			t.Fatal(err)
		}
		if who, ok := c.manager.Opens(m.signature); !ok || !bytes.Equal(who, []byte{byte(i)}) {
			t.Errorf("signature of member %d opens as %x, %v", i, who, ok)
		}
		if c.group.Verify(message(99), m.signature) == nil {
			t.Error("another message verifies")
		}
	}
	if err := c.manager.Modulus().Check(eid, 512); err != nil {
		t.Error(err)
	}
}
