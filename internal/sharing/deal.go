package sharing

import (
	"fmt"
	"io"

	"bevote/internal/curve"
)

// Deal is what dealer i publishes. It holds no secret. A dealer has one polynomial
// for each joint key, and one ephemeral key.
type Deal struct {
	Coefficients        [][]curve.Point // by joint key: A_i0 … A_i,K−1
	Ephemeral           curve.Point     // E_i
	Possession          []curve.Proof   // by joint key: of a_i0
	EphemeralPossession curve.Proof     // of e_i
	Ciphertexts         [][][32]byte    // by joint key: c_i1 … c_in
}

// NewDeal draws the dealer's ephemeral key and polynomials from r and deals to the
// whole roll, itself included. It fails if p is not valid, the dealer is not on
// the roll, a roll key is no point, or r fails.
func NewDeal(r io.Reader, p Params, dealer int) (*Deal, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if !p.on(dealer) {
		return nil, fmt.Errorf("dealer %d is not on the roll of %d", dealer, len(p.Roll))
	}
	e, err := curve.RandomScalar(r)
	if err != nil {
		return nil, err
	}
	d := &Deal{Ephemeral: curve.BaseMul(e), EphemeralPossession: curve.ProvePossession(p.ephemeralContext(dealer), e)}
	polynomials := make([][]curve.Scalar, p.Keys)
	for key := range polynomials {
		if polynomials[key], err = d.drawPolynomial(r, p, dealer, key+1); err != nil {
			return nil, err
		}
	}
	return d, d.seal(p, dealer, e, polynomials)
}

// drawPolynomial draws the polynomial for a joint key and adds to the deal A_i0 …
// A_i,K−1 with the proof of possession of a_i0.
func (d *Deal) drawPolynomial(r io.Reader, p Params, dealer, key int) ([]curve.Scalar, error) {
	polynomial, points := make([]curve.Scalar, p.K), make([]curve.Point, p.K)
	for l := range polynomial {
		a, err := curve.RandomScalar(r)
		if err != nil {
			return nil, err
		}
		polynomial[l], points[l] = a, curve.BaseMul(a)
	}
	proof := curve.ProvePossession(p.coefficientContext(dealer, key), polynomial[0], points[1:]...)
	d.Coefficients = append(d.Coefficients, points)
	d.Possession = append(d.Possession, proof)
	return polynomial, nil
}

// seal encrypts f_i(j) to member j, for each joint key and member.
func (d *Deal) seal(p Params, dealer int, e curve.Scalar, polynomials [][]curve.Scalar) error {
	roll := make([]curve.Point, len(p.Roll))
	for j, key := range p.Roll {
		var err error
		if roll[j], err = key.Point(); err != nil {
			return fmt.Errorf("roll key %d: %w", j+1, err)
		}
	}
	d.Ciphertexts = make([][][32]byte, p.Keys)
	for key := range d.Ciphertexts {
		d.Ciphertexts[key] = make([][32]byte, len(roll))
	}
	for j, X := range roll {
		shared := X.Mul(e)
		for key, polynomial := range polynomials {
			share := curve.Evaluate(polynomial, uint32(j+1))
			d.Ciphertexts[key][j] = xor(share.Bytes(), d.pad(p, shared, key+1, dealer, j+1))
		}
	}
	return nil
}

// pad is what encrypts the share of a joint key that dealer i sends to member j.
// Both can compute shared:
//
//	shared = e_i·X_j = x_j·E_i
//	pad = KDF(shared ‖ E_i ‖ eid ‖ u16 key ‖ u32 i ‖ u32 j, 32)
func (d *Deal) pad(p Params, shared curve.Point, key, i, j int) [32]byte {
	x := curve.Encoder(nil).Point(shared).Point(d.Ephemeral).Raw(p.EID[:]).U16(key).Index(i).Index(j)
	return [32]byte(curve.KDF(x, curve.ScalarSize))
}

// open decrypts the share of a joint key that dealer i sent to member j. It fails
// if the plaintext is q or more, which no share is.
func (d *Deal) open(p Params, shared curve.Point, key, i, j int) (curve.Scalar, error) {
	plain := xor(d.Ciphertexts[key-1][j-1], d.pad(p, shared, key, i, j))
	return curve.DecodeScalar(plain[:])
}

// fits reports whether share is f_i(j) for a joint key (Feldman 1987):
//
//	share·G = Σ_l j^l·A_il
func (d *Deal) fits(share curve.Scalar, key, j int) bool {
	return curve.BaseMul(share) == curve.EvaluatePoints(d.Coefficients[key-1], uint32(j))
}

// Commitment returns TH("deal", eid ‖ u32 dealer ‖ the encoded deal).
func (d *Deal) Commitment(p Params, dealer int) [32]byte {
	return commitment(p, dealer, d.Encode())
}

func commitment(p Params, dealer int, deal []byte) [32]byte {
	return curve.TaggedHash("deal", curve.Encoder(nil).Raw(p.EID[:]).Index(dealer), deal)
}

// coefficientContext binds the proof of possession of a_i0. The proof is bound to
// A_i1 … A_i,K−1 as well.
func (p Params) coefficientContext(dealer, key int) curve.Context {
	return curve.Context{Tag: "coefficient", EID: p.EID, Key: key, Prover: p.member(dealer)}
}

// ephemeralContext binds the proof of possession of e_i to the dealer, so that a
// copy of E_i and its proof does not verify for another dealer.
func (p Params) ephemeralContext(dealer int) curve.Context {
	return curve.Context{Tag: "ephemeral", EID: p.EID, Prover: p.member(dealer)}
}

// member is the prover in these proofs: u32 index ‖ roll key.
func (p Params) member(i int) []byte { return curve.Encoder(nil).Index(i).Key(p.Roll[i-1]) }

func xor(a, b [32]byte) [32]byte {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}
