package sharing_test

import (
	"math/rand/v2"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

// polynomial returns k coefficients, their points, and the shares of 1 … n in a random
// order.
func polynomial(t testing.TB, k, n int) (c []curve.Scalar, points []curve.Point, shares []sharing.Share) {
	t.Helper()
	r := rand.NewChaCha8([32]byte{byte(k), byte(n), 3})
	for range k {
		s, err := curve.RandomScalar(r)
		if err != nil {
			t.Fatal(err)
		}
		c, points = append(c, s), append(points, curve.BaseMul(s))
	}
	for _, j := range rand.New(r).Perm(n) {
		shares = append(shares, sharing.Share{I: j + 1, S: naiveValue(c, j+1)})
	}
	return c, points, shares
}

func small(v int) curve.Scalar { return curve.NewScalar(uint32(v)) }

func naiveValue(c []curve.Scalar, x int) (sum curve.Scalar) {
	power := small(1)
	for _, a := range c {
		sum = sum.Add(a.Mul(power))
		power = power.Mul(small(x))
	}
	return sum
}

// naiveLagrange is the paper's formula (section 4.1), S = Σ s_j Π i/(i−j), at any
// abscissa.
func naiveLagrange(points []sharing.Share, at int) (sum curve.Scalar) {
	for _, p := range points {
		term := p.S
		for _, o := range points {
			if o.I != p.I {
				term = term.Mul(small(o.I).Sub(small(at))).Mul(small(o.I).Sub(small(p.I)).Inverse())
			}
		}
		sum = sum.Add(term)
	}
	return sum
}

func TestInterpolateAgainstLagrange(t *testing.T) {
	for _, k := range []int{1, 2, 3, 17, 40} {
		c, _, shares := polynomial(t, k, 45)
		for _, at := range []int{0, 1, 7, 45, 1000} {
			want := naiveLagrange(shares[:k], at)
			if got := sharing.Interpolate(shares[:k], at); !got.Equal(want) || !got.Equal(naiveValue(c, at)) {
				t.Errorf("k = %d: wrong value at %d", k, at)
			}
		}
		for j, s := range sharing.AllShares(shares[45-k:], 45) {
			if !s.Equal(naiveValue(c, j+1)) {
				t.Errorf("k = %d: wrong share of %d", k, j+1)
			}
		}
	}
	far := []sharing.Share{{I: 65535, S: small(3)}, {I: 1, S: small(4)}}
	if !sharing.Interpolate(far, 0).Equal(naiveLagrange(far, 0)) {
		t.Error("wrong value from far abscissas")
	}
	if !sharing.Interpolate(nil, 0).IsZero() {
		t.Error("a value without points")
	}
}

func TestOnOnePolynomial(t *testing.T) {
	_, _, shares := polynomial(t, 6, 20)
	if !sharing.OnOnePolynomial(shares, 6) || !sharing.OnOnePolynomial(shares, 7) ||
		!sharing.OnOnePolynomial(shares[:5], 5) {
		t.Error("true shares refused")
	}
	if sharing.OnOnePolynomial(shares, 5) || sharing.OnOnePolynomial(shares[:6], 5) {
		t.Error("a higher degree accepted")
	}
	for i := range shares {
		lie := append([]sharing.Share(nil), shares...)
		lie[i].S = lie[i].S.Add(small(1))
		if sharing.OnOnePolynomial(lie, 6) {
			t.Errorf("a wrong share of %d accepted", shares[i].I)
		}
	}
}

func TestPublicSharesAgainstSecretOnes(t *testing.T) {
	c, points, _ := polynomial(t, 9, 30)
	for j, p := range sharing.PublicShares(points, 30) {
		if p != curve.BaseMul(naiveValue(c, j+1)) {
			t.Errorf("public share %d is wrong", j+1)
		}
	}
}

func TestWrongPublicShares(t *testing.T) {
	_, points, _ := polynomial(t, 5, 12)
	shares := sharing.PublicShares(points, 12)
	G := curve.BaseMul(small(1))
	for name, lie := range map[string]struct {
		change func([]curve.Point)
		bad    []int
	}{
		"one off":        {func(s []curve.Point) { s[3] = s[3].Add(G) }, []int{4}},
		"negated":        {func(s []curve.Point) { s[11] = s[11].Neg() }, []int{12}},
		"infinity":       {func(s []curve.Point) { s[0] = curve.Point{} }, []int{1}},
		"swapped":        {func(s []curve.Point) { s[1], s[2] = s[2], s[1] }, []int{2, 3}},
		"they cancel":    {func(s []curve.Point) { s[5], s[7] = s[5].Add(G), s[7].Add(G.Neg()) }, []int{6, 8}},
		"shifted by one": {func(s []curve.Point) { copy(s, s[1:]) }, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
	} {
		said := append([]curve.Point(nil), shares...)
		lie.change(said)
		bad := sharing.VerifyShares(points, said)
		if len(bad) != len(lie.bad) {
			t.Errorf("%s: bad %v, want %v", name, bad, lie.bad)
			continue
		}
		for i := range bad {
			if bad[i] != lie.bad[i] {
				t.Errorf("%s: bad %v, want %v", name, bad, lie.bad)
			}
		}
		if sharing.VerifyDegree(said, 5, points[0]) {
			t.Errorf("%s: the degree test passes", name)
		}
	}
}

// VerifyDegree, without coefficients, refuses a key that is not that of the shares, and
// shares of a higher degree.
func TestVerifyDegree(t *testing.T) {
	_, points, _ := polynomial(t, 5, 12)
	shares, key := sharing.PublicShares(points, 12), points[0]
	for k := 5; k <= 12; k++ {
		if !sharing.VerifyDegree(shares, k, key) {
			t.Errorf("degree 4 refused for k = %d", k)
		}
	}
	for k := -1; k < 5; k++ {
		if sharing.VerifyDegree(shares, k, key) {
			t.Errorf("degree 4 accepted for k = %d", k)
		}
	}
	if sharing.VerifyDegree(shares, 5, key.Neg()) || sharing.VerifyDegree(shares, 12, key.Neg()) ||
		sharing.VerifyDegree(shares, 13, key) {
		t.Error("another key accepted")
	}
	if !sharing.VerifyDegree(sharing.PublicShares(points, 5), 5, key) {
		t.Error("n = k refused")
	}
}
