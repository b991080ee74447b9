package sharing

import (
	"bevote/internal/cores"
	"bevote/internal/curve"
)

// WrongShare is the dealer of a wrong share and the number of the joint key.
type WrongShare struct{ Dealer, Key int }

// Receive decrypts what the dealers of QUAL sent to member me, whose roll key's
// secret is x, and returns its share s_me of each joint key. It verifies the sums,
//
//	s_me·G = Σ_l me^l·C_l
//
// If one does not hold, it returns the wrong shares of the joint key concerned
// instead. Wrong shares whose errors cancel in the sum are not found.
// For an outcome without keys it returns neither.
func Receive(p Params, x curve.Scalar, me int, o *Outcome) (shares []curve.Scalar, wrong []WrongShare) {
	if !p.on(me) || len(o.Keys) == 0 {
		return nil, nil
	}
	shared := make([]curve.Point, len(o.Qual))
	for at, i := range o.Qual {
		shared[at] = o.Deals[i].Ephemeral.Mul(x)
	}
	for key := range o.Keys {
		var sum curve.Scalar
		for at, i := range o.Qual {
			share, _ := o.Deals[i].open(p, shared[at], key+1, i, me) // 0 if the plaintext is no scalar
			sum = sum.Add(share)
		}
		if curve.BaseMul(sum) == curve.EvaluatePoints(o.Keys[key].Coefficients, uint32(me)) {
			shares = append(shares, sum)
			continue
		}
		wrong = append(wrong, o.wrongShares(p, shared, key+1, me)...)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return shares, nil
}

// wrongShares verifies the share of one joint key that each dealer sent to member
// me, and returns the wrong ones.
func (o *Outcome) wrongShares(p Params, shared []curve.Point, key, me int) []WrongShare {
	off := make([]bool, len(o.Qual))
	cores.Each(len(o.Qual), func(at int) {
		d := o.Deals[o.Qual[at]]
		share, err := d.open(p, shared[at], key, o.Qual[at], me)
		off[at] = err != nil || !d.fits(share, key, me)
	})
	var wrong []WrongShare
	for at, i := range o.Qual {
		if off[at] {
			wrong = append(wrong, WrongShare{Dealer: i, Key: key})
		}
	}
	return wrong
}
