// Package sharing is joint random secret sharing: every dealer shares a random
// polynomial among the whole roll, and the sum of the polynomials of those who
// dealt honestly hides the joint key's secret (paper section 4.1; Feldman 1987,
// Pedersen 1991).
//
// It promises that who is out, who is in, the joint keys and everybody's public
// share follow from the published log alone: Judge is a pure function, and two
// readers of one board never disagree. A deal holds no secret; secrets are
// arguments and results of NewDeal, Receive and Complain only.
//
// The order of use: dealers publish NewDeal's Commitment, then the deal;
// everybody calls Judge without complaints and Receive on its outcome; whoever
// finds a culprit publishes what Complain returns; everybody calls Judge again
// with all complaints, and Receive again if QUAL has changed.
package sharing

import (
	"fmt"
	"math"

	"bevote/internal/curve"
)

// maxRoll is the largest roll: indices are u16.
const maxRoll = math.MaxUint16

// Params says who shares what: the election, the threshold, how many joint
// keys, and the roll. A member's index is its place in Roll counted from 1; it
// is also its abscissa.
type Params struct {
	EID  [32]byte
	K    int               // any K shares give the secret; 2 ≤ K ≤ len(Roll)
	Keys int               // joint keys, numbered from 1
	Roll []curve.PublicKey // X_1 … X_n
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

// on tells whether index i is on the roll.
func (p Params) on(i int) bool { return i >= 1 && i <= len(p.Roll) }

// JointKey is a joint key P = C_0 and the coefficients C_l = Σ A_il over QUAL
// of the polynomial that shares its secret.
type JointKey struct {
	Key          curve.Point
	Coefficients []curve.Point
}
