package ballot_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/templates"
)

// fixture is a place, a candidate's key with its secret, and a plaintext.
type fixture struct {
	x    curve.Scalar
	key  curve.Point
	at   ballot.Place
	says ballot.Plain
}

func newFixture(n byte) fixture {
	draw := func(what string) curve.Scalar { return curve.ReduceScalar(curve.TaggedHash(what, []byte{n})) }
	b := fixture{x: draw("key"), says: ballot.Plain{Share: draw("share"), Candidate: 2}}
	b.key = curve.BaseMul(b.x)
	b.at = ballot.Place{EID: curve.TaggedHash("eid", []byte{n}), PublicShare: curve.BaseMul(b.says.Share).Key()}
	copy(b.at.Outpoint[:], bytes.Repeat([]byte{n}, 36))
	return b
}

// forms are a ballot of each kind.
func forms() map[string]fixture {
	plain, salted, custodial := newFixture(1), newFixture(2), newFixture(3)
	salted.says.Salt = []byte("twelve bytes")
	custodial.at.PublicShare = curve.PublicKey{}
	return map[string]fixture{"plain": plain, "salted": salted, "custodial": custodial}
}

func same(a, b ballot.Plain) bool {
	return a.Share.Equal(b.Share) && a.Candidate == b.Candidate && bytes.Equal(a.Salt, b.Salt)
}

func TestSealAndOpen(t *testing.T) {
	for name, b := range forms() {
		v := ballot.Seal(b.says, b.at, b.key)
		s, err := ballot.Parse(v)
		if err != nil || s.Salted() != (name == "salted") {
			t.Fatalf("%s: %v, salted %v", name, err, s.Salted())
		}
		want := map[bool]int{false: templates.PlainBallot, true: templates.SaltedBallot}[s.Salted()]
		if len(v) != want || v[0] != 0xb1+byte(len(v)-68)/12 {
			t.Errorf("%s: %d bytes beginning %02x", name, len(v), v[0])
		}
		if m, err := ballot.OpenWith(v, b.at, s.R.Mul(b.x), b.key); err != nil || !same(m, b.says) {
			t.Errorf("%s: does not open with D: %v", name, err)
		}
		if m, err := ballot.Open(v, b.at, b.x); err != nil || !same(m, b.says) {
			t.Errorf("%s: does not open: %v", name, err)
		}
		if !ballot.Recomputes(v, b.says, b.at, b.key) {
			t.Errorf("%s: does not recompute", name)
		}
		if !bytes.Equal(v, ballot.Seal(b.says, b.at, b.key)) {
			t.Errorf("%s: two ballots of one plaintext", name)
		}
	}
}

// The layout by hand, from docs/protocol.md.
func TestLayout(t *testing.T) {
	b := forms()["salted"]
	share := b.says.Share.Bytes()
	m := append(append(share[:], 0, 2), "twelve bytes"...)
	r := curve.ReduceScalar(curve.TaggedHash("ballot", m, b.at.EID[:], b.at.Outpoint[:], b.at.PublicShare[:]))
	R, D := curve.BaseMul(r).Key(), b.key.Mul(r).Key()
	pad := curve.KDF(bytes.Join([][]byte{D[:], R[:], b.at.EID[:], b.at.Outpoint[:]}, nil), 46)
	for i := range m {
		m[i] ^= pad[i]
	}
	want := append(append([]byte{0xb2}, R[:]...), m...)
	if got := ballot.Seal(b.says, b.at, b.key); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	for name, b := range forms() {
		v := ballot.Seal(b.says, b.at, b.key)
		for i := range v {
			for bit := range 8 {
				if bit > 0 && i > 0 && i%8 != 0 {
					continue // one bit of most bytes, all bits of some
				}
				lie := bytes.Clone(v)
				lie[i] ^= 1 << bit
				if _, err := ballot.Open(lie, b.at, b.x); err == nil {
					t.Errorf("%s: opens with bit %d of byte %d flipped", name, bit, i)
				}
				if ballot.Recomputes(lie, b.says, b.at, b.key) {
					t.Errorf("%s: recomputes with bit %d of byte %d flipped", name, bit, i)
				}
			}
		}
		for size := range v {
			if _, err := ballot.Parse(v[:size]); err == nil {
				t.Errorf("%s: %d bytes parse", name, size)
			}
		}
		if _, err := ballot.Parse(append(v, 0)); err == nil {
			t.Errorf("%s: a byte too many parses", name)
		}
	}
}

