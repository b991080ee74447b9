package sharing

import (
	"bevote/internal/cores"
	"bevote/internal/curve"
)

// PublicShares returns p_1 … p_n from C_0 … C_K−1, on all cores: p_j = Σ_l j^l·C_l.
func PublicShares(coefficients []curve.Point, n int) []curve.Point {
	out := make([]curve.Point, n)
	cores.Each(n, func(at int) { out[at] = curve.EvaluatePoints(coefficients, uint32(at+1)) })
	return out
}

// VerifyShares returns the indices, from 1, of the shares that are not p_j = Σ_l
// j^l·C_l. It verifies all together with random weights (Bellare, Garay and Rabin
// 1998),
//
//	Σ_j ρ_j·p_j − Σ_l (Σ_j ρ_j·j^l)·C_l = ∞
//
// and only if that does not hold computes every p_j.
func VerifyShares(coefficients, shares []curve.Point) (bad []int) {
	weights := draw(len(shares), coefficients, shares)
	abscissas := make([]curve.Scalar, len(shares))
	powers := make([]curve.Scalar, len(shares)) // −ρ_j·j^l for the l at hand
	for j := range powers {
		abscissas[j], powers[j] = integer(j+1), weights[j].Neg()
	}
	scalars := append([]curve.Scalar(nil), weights...)
	for range coefficients {
		var column curve.Scalar
		for j := range powers {
			column = column.Add(powers[j])
			powers[j] = powers[j].Mul(abscissas[j])
		}
		scalars = append(scalars, column)
	}
	if curve.Product(scalars, append(append([]curve.Point(nil), shares...), coefficients...)).IsInfinity() {
		return nil
	}
	for j, want := range PublicShares(coefficients, len(shares)) {
		if shares[j] != want {
			bad = append(bad, j+1)
		}
	}
	return bad
}

// VerifyDegree reports whether the key at the abscissa 0 and the shares at 1 … n are
// values, times G, of one polynomial of degree at most k−1. Then any k shares
// interpolate to the key. It is false for k < 1 and k > n.
//
// It is the dual-code test of SCRAPE (Cascudo and David 2017). With p_0 for the key
// and a random polynomial g of degree n−k,
//
//	Σ_{j=0…n} g(j)·v_j·p_j = ∞     v_j = Π_{l≠j} 1/(j−l) = (−1)^(n−j)/(j!·(n−j)!)
func VerifyDegree(shares []curve.Point, k int, key curve.Point) bool {
	n := len(shares)
	if k < 1 || k > n {
		return false
	}
	points := append([]curve.Point{key}, shares...)
	g := draw(n-k+1, points)
	factorials := make([]curve.Scalar, n+1)
	factorials[0] = curve.NewScalar(1)
	for j := 1; j <= n; j++ {
		factorials[j] = factorials[j-1].Mul(curve.NewScalar(uint32(j)))
	}
	scalars := make([]curve.Scalar, n+1)
	cores.Each(n+1, func(j int) {
		v := factorials[j].Mul(factorials[n-j]).Inverse()
		if (n-j)%2 == 1 {
			v = v.Neg()
		}
		scalars[j] = v.Mul(curve.Evaluate(g, uint32(j)))
	})
	return curve.Product(scalars, points).IsInfinity()
}

// draw returns n random scalars. They are a hash of the points that they are used
// on: they are not known before the points are chosen, and every verifier gets the
// same.
//
//	seed = TH("weight", lists of points)     ρ_i = TH("weight", seed ‖ u32 i) mod q     i = 0 … n−1
func draw(n int, lists ...[]curve.Point) []curve.Scalar {
	var all curve.Encoder
	for _, list := range lists {
		all = all.Points(list...)
	}
	seed := curve.TaggedHash("weight", all)
	out := make([]curve.Scalar, n)
	for i := range out {
		out[i] = curve.ReduceScalar(curve.TaggedHash("weight", seed[:], curve.Encoder(nil).U32(uint32(i))))
	}
	return out
}
