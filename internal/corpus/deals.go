package corpus

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
)

// customDealer is a dealer whose commitment and deal a lie chooses. A commitment of
// zeros or a deal that is nil is not written.
type customDealer struct {
	p      *play
	key    curve.Scalar
	choose func(sharing.Params) (commitment [32]byte, deal []byte, err error)
	seen   func() (board.Seen, error) // the block that the deal names; nil for the newest deep one
	text   []byte
}

func (d *customDealer) Commit(params sharing.Params) (board.Line, bool, error) {
	commitment, text, err := d.choose(params)
	if d.text = text; err != nil || commitment == [32]byte{} {
		return board.Line{}, false, err
	}
	l, err := d.p.forge(d.key, board.Commit{Deal: commitment})
	return l, true, err
}

func (d *customDealer) Deal(sharing.Params) (board.Line, bool, error) {
	if d.text == nil {
		return board.Line{}, false, nil
	}
	if d.seen == nil {
		l, err := d.p.forge(d.key, board.Deal{Deal: d.text})
		return l, true, err
	}
	seen, err := d.seen()
	if err != nil {
		return board.Line{}, false, err
	}
	l, err := board.Sign(d.p.EID, d.key, seen, board.Deal{Deal: d.text})
	return l, true, err
}

// drawPolynomial draws a polynomial of k coefficients, the constant term first.
func drawPolynomial(r io.Reader, k int) ([]curve.Scalar, error) {
	out := make([]curve.Scalar, k)
	for l := range out {
		var err error
		if out[l], err = curve.RandomScalar(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dealOf returns the deal of given polynomials, one for each joint key
// (docs/protocol.md). A dealer's number is from 1. Package sharing deals only
// polynomials that it draws itself, and does not return them.
func dealOf(r io.Reader, p sharing.Params, dealer int, polynomials [][]curve.Scalar) (*sharing.Deal, error) {
	member := curve.Encoder(nil).Index(dealer).Key(p.Roll[dealer-1])
	e, err := curve.RandomScalar(r)
	if err != nil {
		return nil, err
	}
	d := &sharing.Deal{Ephemeral: curve.BaseMul(e)}
	d.EphemeralPossession = curve.ProvePossession(curve.Context{Tag: "ephemeral", EID: p.EID, Prover: member}, e)
	for n, f := range polynomials {
		points := make([]curve.Point, len(f))
		for l, a := range f {
			points[l] = curve.BaseMul(a)
		}
		about := curve.Context{Tag: "coefficient", EID: p.EID, Key: n + 1, Prover: member}
		proof := curve.ProvePossession(about, f[0], points[1:]...)
		sealed := make([][32]byte, len(p.Roll))
		for j, X := range p.Roll {
			to, err := X.Point()
			if err != nil {
				return nil, err
			}
			pad := curve.KDF(curve.Encoder(nil).Point(to.Mul(e)).Point(d.Ephemeral).Raw(p.EID[:]).U16(n+1).Index(dealer).Index(j+1), 32)
			share := curve.Evaluate(f, uint32(j+1)).Bytes()
			for b := range share {
				sealed[j][b] = share[b] ^ pad[b]
			}
		}
		d.Coefficients, d.Possession = append(d.Coefficients, points), append(d.Possession, proof)
		d.Ciphertexts = append(d.Ciphertexts, sealed)
	}
	return d, nil
}

// dealTogether has all members collude: the last one has the others' polynomials and
// computes its own from their sum. choose is called with that sum for each joint key.
func (p *play) dealTogether(choose func(others []curve.Scalar) ([]curve.Scalar, error)) error {
	n, k, keys := len(p.Voters), p.Policy.K, p.Policy.JointKeys()
	all := make([][][]curve.Scalar, n)
	for i := range all {
		all[i] = make([][]curve.Scalar, keys)
	}
	for key := range keys {
		sum := make([]curve.Scalar, k)
		for i := range n - 1 {
			f, err := drawPolynomial(p.Stream(fmt.Sprintf("ring %d %d", i, key)), k)
			if err != nil {
				return err
			}
			all[i][key] = f
			for l := range f {
				sum[l] = sum[l].Add(f[l])
			}
		}
		last, err := choose(sum)
		if err != nil {
			return err
		}
		all[n-1][key] = last
	}
	for i, v := range p.Voters {
		v.Dealer = p.fixedDealer(i+1, all[i])
	}
	return nil
}

// fixedDealer returns a dealer of given polynomials, one for each joint key.
func (p *play) fixedDealer(slot int, polynomials [][]curve.Scalar) *customDealer {
	v := p.Voters[slot-1]
	return p.dealerOf(slot, func(params sharing.Params) (*sharing.Deal, error) {
		return dealOf(p.Stream("ring deal "+v.Role), params, slot, polynomials)
	})
}

// dealerOf returns a dealer that deals what make returns.
func (p *play) dealerOf(slot int, make func(sharing.Params) (*sharing.Deal, error)) *customDealer {
	return &customDealer{p: p, key: p.Voters[slot-1].Secret, choose: func(params sharing.Params) ([32]byte, []byte, error) {
		d, err := make(params)
		if err != nil {
			return [32]byte{}, nil, err
		}
		return d.Commitment(params, slot), d.Encode(), nil
	}}
}
