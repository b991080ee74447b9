package sharing

import (
	"bevote/internal/cores"
	"bevote/internal/curve"
)

// PublicShares returns p_1 … p_n: p_j = Σ j^l·C_l, by Horner on all cores.
func PublicShares(coefficients []curve.Point, n int) []curve.Point {
	out := make([]curve.Point, n)
	cores.Each(n, func(at int) { out[at] = curve.EvaluatePoints(coefficients, uint32(at+1)) })
	return out
}

// VerifyShares returns the indices, from 1, of the shares that are not
// p_j = Σ j^l·C_l (V47). It first checks them all in one multi-scalar product,
//
//	Σ ρ_j·p_j − Σ_l (Σ_j ρ_j·j^l)·C_l = ∞
//
// with weights drawn from a hash of everything in it, and only if that fails
// computes every p_j: n times the work, but no more however many are wrong.
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

// VerifyDegree tells whether the key at the abscissa 0 and the shares at
// 1 … n are values of one polynomial of degree k−1 at most (V48): then every k
// shares interpolate to the key, so no subset needs to be tried.
//
// It is the dual-code test of SCRAPE (Cascudo and David 2017): for a random g
// of degree n−k, with the key as p_0,
//
//	Σ_{j=0…n} g(j)·v_j·p_j = ∞,   v_j = Π_{l≠j} 1/(j−l) = (−1)^(n−j) / (j!·(n−j)!)
func VerifyDegree(shares []curve.Point, k int, key curve.Point) bool {
	n := len(shares)
	if k < 1 || k > n {
		return false // nothing is said about so few shares
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

// draw returns n weights from a hash of the points that they will be used on,
// so that who chose the points could not know the weights:
// TH("weight", TH("weight", lists of points) ‖ u32 number).
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
