package curve

import "github.com/consensys/gnark-crypto/ecc"

// Equation says that a·G + b·Q = R. Verifying a signature or a plaintext ends
// in one of these, and many together are one multi-scalar product.
type Equation struct {
	A, B Scalar
	Q, R Point
}

// holds computes both sides.
func (e Equation) holds() bool {
	left := BaseMul(e.A)
	if !e.B.IsZero() {
		left = left.Add(e.Q.Mul(e.B))
	}
	return left == e.R
}

// VerifyEquations tells of each equation whether it holds. It works on one
// core: callers with several split the list.
func VerifyEquations(all []Equation) []bool {
	hold := prove(all)
	for i, proven := range hold {
		hold[i] = proven || all[i].holds()
	}
	return hold
}

const (
	// fewest is how many equations a product is worth; fewer are quicker alone.
	fewest = 8
	// patience is how many equations may go into products for each that is to
	// be proven. One false equation among any number costs less than 3; with
	// so many that more are needed, looking at each is quicker.
	patience = 3
	// sample is how many equations of a failed list are looked at first.
	sample = 8
	// weightSize in bytes: a false equation passes with probability 2^−128.
	weightSize = 16
)

// prove tells which equations hold, as far as products can tell. False means
// that nothing was proven, not that the equation is wrong.
//
// All equations hold if, with weights ρ that nobody could know when choosing
// them (Bellare, Garay and Rabin 1998),
//
//	Σ ρ_i·(a_i·G + b_i·Q_i − R_i) = ∞
//
// A term that is not ∞ is some multiple of G, and one value of its weight at
// most makes the sum vanish. If it does not vanish, each half is tried alone.
func prove(all []Equation) []bool {
	p := &proving{all, weights(all), make([]bool, len(all)), patience * len(all)}
	p.search(0, len(all))
	return p.proven
}

type proving struct {
	all     []Equation
	weights []Scalar
	proven  []bool
	left    int // how many equations may still go into products
}

// search proves what it can of the equations from … to−1.
func (p *proving) search(from, to int) {
	n := to - from
	if n < fewest || n > p.left {
		return
	}
	p.left -= n
	if p.vanishes(from, to) {
		for i := from; i < to; i++ {
			p.proven[i] = true
		}
		return
	}
	if n == len(p.all) && p.hopeless() {
		return
	}
	p.search(from, from+n/2)
	p.search(from+n/2, to)
}

// hopeless tells whether so many equations are wrong that halving would only
// lose time: two of a sample are, as where half the signatures are odd.
func (p *proving) hopeless() bool {
	wrong := 0
	for i := range sample {
		if !p.all[i*len(p.all)/sample].holds() {
			wrong++
		}
	}
	return wrong > 1
}

// vanishes computes the weighted sum. Equal points Q share a term:
//
//	(Σ ρ_i·a_i)·G + Σ_Q (Σ ρ_i·b_i)·Q + Σ ρ_i·(−R_i)
func (p *proving) vanishes(from, to int) bool {
	var ofG Scalar
	place := make(map[Point]int)
	points := make([]Point, 0, to-from+1)
	scalars := make([]Scalar, 0, to-from+1)
	for i := from; i < to; i++ {
		e, weight := &p.all[i], p.weights[i]
		points, scalars = append(points, e.R.Neg()), append(scalars, weight)
		ofG = ofG.Add(weight.Mul(e.A))
		at, known := place[e.Q]
		if !known {
			at = len(points)
			place[e.Q] = at
			points, scalars = append(points, e.Q), append(scalars, Scalar{})
		}
		scalars[at] = scalars[at].Add(weight.Mul(e.B))
	}
	points, scalars = append(points, BaseMul(NewScalar(1))), append(scalars, ofG)
	return product(scalars, points, ecc.MultiExpConfig{NbTasks: 1}).IsInfinity()
}

// weights draws a number of 128 bits for each equation from a hash of all of
// them, so that who chose the equations could not know the weights:
//
//	seed = TH("batch", a ‖ b ‖ Q ‖ R of each)   ρ_2i ‖ ρ_2i+1 = TH("batch", seed ‖ u32 i)
func weights(all []Equation) []Scalar {
	text := make(Encoder, 0, len(all)*2*(ScalarSize+PointSize))
	for i := range all {
		e := &all[i]
		text = text.Scalar(e.A).Scalar(e.B).Point(e.Q).Point(e.R)
	}
	seed := TaggedHash("batch", text)
	out := make([]Scalar, len(all))
	for i := 0; i < len(out); i += 2 {
		drawn := TaggedHash("batch", seed[:], Encoder(nil).U32(uint32(i/2)))
		for n := range min(2, len(out)-i) {
			out[i+n].n.SetBytes(drawn[n*weightSize:][:weightSize])
		}
	}
	return out
}
