package curve

import "github.com/consensys/gnark-crypto/ecc"

// Equation says that a·G + b·Q = R. Signatures and openings of ballots are verified
// by such equations, and one multi-scalar product verifies many of them.
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

// VerifyEquations reports for each equation whether it holds. It uses one core. A
// false equation passes with a probability of 2^−128.
func VerifyEquations(all []Equation) []bool {
	hold := verifyByProducts(all)
	for i, proven := range hold {
		hold[i] = proven || all[i].holds()
	}
	return hold
}

const (
	// minForProduct is the number of equations from which on a product is faster
	// than verifying each alone.
	minForProduct = 8
	// maxTerms bounds the work of a bisection: the equations in all its products
	// together are at most maxTerms times those of the list. One false equation
	// takes fewer than 3 times. Beyond that, verifying each equation alone is
	// faster.
	maxTerms = 3
	// sampleSize is the number of equations that are verified alone after the
	// product of the whole list has failed.
	sampleSize = 8
	// weightSize is the length of a weight in bytes.
	weightSize = 16
)

// verifyByProducts returns for each equation whether a product has shown that it
// holds. False says nothing about the equation.
//
// All equations of a list hold if, for random weights ρ_i of 128 bits (the small
// exponents test of Bellare, Garay and Rabin 1998),
//
//	Σ ρ_i·(a_i·G + b_i·Q_i − R_i) = ∞
//
// A summand that is not ∞ is a multiple of G other than 0·G; whatever the other
// summands are, at most one value of its weight makes the sum ∞. If the sum is
// not ∞, each half of the list is tried alone.
func verifyByProducts(all []Equation) []bool {
	b := &bisection{all, weights(all), make([]bool, len(all)), maxTerms * len(all)}
	b.search(0, len(all))
	return b.proven
}

// bisection searches a list for the equations that hold.
type bisection struct {
	all     []Equation
	weights []Scalar
	proven  []bool // by equation: it is in a product that is ∞
	left    int    // equations that further products may hold, a repeated one counted again
}

// search proves the equations from … to−1, as far as products can.
func (b *bisection) search(from, to int) {
	n := to - from
	if n < minForProduct || n > b.left {
		return
	}
	b.left -= n
	if b.vanishes(from, to) {
		for i := from; i < to; i++ {
			b.proven[i] = true
		}
		return
	}
	if n == len(b.all) && b.sampleFails() {
		return
	}
	b.search(from, from+n/2)
	b.search(from+n/2, to)
}

// sampleFails reports whether two or more of a sample do not hold. Then so many of
// the list do not hold that bisection is slower than verifying each alone, as for
// the ECDSA signatures of other wallets, half of which have no equation.
func (b *bisection) sampleFails() bool {
	wrong := 0
	for i := range sampleSize {
		if !b.all[i*len(b.all)/sampleSize].holds() {
			wrong++
		}
	}
	return wrong > 1
}

// vanishes reports whether the weighted sum is ∞. Equal points Q share a term:
//
//	(Σ ρ_i·a_i)·G + Σ_Q (Σ_{Q_i=Q} ρ_i·b_i)·Q + Σ ρ_i·(−R_i)
func (b *bisection) vanishes(from, to int) bool {
	var ofG Scalar
	place := make(map[Point]int)
	points := make([]Point, 0, to-from+1)
	scalars := make([]Scalar, 0, to-from+1)
	for i := from; i < to; i++ {
		e, weight := &b.all[i], b.weights[i]
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

// weights returns a weight of 128 bits for each equation. The weights are a hash of
// all equations: they are not known before the equations are chosen, and every
// verifier gets the same.
//
//	seed = TH("batch", a_0 ‖ b_0 ‖ Q_0 ‖ R_0 ‖ a_1 ‖ …)
//	ρ_2i ‖ ρ_2i+1 = TH("batch", seed ‖ u32 i)
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
