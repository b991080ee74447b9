package mixing_test

import (
	"bytes"
	"errors"
	"testing"

	"bevote/internal/mixing"
)

// What decodes encodes to the same bytes, and can be checked.

func FuzzDecodeModulus(f *testing.F) {
	f.Add(mustManager(f, 256).Modulus().Bytes())
	f.Add(cheat(eid, num(3), num(1).Sub(power2(255), num(19))))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := mixing.DecodeModulus(b)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Bytes(), b) {
			t.Fatal("decodes and encodes to something else")
		}
		m.Check(eid, 256)
	})
}

func FuzzDecodeRSAKey(f *testing.F) {
	s, err := mixing.NewRSASigner(stream(1), eid, 256, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.Key().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := mixing.DecodeRSAKey(b)
		if err != nil {
			return
		}
		if !bytes.Equal(k.Bytes(), b) {
			t.Fatal("decodes and encodes to something else")
		}
		k.Check(eid, nil, 256)
		k.Verify(message(1), b)
	})
}

func FuzzDecodeMember(f *testing.F) {
	c := newFixture(f, 256, 4, 1)
	f.Add(c.members[0].Member().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := mixing.DecodeMember(b)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Bytes(), b) {
			t.Fatal("decodes and encodes to something else")
		}
		c.group.CheckMember(m, []byte{0})
		c.manager.Admit([]byte{0}, b, c.members[0].Request())
	})
}

func FuzzSignature(f *testing.F) {
	c := newFixture(f, 256, 4, 1)
	m := issue(f, c.group, c.members[0], stream(2), message(1))
	f.Add(m.signature)
	f.Add(m.signature[1:])
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b)
		c.group.Refit(m.message, b) // as a forger would
		domain, err := c.group.CheckDomain(b), c.group.Verify(m.message, b)
		if domain != nil && (err == nil || !errors.Is(err, mixing.ErrDomain)) {
			t.Fatalf("outside its domain: %v, but %v", domain, err)
		}
		c.manager.Opens(b)
	})
}

func FuzzOpened(f *testing.F) {
	c := newFixture(f, 256, 4, 2)
	m := issue(f, c.group, c.members[1], stream(2), message(1))
	proof, err := c.manager.ProveOpened(m.signature, eid)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(proof, m.signature)
	f.Add(proof[1:], m.signature[1:])
	f.Fuzz(func(t *testing.T, b, signature []byte) {
		err := c.group.VerifyOpened(b, c.members[1].Member(), []byte{1}, signature, eid)
		same := bytes.Equal(b, proof) && len(signature) == len(m.signature) && bytes.HasPrefix(signature, m.signature[:80])
		if (err == nil) != same {
			t.Fatalf("%v", err)
		}
		if c.group.VerifyOpened(b, c.members[0].Member(), []byte{1}, signature, eid) == nil {
			t.Fatal("another member is shown to have signed")
		}
	})
}

func FuzzTranscript(f *testing.F) {
	c := newFixture(f, 256, 4, 1)
	m := issue(f, c.group, c.members[0], stream(2), message(1))
	f.Add(m.offer, m.challenge, m.answer)
	f.Add(m.offer, []byte{0xc0}, m.answer)
	f.Add(m.offer, []byte{0xff}, []byte{})
	f.Fuzz(func(t *testing.T, offer, challenge, answer []byte) {
		judged := c.group.CheckTranscript(offer, challenge, answer)
		blinding := c.group.Blind(stream(3), message(1))
		ours, err := blinding.Challenge(offer)
		if (err == nil) != (c.group.CheckTranscript(offer, nil, nil) == nil) {
			t.Fatal("a user and a reader judge an offer differently")
		}
		if err != nil {
			return
		}
		signature, err := blinding.Finish(answer)
		if fine := c.group.CheckTranscript(offer, ours, answer); (err == nil) != (fine == nil && answer != nil) {
			t.Fatalf("a user and a reader judge an answer differently: %v, %v, %v", err, fine, judged)
		}
		if err == nil && c.group.Verify(message(1), signature) != nil {
			t.Fatal("a session that passes makes a signature that does not")
		}
	})
}
