package curve_test

import (
	"testing"

	"bevote/internal/curve"
)

var context = curve.Context{Tag: "a proof", EID: [32]byte{1}, Key: 2, Prover: []byte("a prover")}

// otherContexts differ from context in one part each.
func otherContexts() map[string]curve.Context {
	tag, eid, key, prover, longer := context, context, context, context, context
	tag.Tag = "another proof"
	eid.EID[31] = 1
	key.Key = 3
	prover.Prover = []byte("a provex")
	longer.Prover = []byte("a prover ")
	return map[string]curve.Context{"tag": tag, "election": eid, "key": key, "prover": prover, "longer prover": longer}
}

func TestPossession(t *testing.T) {
	r := seeded(3)
	s := randomScalars(r, 3)
	X, bind := curve.BaseMul(s[0]), []curve.Point{curve.BaseMul(s[1]), curve.BaseMul(s[2])}
	p := curve.ProvePossession(context, s[0], bind...)
	if !curve.VerifyPossession(context, p, X, bind...) {
		t.Fatal("an honest proof is refused")
	}
	for name, c := range otherContexts() {
		if curve.VerifyPossession(c, p, X, bind...) {
			t.Errorf("a proof passes with another %s", name)
		}
	}
	one := curve.NewScalar(1)
	for name, ok := range map[string]bool{
		"another point":  curve.VerifyPossession(context, p, bind[0], bind...),
		"its negative":   curve.VerifyPossession(context, p, X.Neg(), bind...),
		"infinity":       curve.VerifyPossession(context, p, curve.Point{}, bind...),
		"bound less":     curve.VerifyPossession(context, p, X, bind[0]),
		"bound swapped":  curve.VerifyPossession(context, p, X, bind[1], bind[0]),
		"bound infinity": curve.VerifyPossession(context, p, X, bind[0], curve.Point{}),
		"changed e":      curve.VerifyPossession(context, curve.Proof{E: p.E.Add(one), Z: p.Z}, X, bind...),
		"changed z":      curve.VerifyPossession(context, curve.Proof{E: p.E, Z: p.Z.Add(one)}, X, bind...),
		"zero proof":     curve.VerifyPossession(context, curve.Proof{}, X, bind...),
	} {
		if ok {
			t.Errorf("accepted: %s", name)
		}
	}
}

// The lie: a proof of the secret 0 behind ∞. Any e and z = w give z·G − e·∞ = w·G.
func TestPossessionOfInfinityIsRefused(t *testing.T) {
	p := curve.ProvePossession(context, curve.Scalar{})
	if curve.VerifyPossession(context, p, curve.Point{}) {
		t.Error("infinity is possessed")
	}
}

func TestEquality(t *testing.T) {
	r := seeded(5)
	s := randomScalars(r, 3)
	X, base := curve.BaseMul(s[0]), curve.BaseMul(s[1])
	Y, p := curve.ProveEquality(context, s[0], base)
	if Y != base.Mul(s[0]) || !curve.VerifyEquality(context, p, X, base, Y) {
		t.Fatal("an honest proof is refused")
	}
	for name, c := range otherContexts() {
		if curve.VerifyEquality(c, p, X, base, Y) {
			t.Errorf("a proof passes with another %s", name)
		}
	}
	other, one := curve.BaseMul(s[2]), curve.NewScalar(1)
	for name, ok := range map[string]bool{
		"another X":     curve.VerifyEquality(context, p, other, base, Y),
		"another base":  curve.VerifyEquality(context, p, X, other, Y),
		"another Y":     curve.VerifyEquality(context, p, X, base, other),
		"swapped":       curve.VerifyEquality(context, p, Y, base, X),
		"infinite X":    curve.VerifyEquality(context, p, curve.Point{}, base, Y),
		"infinite base": curve.VerifyEquality(context, p, X, curve.Point{}, Y),
		"infinite Y":    curve.VerifyEquality(context, p, X, base, curve.Point{}),
		"bound more":    curve.VerifyEquality(context, p, X, base, Y, other),
		"changed e":     curve.VerifyEquality(context, curve.Proof{E: p.E.Add(one), Z: p.Z}, X, base, Y),
		"changed z":     curve.VerifyEquality(context, curve.Proof{E: p.E, Z: p.Z.Add(one)}, X, base, Y),
	} {
		if ok {
			t.Errorf("accepted: %s", name)
		}
	}
	// The lie: a proof for one point with the point of another secret.
	lie, _ := curve.ProveEquality(context, s[2], base)
	if curve.VerifyEquality(context, p, X, base, lie) {
		t.Error("another secret's point accepted")
	}
}

// The lie: both sides at infinity, where every answer fits.
func TestEqualityAtInfinityIsRefused(t *testing.T) {
	x, G := curve.NewScalar(6), curve.BaseMul(curve.NewScalar(1))
	Y, p := curve.ProveEquality(context, x, curve.Point{})
	if curve.VerifyEquality(context, p, curve.BaseMul(x), curve.Point{}, Y) {
		t.Error("equality to the base infinity accepted")
	}
	Y, p = curve.ProveEquality(context, curve.Scalar{}, G.Add(G))
	if curve.VerifyEquality(context, p, curve.Point{}, G.Add(G), Y) {
		t.Error("equality by the secret 0 accepted")
	}
}

func TestDecodeProofRefuses(t *testing.T) {
	q := unhex(t, order)
	zero := make([]byte, 32)
	for name, b := range map[string][]byte{
		"empty": nil, "short": zero, "long": make([]byte, 65),
		"e = q": append(append([]byte{}, q...), zero...), "z = q": append(append([]byte{}, zero...), q...),
	} {
		if _, err := curve.DecodeProof(b); err == nil {
			t.Errorf("proof accepted: %s", name)
		}
	}
}
