package mixing_test

import (
	"testing"

	"bevote/internal/mixing"
)

// TestSizes: messages and keys have the lengths that follow from modulus and rounds, also
// where the modulus is no whole number of bytes.
func TestSizes(t *testing.T) {
	for _, bits := range []int{256, 260} {
		c := newFixture(t, bits, 4, 1)
		s := mixing.Sizes{Modulus: (bits + 7) / 8, Rounds: 4}
		m := issue(t, c.group, c.members[0], stream(2), message(1))
		opened, err := c.manager.ProveOpened(m.signature, eid)
		if err != nil {
			t.Fatal(err)
		}
		for what, size := range map[string][2]int{
			"modulus":   {len(c.manager.Modulus().Bytes()), s.Manager()},
			"member":    {len(c.members[0].Member().Bytes()), s.Member()},
			"offer":     {len(m.offer), s.Offer()},
			"challenge": {len(m.challenge), s.Challenge()},
			"answer":    {len(m.answer), s.Answer()},
			"signature": {len(m.signature), s.Signature()},
			"opened":    {len(opened), s.Opened()},
		} {
			if size[0] != size[1] {
				t.Errorf("%d bits: %s of %d bytes, want %d", bits, what, size[0], size[1])
			}
		}
	}
	key, err := mixing.NewRSASigner(stream(1), eid, 1024, []byte("m1"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(key.Key().Bytes()), (mixing.Sizes{Modulus: 128}).RSAKey(); got != want {
		t.Errorf("RSA key of %d bytes, want %d", got, want)
	}
}
