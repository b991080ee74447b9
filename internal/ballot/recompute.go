package ballot

import (
	"bytes"

	"bevote/internal/curve"
)

// Opening says of a ballot, taken apart, that it was sealed to Key at that
// place and what it says.
type Opening struct {
	Sealed Sealed
	Plain  Plain
	At     Place
	Key    curve.Point
}

// RecomputeAll tells of each opening what Recomputes tells of it alone, in a
// fraction of the time where they are many and to few keys. It works on one
// core: callers with several split the list.
//
// Where Recomputes computes R = r·G and p_i = s_i·G, this verifies all of these
// equations together; D = r·PU_j enters a hash and is computed.
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

// sealing is an opening with what sealing it takes: m, r, and D = r·PU_j.
type sealing struct {
	Opening
	text []byte // nil where nothing can be sealed
	r    curve.Scalar
	D    curve.Point
}

// sealings computes the D of all openings, those with the same key together.
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

// equations compares what is sealed with the ballot, but for the equations
// that it returns.
func (s sealing) equations() ([]curve.Equation, bool) {
	if s.text == nil || len(s.text) != len(s.Sealed.Cipher) {
		return nil, false
	}
	if !bytes.Equal(xor(s.text, s.At.pad(s.D, s.Sealed.R, len(s.text))), s.Sealed.Cipher) {
		return nil, false
	}
	equations := []curve.Equation{{A: s.r, R: s.Sealed.R}}
	if s.At.custodial() {
		return equations, true
	}
	public, err := s.At.PublicShare.Point()
	return append(equations, curve.Equation{A: s.Plain.Share, R: public}), err == nil
}