// At another place, or with another key, the same bytes do not open: a copied ballot is
// no vote.
func TestOtherPlacesAndKeys(t *testing.T) {
	other := newFixture(9)
	for name, b := range forms() {
		v := ballot.Seal(b.says, b.at, b.key)
		for what, lie := range map[string]func(*fixture){
			"election": func(b *fixture) { b.at.EID[0] ^= 1 },
			"outpoint": func(b *fixture) { b.at.Outpoint[35] ^= 1 },
			"share":    func(b *fixture) { b.at.PublicShare = other.at.PublicShare },
			"key":      func(b *fixture) { b.x, b.key = other.x, other.key },
			"sign":     func(b *fixture) { b.x, b.key = b.x.Neg(), b.key.Neg() },
			"zero key": func(b *fixture) { b.x, b.key = curve.Scalar{}, curve.Point{} },
		} {
			at := b
			lie(&at)
			if _, err := ballot.Open(v, at.at, at.x); err == nil {
				t.Errorf("%s: opens with another %s", name, what)
			}
			if ballot.Recomputes(v, b.says, at.at, at.key) {
				t.Errorf("%s: recomputes with another %s", name, what)
			}
		}
		for what, lie := range map[string]func(*ballot.Plain){
			"share":        func(m *ballot.Plain) { m.Share = m.Share.Add(curve.NewScalar(1)) },
			"candidate":    func(m *ballot.Plain) { m.Candidate = 1 },
			"no candidate": func(m *ballot.Plain) { m.Candidate = 0 },
			"far":          func(m *ballot.Plain) { m.Candidate += 1 << 16 },
			"salt":         func(m *ballot.Plain) { m.Salt = []byte("other twelve") },
			"short salt":   func(m *ballot.Plain) { m.Salt = []byte("short") },
		} {
			m := b.says
			lie(&m)
			if ballot.Recomputes(v, m, b.at, b.key) {
				t.Errorf("%s: recomputes with another %s", name, what)
			}
		}
	}
}

// The lie: a ballot sealed to ∞, whose D = ∞ is public.
func TestKeyAtInfinity(t *testing.T) {
	b := newFixture(1)
	v := ballot.Seal(b.says, b.at, curve.Point{})
	if _, err := ballot.Open(v, b.at, curve.Scalar{}); err == nil || ballot.Recomputes(v, b.says, b.at, curve.Point{}) {
		t.Error("a ballot to infinity opens")
	}
}

// A voter seals the share of another: the bytes recompute, but s_i·G is not p_i.
func TestShareOfAnother(t *testing.T) {
	b := newFixture(1)
	b.says.Share = newFixture(9).says.Share
	v := ballot.Seal(b.says, b.at, b.key)
	if _, err := ballot.Open(v, b.at, b.x); err == nil {
		t.Error("a wrong share opens")
	}
	if ballot.Recomputes(v, b.says, b.at, b.key) {
		t.Error("a wrong share recomputes")
	}
}

