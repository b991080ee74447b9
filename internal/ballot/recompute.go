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
	tables := tabulate(openings)
	var equations []curve.Equation
	var of []int
	recompute := make([]bool, len(openings))
	for i, o := range openings {
		own, ok := o.equations(tables)
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

// equations checks the opening but for the equations that it returns.
func (o Opening) equations(tables map[curve.Point]*curve.Table) ([]curve.Equation, bool) {
	text, err := o.Plain.encode()
	if err != nil || o.Key.IsInfinity() || len(text) != len(o.Sealed.Cipher) {
		return nil, false
	}
	r := o.At.randomness(text)
	D := curve.Point{}
	if table := tables[o.Key]; table != nil {
		D = table.Mul(r)
	} else {
		D = o.Key.Mul(r)
	}
	if !bytes.Equal(xor(text, o.At.pad(D, o.Sealed.R, len(text))), o.Sealed.Cipher) {
		return nil, false
	}
	equations := []curve.Equation{{A: r, R: o.Sealed.R}}
	if o.At.custodial() {
		return equations, true
	}
	public, err := o.At.PublicShare.Point()
	return append(equations, curve.Equation{A: o.Plain.Share, R: public}), err == nil
}

// many is how many ballots to one key are worth a table of its multiples.
const many = 400

func tabulate(openings []Opening) map[curve.Point]*curve.Table {
	ballots, tables := make(map[curve.Point]int), make(map[curve.Point]*curve.Table)
	for _, o := range openings {
		if ballots[o.Key]++; ballots[o.Key] == many {
			tables[o.Key] = curve.NewTable(o.Key)
		}
	}
	return tables
}
