package sharing

import (
	"cmp"
	"maps"
	"slices"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Combination is what receivers check their shares against: the polynomials of all
// dealers whose deals are well-formed, each with a weight of 128 bits. It is public,
// and the same for all receivers.
//
//	ρ_i = the first 128 bits of TH("shares", head ‖ u32 i)
//	Σ_i ρ_i·f_i(j)·G = Σ_l j^l·(Σ_i ρ_i·A_il)      i: those dealers
//
// The head commits to all deals, so that no deal can be chosen by the weights.
// Dealers that a complaint puts out later are in the sums: otherwise errors of two
// dealers could cancel until one of the two is out.
type Combination struct {
	p       Params
	dealers []int // ascending
	deals   map[int]*Deal
	weights []curve.Scalar  // ρ_i, as dealers
	sums    [][]curve.Point // by joint key: Σ_i ρ_i·A_il, l = 0 … K−1
}

// Combine returns the combination of the deals of an outcome, on all cores. The head is
// that of the anchor that closes the deals.
func Combine(p Params, head [32]byte, o *Outcome) *Combination {
	c := &Combination{p: p, dealers: slices.Sorted(maps.Keys(o.Deals)), deals: o.Deals}
	for _, i := range c.dealers {
		c.weights = append(c.weights, weight(head, i))
	}
	if len(c.dealers) == 0 {
		return c
	}
	for key := range p.Keys {
		c.sums = append(c.sums, make([]curve.Point, p.K))
		cores.Each(p.K, func(l int) {
			column := make([]curve.Point, len(c.dealers))
			for at, i := range c.dealers {
				column[at] = c.deals[i].Coefficients[key][l]
			}
			c.sums[key][l] = curve.Product(c.weights, column)
		})
	}
	return c
}

// weight is ρ_i: the first 128 bits of TH("shares", head ‖ u32 i).
func weight(head [32]byte, i int) curve.Scalar {
	h := curve.TaggedHash("shares", curve.Encoder(nil).Raw(head[:]).Index(i))
	var b [32]byte
	copy(b[16:], h[:16])
	return curve.ReduceScalar(b)
}

// WrongShare is the dealer of a wrong share and the number of the joint key.
type WrongShare struct{ Dealer, Key int }

// Receive decrypts what the dealers sent to member me, whose roll key's secret is x.
// It returns the member's share s_me of each joint key of an outcome of these deals,
// and every wrong share that it was sent, by dealer and joint key. Without joint keys,
// or where wrong shares make a sum wrong, there are no shares.
func (c *Combination) Receive(x curve.Scalar, me int, o *Outcome) (shares []curve.Scalar, wrong []WrongShare) {
	if !c.p.on(me) || len(c.dealers) == 0 {
		return nil, nil
	}
	received := c.open(x, me)
	for key := range received {
		if !c.holds(received[key], key, me) {
			wrong = append(wrong, c.wrongShares(received[key], key, me)...)
		}
	}
	slices.SortFunc(wrong, func(a, b WrongShare) int {
		return cmp.Or(cmp.Compare(a.Dealer, b.Dealer), cmp.Compare(a.Key, b.Key))
	})
	for key, joint := range o.Keys {
		sum := c.sum(received[key], o.Qual)
		if len(wrong) > 0 && curve.BaseMul(sum) != curve.EvaluatePoints(joint.Coefficients, uint32(me)) {
			return nil, wrong
		}
		shares = append(shares, sum)
	}
	return shares, wrong
}

// receivedShare is a decrypted share. It is no scalar if the plaintext is q or more.
type receivedShare struct {
	s        curve.Scalar
	isScalar bool
}

// open decrypts all shares of a member, by joint key and then as c.dealers.
func (c *Combination) open(x curve.Scalar, me int) [][]receivedShare {
	out := make([][]receivedShare, c.p.Keys)
	for _, i := range c.dealers {
		shared := c.deals[i].Ephemeral.Mul(x)
		for key := range out {
			s, err := c.deals[i].open(c.p, shared, key+1, i, me)
			out[key] = append(out[key], receivedShare{s, err == nil})
		}
	}
	return out
}

// holds reports whether the weighted sum of a member's shares of a joint key is right.
func (c *Combination) holds(received []receivedShare, key, me int) bool {
	var sum curve.Scalar
	for at, r := range received {
		if !r.isScalar {
			return false
		}
		sum = sum.Add(c.weights[at].Mul(r.s))
	}
	return curve.BaseMul(sum) == curve.EvaluatePoints(c.sums[key], uint32(me))
}

// wrongShares looks at each share of a joint key by itself.
func (c *Combination) wrongShares(received []receivedShare, key, me int) (wrong []WrongShare) {
	off := make([]bool, len(received))
	cores.Each(len(received), func(at int) {
		off[at] = !received[at].isScalar || !c.deals[c.dealers[at]].fits(received[at].s, key+1, me)
	})
	for at, i := range c.dealers {
		if off[at] {
			wrong = append(wrong, WrongShare{Dealer: i, Key: key + 1})
		}
	}
	return wrong
}

// sum adds up the shares from the dealers of QUAL.
func (c *Combination) sum(received []receivedShare, qual []int) (sum curve.Scalar) {
	for at, i := range c.dealers {
		if _, in := slices.BinarySearch(qual, i); in {
			sum = sum.Add(received[at].s)
		}
	}
	return sum
}
