package mixing_test

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"bevote/internal/mixing"
)

func TestMemberProof(t *testing.T) {
	c := newFixture(t, 512, 16, 0)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	_, b := w.join(stream(17), []byte{7})
	z := 4
	rounds := z + len(w.n.Bytes()) + 8
	challenge := rounds + 4
	with := func(at int, v []byte) []byte { return patch(b, at, v) }
	minus := new(big.Int).Sub(w.p, new(big.Int).SetBytes(b[z:rounds]))
	_, other := newTwin(c.manager.Modulus().Bytes(), 14).join(stream(17), []byte{7})
	for _, lie := range []struct {
		name string
		b    []byte
		who  string
		want string
	}{
		{"an honest member", b, "\x07", ""},
		{"another mixer's key", b, "\x08", "not proved"},
		{"z = 1", with(z, w.elements(num(1))), "\x07", "z is not between"},
		{"z = p", with(z, w.elements(w.p)), "\x07", "z is not between"},
		{"z outside the group", with(z, w.elements(minus)), "\x07", "z^n"},
		{"another z", with(z, w.elements(w.g)), "\x07", "not proved"},
		{"another challenge", with(challenge, []byte{b[challenge] ^ 1}), "\x07", "not proved"},
		{"another answer", with(len(b)-1, []byte{b[len(b)-1] ^ 1}), "\x07", "not proved"},
		{"fewer rounds", other, "\x07", "proof of 14 rounds, want 16"},
	} {
		m, err := mixing.DecodeMember(lie.b)
		if err != nil {
			t.Fatal(lie.name, err)
		}
		err = c.group.CheckMember(m, []byte(lie.who))
		if (err == nil) != (lie.want == "") || err != nil && !strings.Contains(err.Error(), lie.want) {
			t.Errorf("%s: got %v, want %q", lie.name, err, lie.want)
		}
	}
	// With 14 rounds two bits of a challenge are left over.
	c14, err := mixing.NewGroup(eid, c.manager.Modulus(), 14)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := mixing.DecodeMember(patch(other, challenge+1, []byte{other[challenge+1] | 1}))
	if err := c14.CheckMember(m, []byte{7}); err == nil || !strings.Contains(err.Error(), "longer than 14 bits") {
		t.Errorf("a longer challenge: %v", err)
	}
}

func TestAdmit(t *testing.T) {
	c := newFixture(t, 512, 16, 1)
	w := newTwin(c.manager.Modulus().Bytes(), 16)
	s, err := c.group.NewSigner(stream(18), []byte{7})
	if err != nil {
		t.Fatal(err)
	}
	member := s.Member().Bytes()
	number := func(v *big.Int) []byte { return fixed(v, 64) }
	withKey := func(y *big.Int) []byte { return patch(member, 4, w.elements(exp(w.g, y, w.p))) }
	minus := new(big.Int).Sub(w.n, w.delta)
	p, _ := factors(stream(1), 512)
	for _, lie := range []struct {
		name      string
		member, y []byte
		want      string
	}{
		{"another's y", member, c.members[0].Request(), "z is not g^y"},
		{"another's key", c.members[0].Member().Bytes(), c.members[0].Request(), "member 00 has the same y"},
		{"y = 0", member, number(num(0)), "out of range"},
		{"y = 1", withKey(num(1)), number(num(1)), "not what a membership key has"},
		{"y = n", member, number(w.n), "out of range"},
		{"y = −δ", withKey(minus), number(minus), "not what a membership key has"},
		{"y shares a factor with n", withKey(p), number(p), "not what a membership key has"},
		{"a short y", member, s.Request()[1:], "cut short"},
		{"a short member", member[1:], s.Request(), "member"},
	} {
		if _, err := c.manager.Admit([]byte{7}, lie.member, lie.y); err == nil || !strings.Contains(err.Error(), lie.want) {
			t.Errorf("%s: got %v, want %q", lie.name, err, lie.want)
		}
	}
	certificate, err := c.manager.Admit([]byte{7}, member, s.Request())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.manager.Admit([]byte{7}, member, s.Request()); err != nil || !bytes.Equal(again, certificate) {
		t.Errorf("admitted again: another certificate, %v", err)
	}
	if _, err := c.manager.Admit([]byte{0}, member, s.Request()); err == nil || !strings.Contains(err.Error(), "another y") {
		t.Errorf("a second key under one name: %v", err)
	}
	changed := bytes.Clone(certificate)
	changed[10] ^= 1
	for what, wrong := range map[string][]byte{"changed": changed, "short": certificate[1:], "zero": make([]byte, 64)} {
		if s.Accept(wrong) == nil {
			t.Errorf("a %s certificate is accepted", what)
		}
	}
	if err := s.Accept(certificate); err != nil {
		t.Error(err)
	}
	if _, ok := c.manager.Opens(nil); ok {
		t.Error("nothing opens")
	}
	other := newTwin(c.manager.Modulus().Bytes(), 16).issue(stream(19), twinMember(w, 512, 60), message(1))
	if who, ok := c.manager.Opens(other.signature); ok {
		t.Errorf("a signature of no member opens as %x", who)
	}
}

// The bounds of a manager's modulus. One seed gives one modulus.
func TestManager(t *testing.T) {
	for _, bits := range []int{0, 255, 1<<14 + 1} {
		if _, err := mixing.NewManager(stream(1), eid, bits); err == nil {
			t.Errorf("a modulus of %d bits", bits)
		}
	}
	if _, err := mixing.NewManager(strings.NewReader("short"), eid, 512); err == nil {
		t.Error("a manager without randomness")
	}
	one, two := mustManager(t, 257).Modulus(), mustManager(t, 257).Modulus()
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same seed, another modulus")
	}
	if err := one.Check(eid, 257); err != nil {
		t.Error(err)
	}
	if _, err := mixing.NewGroup(eid, mixing.Modulus{}, 16); err == nil {
		t.Error("a group without a modulus")
	}
	if (mixing.Modulus{}).Check(eid, 257) == nil {
		t.Error("no modulus passes")
	}
}
