package mixing_test

import (
	"math/big"
	"math/bits"
	"testing"
)

// distance measures by one property how far a signature is from a session. If blinding
// does not hide the property, the distance to the session that gave the signature is
// small.
type distance struct {
	name    string
	measure func(w *twin, session, signature moves) *big.Int
}

func apart(x, y *big.Int) *big.Int { return new(big.Int).Abs(new(big.Int).Sub(x, y)) }

func total(vs []*big.Int) *big.Int {
	sum := num(0)
	for _, v := range vs {
		sum.Add(sum, v)
	}
	return sum
}

func hamming(a, b []byte) *big.Int {
	sum := 0
	for i := range min(len(a), len(b)) {
		sum += bits.OnesCount8(a[i] ^ b[i])
	}
	return num(int64(sum))
}

// answered decodes the answer of a session.
func (w *twin) answered(m moves) (t1, t2 []*big.Int) {
	size := len(w.n.Bytes())
	for i := range w.l {
		t1 = append(t1, new(big.Int).SetBytes(m.answer[80*i:80*i+80]))
		t2 = append(t2, new(big.Int).SetBytes(m.answer[80*w.l+size*i:][:size]))
	}
	return t1, t2
}

func count(vs []*big.Int, ok func(v *big.Int) bool) *big.Int {
	sum := int64(0)
	for _, v := range vs {
		if ok(v) {
			sum++
		}
	}
	return num(sum)
}

var distances = []distance{
	{"the number of ones", func(w *twin, s, f moves) *big.Int {
		_, _, _, c, _, _ := w.split(f.signature)
		return num(int64(max(ones(c)-ones(s.challenge), ones(s.challenge)-ones(c))))
	}},
	{"the challenge", func(w *twin, s, f moves) *big.Int {
		_, _, _, c, _, _ := w.split(f.signature)
		return hamming(c, s.challenge)
	}},
	{"the sum of V1's answers", func(w *twin, s, f moves) *big.Int {
		_, _, _, _, f1, _ := w.split(f.signature)
		t1, _ := w.answered(s)
		shifts := new(big.Int).Mul(num(int64(w.l)), power2(max(w.shift-1, 0)))
		return apart(total(f1), shifts.Add(shifts, total(t1)))
	}},
	{"the parities of V1's answers", func(w *twin, s, f moves) *big.Int {
		_, _, _, _, f1, _ := w.split(f.signature)
		t1, _ := w.answered(s)
		odd := func(v *big.Int) bool { return v.Bit(0) == 1 }
		return apart(count(f1, odd), count(t1, odd))
	}},
	{"the sum of V2's answers", func(w *twin, s, f moves) *big.Int {
		_, _, _, _, _, f2 := w.split(f.signature)
		_, t2 := w.answered(s)
		return apart(total(f2), total(t2))
	}},
	{"the Jacobi symbols of V2's answers", func(w *twin, s, f moves) *big.Int {
		_, _, _, _, _, f2 := w.split(f.signature)
		_, t2 := w.answered(s)
		square := func(v *big.Int) bool { return big.Jacobi(v, w.n) == 1 }
		return apart(count(f2, square), count(t2, square))
	}},
	{"g̃ and z̃", func(w *twin, s, f moves) *big.Int { return hamming(s.offer, f.signature[:2*(len(w.n.Bytes())+8)]) }},
}

// linked is the number of signatures whose nearest session is their own; if several
// sessions are nearest, each counts by its share. A distance without information links
// 1 on average.
func linked(w *twin, all []moves, d distance) (right float64) {
	for i, f := range all {
		var nearest []int
		least := big.NewInt(-1)
		for j, s := range all {
			switch m := d.measure(w, s, f); {
			case least.Sign() < 0 || m.Cmp(least) < 0:
				least, nearest = m, []int{j}
			case m.Cmp(least) == 0:
				nearest = append(nearest, j)
			}
		}
		for _, j := range nearest {
			if j == i {
				right += 1 / float64(len(nearest))
			}
		}
	}
	return right
}

const sessions = 16

// No distance links signatures to sessions. 7 of 16 or more are linked by chance with a
// probability of 1 in ten thousand.
func TestUnlinkable(t *testing.T) {
	c := newFixture(t, 256, 64, 1)
	w := newTwin(c.manager.Modulus().Bytes(), 64)
	var all []moves
	for i := range sessions {
		all = append(all, issue(t, c.group, c.members[0], stream(byte(100+i)), message(byte(i))))
	}
	for _, d := range distances {
		right := linked(w, all, d)
		t.Logf("by %s: %.1f of %d", d.name, right, sessions)
		if right >= 7 {
			t.Errorf("by %s %.1f of %d signatures are linked", d.name, right, sessions)
		}
	}
}

// With one part of the blinding left out, a distance links them.
func TestLinkable(t *testing.T) {
	c := newFixture(t, 256, 64, 0)
	for _, flaw := range []struct {
		name  string
		apply func(w *twin)
		by    string
		least float64
	}{
		{"challenges of any weight", func(w *twin) { w.anyWeight = true }, "the number of ones", 7},
		{"no permutation", func(w *twin) { w.unpermuted = true }, "the challenge", sessions},
		{"no shifts", func(w *twin) { w.shift = 0 }, "the sum of V1's answers", sessions},
		{"shifts no longer than r_i", func(w *twin) { w.shift = 636 }, "the sum of V1's answers", sessions / 2},
	} {
		w := newTwin(c.manager.Modulus().Bytes(), 64)
		who := twinMember(w, 256, 33)
		flaw.apply(w)
		var all []moves
		for i := range sessions {
			all = append(all, w.issue(stream(byte(100+i)), who, message(byte(i))))
		}
		for _, d := range distances {
			if d.name != flaw.by {
				continue
			}
			right := linked(w, all, d)
			t.Logf("%s: by %s %.1f of %d", flaw.name, d.name, right, sessions)
			if right < flaw.least {
				t.Errorf("%s: by %s only %.1f of %d signatures are linked", flaw.name, d.name, right, sessions)
			}
		}
	}
}
