package sharing

import (
	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Culprit names a wrong share: its dealer and the joint key's number.
type Culprit struct{ Dealer, Key int }

// Receive decrypts what the dealers of o.Qual sent to roll member me, whose
// roll key's secret is x, and returns its share s_me of each joint key. It
// checks the sums, s_me·G = Σ me^l·C_l, and only if one fails looks for the
// culprits, whom it returns instead of shares. An election that has ended at
// setup gives neither.
func Receive(p Params, x curve.Scalar, me int, o *Outcome) (shares []curve.Scalar, culprits []Culprit) {
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
			share, _ := o.Deals[i].open(p, shared[at], key+1, i, me) // 0 if no scalar: the sum tells
			sum = sum.Add(share)
		}
		if curve.BaseMul(sum) == curve.EvaluatePoints(o.Keys[key].Coefficients, uint32(me)) {
			shares = append(shares, sum)
			continue
		}
		culprits = append(culprits, o.blame(p, shared, key+1, me)...)
	}
	if len(culprits) > 0 {
		return nil, culprits
	}
	return shares, nil
}

// blame checks every dealer's share of one joint key for member me.
func (o *Outcome) blame(p Params, shared []curve.Point, key, me int) []Culprit {
	wrong := make([]bool, len(o.Qual))
	cores.Each(len(o.Qual), func(at int) {
		d := o.Deals[o.Qual[at]]
		share, err := d.open(p, shared[at], key, o.Qual[at], me)
		wrong[at] = err != nil || !d.fits(share, key, me)
	})
	var culprits []Culprit
	for at, i := range o.Qual {
		if wrong[at] {
			culprits = append(culprits, Culprit{Dealer: i, Key: key})
		}
	}
	return culprits
}
