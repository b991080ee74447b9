// Package sharing is joint random secret sharing (paper, section 4.1; Pedersen
// 1991): every dealer shares a random polynomial among the whole roll, and the
// sum of the polynomials of all dealers without fault shares the secret S of the
// joint key P. With n members on the roll, threshold K and roll keys X_j = x_j·G,
//
//	f_i(x) = Σ_l a_il·x^l   A_il = a_il·G   E_i = e_i·G     dealer i: l = 0 … K−1
//	c_ij   = f_i(j) ⊕ pad(e_i·X_j)                          to member j: j = 1 … n
//	f_i(j)·G = Σ_l j^l·A_il                                 what j verifies (Feldman 1987)
//	C_l = Σ_QUAL A_il   P = C_0 = S·G                       joint key
//	s_j = Σ_QUAL f_i(j)   p_j = s_j·G = Σ_l j^l·C_l         share and public share of j
//
// QUAL is the set of dealers without fault (Gennaro et al. 1999). It follows from
// the published log alone, and so do joint keys and public shares: [Judge] is a
// pure function. A [Deal] holds no secret; secrets are arguments and results of
// [NewDeal], [Combination.Receive] and [Complain] only.
//
// The order of use:
//
//  1. A dealer calls NewDeal and publishes the deal's Commitment; when the log has
//     all commitments, it publishes the deal. So its polynomials
//     are fixed before it sees those of others.
//  2. With the deals closed, Judge without complaints gives a first outcome, Combine
//     what shares are checked against, and [Combination.Receive] a member's shares.
//  3. A member that has received wrong shares publishes a complaint about each dealer.
//  4. Judge with all complaints gives the final outcome. If its QUAL differs from
//     that of step 2, each member calls Receive again. A member that has no share then
//     says so, and publishes its complaints late.
//
// The package exports more than twenty names because it has two enumerations, of
// what a dealer can do wrong and of what becomes of a complaint.
package sharing

import (
	"fmt"
	"math"

	"bevote/internal/curve"
)

// maxRoll is the largest roll.
const maxRoll = 200_000

// Params are the public inputs of a dealing. Dealer, member and roll index mean the same:
// a place in Roll, counted from 1, which is the member's abscissa.
type Params struct {
	EID  [32]byte          // the election's id
	K    int               // threshold: K shares give the secret; 2 ≤ K ≤ n
	Keys int               // number of joint keys, which are numbered from 1
	Roll []curve.PublicKey // X_1 … X_n; n ≤ 200,000
}

// check returns what is wrong with p.
func (p Params) check() error {
	switch n := len(p.Roll); {
	case n > maxRoll:
		return fmt.Errorf("roll of %d, at most %d", n, maxRoll)
	case p.K < 2 || p.K > n:
		return fmt.Errorf("threshold %d with a roll of %d", p.K, n)
	case p.Keys < 1 || p.Keys > math.MaxUint16:
		return fmt.Errorf("%d joint keys", p.Keys)
	}
	return nil
}

// on reports whether i is an index of the roll.
func (p Params) on(i int) bool { return i >= 1 && i <= len(p.Roll) }

// JointKey is a joint key with the polynomial that shares its secret, times G.
type JointKey struct {
	Key          curve.Point   // P = C_0
	Coefficients []curve.Point // C_0 … C_K−1
}
