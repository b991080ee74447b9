package ballot

import (
	"bytes"

	"bevote/internal/curve"
)

// Opening claims that a ballot is Plain, sealed to Key at a place.
type Opening struct {
	Sealed Sealed
	Plain  Plain
	At     Place
	Key    curve.Point
}

// RecomputeAll reports for each opening whether it [Recomputes]. It uses one core. For
// many openings to few keys it is several times faster: [Recomputes] computes r·G and
// s_i·G, while RecomputeAll verifies all R = r·G and p_i = s_i·G together
// ([curve.VerifyEquations]). D = r·PU_j is input to a hash, so it is computed for
// each.
func RecomputeAll(openings []Opening) []bool {
	recompute := make([]bool, len(openings))
	var equations []curve.Equation
	var of []int
	for i, s := range sealings(openings) {
		own, ok := s.equations()
		recompute[i] = ok
		for _, e := range own {
			equations, of = append(equations, e), append(of, i)
		}
	}
	for n, holds := range curve.VerifyEquations(equations) {
		recompute[of[n]] = recompute[of[n]] && holds
	}
	return recompute
}

// sealing is an opening with what is computed to seal its plaintext again.
type sealing struct {
	Opening
	text []byte // m; nil where m or the key is not valid
	r    curve.Scalar
	D    curve.Point
}

// sealings computes m, r and D of each opening, D together for openings to one key.
func sealings(openings []Opening) []sealing {
	out := make([]sealing, len(openings))
	of := make(map[curve.Point][]int)
	for i, o := range openings {
		text, err := o.Plain.encode()
		if err != nil || o.Key.IsInfinity() {
			continue
		}
		out[i] = sealing{Opening: o, text: text, r: o.At.randomness(text)}
		of[o.Key] = append(of[o.Key], i)
	}
	for key, places := range of {
		rs := make([]curve.Scalar, len(places))
		for n, i := range places {
			rs[n] = out[i].r
		}
		for n, D := range curve.Multiples(key, rs) {
			out[places[n]].D = D
		}
	}
	return out
}

// equations compares the ciphertext with that of the ballot. ok is false if they
// differ, or p_i is no point. Otherwise the opening recomputes if the equations
// hold: R = r·G and, unless the election is custodial, p_i = s_i·G.
func (s sealing) equations() (all []curve.Equation, ok bool) {
	if s.text == nil || len(s.text) != len(s.Sealed.Cipher) {
		return nil, false
	}
	if !bytes.Equal(xor(s.text, s.At.pad(s.D, s.Sealed.R, len(s.text))), s.Sealed.Cipher) {
		return nil, false
	}
	all = []curve.Equation{{A: s.r, R: s.Sealed.R}}
	if s.At.custodial() {
		return all, true
	}
	public, err := s.At.PublicShare.Point()
	return append(all, curve.Equation{A: s.Plain.Share, R: public}), err == nil
}