// A ballot that decrypts to votes for two candidates: one R, and a ciphertext that each
// key decrypts to its own candidate's number. A cipher that does not commit to its
// plaintext would open for both. Here it opens for the one whose plaintext gives R, or
// for neither.
func TestTwoReadings(t *testing.T) {
	alice, bob := newFixture(1), newFixture(4)
	bob.at, bob.says.Share = alice.at, alice.says.Share
	alice.says.Candidate, bob.says.Candidate = 1, 2
	v := ballot.Seal(alice.says, alice.at, alice.key)
	s, err := ballot.Parse(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ballot.Open(v, bob.at, bob.x); err == nil {
		t.Error("alice's ballot opens for bob")
	}
	// The same R, with the ciphertext that bob decrypts to his vote.
	D := s.R.Mul(bob.x)
	pad := curve.KDF(curve.Encoder(nil).Point(D).Point(s.R).Raw(bob.at.EID[:]).Raw(bob.at.Outpoint[:]), 34)
	text := curve.Encoder(nil).Scalar(bob.says.Share).U16(2)
	for i := range text {
		text[i] ^= pad[i]
	}
	lie := append(bytes.Clone(v[:34]), text...)
	for name, b := range map[string]fixture{"alice": alice, "bob": bob} {
		if _, err := ballot.Open(lie, b.at, b.x); err == nil {
			t.Errorf("a ballot of foreign randomness opens for %s", name)
		}
	}
	if ballot.Recomputes(v, bob.says, bob.at, bob.key) || ballot.Recomputes(v, bob.says, bob.at, alice.key) {
		t.Error("a second plaintext recomputes")
	}
}

func TestDisavowal(t *testing.T) {
	b, who := newFixture(1), ballot.Parties{I: 3, J: 2}
	junk := ballot.Seal(b.says, b.at, b.key)
	junk[60] ^= 1
	D, proof, err := ballot.Disavow(b.x, junk, b.at, who)
	if err != nil || !ballot.VerifyDisavowal(junk, b.at, who, b.key, D, proof) {
		t.Fatal("an honest disavowal is refused", err)
	}
	if _, err := ballot.OpenWith(junk, b.at, D, b.key); err == nil {
		t.Error("junk opens with D")
	}
	// The context by docs/protocol.md: u32 i ‖ outpoint ‖ u16 j.
	prover := append(append([]byte{0, 0, 0, 3}, b.at.Outpoint[:]...), 0, 2)
	R, err := curve.DecodePoint(junk[1:34])
	context := curve.Context{Tag: "disavowal", EID: b.at.EID, Prover: prover}
	if err != nil || !curve.VerifyEquality(context, proof, b.key, R, D) {
		t.Error("another context", err)
	}
	other := newFixture(9)
	election, outpoint := b.at, b.at
	election.EID[9] ^= 1
	outpoint.Outpoint[9] ^= 1
	otherR := append(append(bytes.Clone(junk[:1]), ballot.Seal(other.says, other.at, other.key)[1:34]...), junk[34:]...)
	for name, ok := range map[string]bool{
		"another election": ballot.VerifyDisavowal(junk, election, who, b.key, D, proof),
		"another outpoint": ballot.VerifyDisavowal(junk, outpoint, who, b.key, D, proof),
		"another voter":    ballot.VerifyDisavowal(junk, b.at, ballot.Parties{I: 4, J: 2}, b.key, D, proof),
		"another author":   ballot.VerifyDisavowal(junk, b.at, ballot.Parties{I: 3, J: 1}, b.key, D, proof),
		"another key":      ballot.VerifyDisavowal(junk, b.at, who, other.key, D, proof),
		"another D":        ballot.VerifyDisavowal(junk, b.at, who, b.key, D.Neg(), proof),
		"infinite D":       ballot.VerifyDisavowal(junk, b.at, who, b.key, curve.Point{}, proof),
		"another R":        ballot.VerifyDisavowal(otherR, b.at, who, b.key, D, proof),
		"no ballot":        ballot.VerifyDisavowal(junk[:67], b.at, who, b.key, D, proof),
	} {
		if ok {
			t.Errorf("disavowal accepted: %s", name)
		}
	}
	if _, _, err := ballot.Disavow(b.x, nil, b.at, who); err == nil {
		t.Error("a disavowal of nothing")
	}
}

// The lie: the holder of the key disavows a ballot that opens. The proof requires the
// right D, and D opens the ballot.
func TestDisowningAGoodBallot(t *testing.T) {
	b, who := newFixture(1), ballot.Parties{I: 3, J: 2}
	v := ballot.Seal(b.says, b.at, b.key)
	D, proof, _ := ballot.Disavow(b.x, v, b.at, who)
	if !ballot.VerifyDisavowal(v, b.at, who, b.key, D, proof) {
		t.Fatal("the proof is true")
	}
	if m, err := ballot.OpenWith(v, b.at, D, b.key); err != nil || !same(m, b.says) {
		t.Error("the ballot is disowned")
	}
	D, proof, _ = ballot.Disavow(b.x.Add(curve.NewScalar(1)), v, b.at, who)
	if ballot.VerifyDisavowal(v, b.at, who, b.key, D, proof) {
		t.Error("another D passes")
	}
}

func TestPlainPrintsNothing(t *testing.T) {
	m := newFixture(1).says
	m.Candidate, m.Salt = 48879, []byte("twelve bytes")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		for _, v := range []any{m, &m, []ballot.Plain{m}} {
			for _, secret := range []string{"48879", "beef", "twelve"} {
				if text := fmt.Sprintf(verb, v); strings.Contains(text, secret) {
					t.Errorf("%s shows %s", verb, text)
				}
			}
		}
	}
}

func TestSealPanicsOnNoBallot(t *testing.T) {
	b := newFixture(1)
	for name, m := range map[string]ballot.Plain{
		"no candidate": {Share: b.says.Share}, "short salt": {Share: b.says.Share, Candidate: 1, Salt: []byte{1}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is sealed", name)
				}
			}()
			ballot.Seal(m, b.at, b.key)
		}()
	}
}

func FuzzParse(f *testing.F) {
	all := forms()
	for _, b := range all {
		f.Add(ballot.Seal(b.says, b.at, b.key))
	}
	f.Add(bytes.Repeat([]byte{0xb1}, 68))
	f.Fuzz(func(t *testing.T, v []byte) {
		s, err := ballot.Parse(v)
		if err != nil {
			return
		}
		again := append(curve.Encoder{v[0]}.Point(s.R), s.Cipher...)
		if !bytes.Equal(again, v) || s.Salted() != (v[0] == 0xb2) {
			t.Fatal("parses to something else")
		}
		for name, b := range all {
			if m, err := ballot.Open(v, b.at, b.x); err == nil && !bytes.Equal(ballot.Seal(m, b.at, b.key), v) {
				t.Fatalf("%s: opens to another ballot", name)
			}
		}
	})
}

// Seal, Open and Recomputes, against one product of a point and a scalar.
func BenchmarkBallot(b *testing.B) {
	at := newFixture(1)
	v := ballot.Seal(at.says, at.at, at.key)
	start := time.Now()
	for range 100 {
		at.key.Mul(at.x)
	}
	product := float64(time.Since(start).Nanoseconds()) / 100
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/product, "×product")
		})
	}
	run("seal", func() { ballot.Seal(at.says, at.at, at.key) })
	run("open", func() { ballot.Open(v, at.at, at.x) })
	run("recompute", func() { ballot.Recomputes(v, at.says, at.at, at.key) })
}
