package sharing

import (
	"fmt"
	"io"

	"bevote/internal/curve"
)

// Deal is what dealer i publishes. It holds no secret.
type Deal struct {
	Coefficients        [][]curve.Point // of each key: A_il = a_il·G for l = 0 … K−1
	Ephemeral           curve.Point     // E_i = e_i·G
	Possession          []curve.Proof   // of a_i0, for each key
	EphemeralPossession curve.Proof     // of e_i
	Ciphertexts         [][][32]byte    // of each key, for j = 1 … n: f_i(j) ⊕ pad
}

// NewDeal draws dealer's ephemeral key and polynomials from r and deals to the
// whole roll. The dealer finds its own share in the deal, as everybody does.
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
	d := &Deal{Ephemeral: curve.BaseMul(e)}
	if d.EphemeralPossession, err = curve.ProvePossession(r, p.ephemeralContext(dealer), e); err != nil {
		return nil, err
	}
	polynomials := make([][]curve.Scalar, p.Keys)
	for key := range polynomials {
		if polynomials[key], err = d.drawPolynomial(r, p, dealer, key+1); err != nil {
			return nil, err
		}
	}
	return d, d.seal(p, dealer, e, polynomials)
}

// drawPolynomial draws the polynomial of a joint key and publishes its
// coefficients behind G, with the proof that its constant term is known.
func (d *Deal) drawPolynomial(r io.Reader, p Params, dealer, key int) ([]curve.Scalar, error) {
	polynomial, points := make([]curve.Scalar, p.K), make([]curve.Point, p.K)
	for l := range polynomial {
		a, err := curve.RandomScalar(r)
		if err != nil {
			return nil, err
		}
		polynomial[l], points[l] = a, curve.BaseMul(a)
	}
	proof, err := curve.ProvePossession(r, p.coefficientContext(dealer, key), polynomial[0], points[1:]...)
	d.Coefficients = append(d.Coefficients, points)
	d.Possession = append(d.Possession, proof)
	return polynomial, err
}

// seal encrypts every share to its receiver.
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

// pad hides the share of joint key number key that dealer i sends to member j.
// shared is what the two have in common: e_i·X_j = x_j·E_i.
func (d *Deal) pad(p Params, shared curve.Point, key, i, j int) [32]byte {
	x := curve.Encoder(nil).Point(shared).Point(d.Ephemeral).Raw(p.EID[:]).U16(key).U16(i).U16(j)
	return [32]byte(curve.KDF(x, curve.ScalarSize))
}

// open decrypts the share of joint key number key that dealer i sent to member
// j; it fails if the plaintext is not a scalar, which is a wrong share.
func (d *Deal) open(p Params, shared curve.Point, key, i, j int) (curve.Scalar, error) {
	plain := xor(d.Ciphertexts[key-1][j-1], d.pad(p, shared, key, i, j))
	return curve.DecodeScalar(plain[:])
}

// fits tells whether share is member j's by the committed polynomial:
// share·G = Σ j^l·A_il.
func (d *Deal) fits(share curve.Scalar, key, j int) bool {
	return curve.BaseMul(share) == curve.EvaluatePoints(d.Coefficients[key-1], uint32(j))
}

// Commitment is TH("deal", eid ‖ dealer ‖ the encoded deal).
func (d *Deal) Commitment(p Params, dealer int) [32]byte {
	return commitment(p, dealer, d.Encode())
}

func commitment(p Params, dealer int, deal []byte) [32]byte {
	return curve.TaggedHash("deal", curve.Encoder(nil).Raw(p.EID[:]).U16(dealer), deal)
}

// coefficientContext binds the proof for a_i0, which also binds A_i1 … A_i,k−1.
func (p Params) coefficientContext(dealer, key int) curve.Context {
	return curve.Context{Tag: "coefficient", EID: p.EID, Key: key, Prover: p.member(dealer)}
}

// ephemeralContext binds the proof for e_i to its dealer: whoever copies
// another's E_i cannot prove it as its own.
func (p Params) ephemeralContext(dealer int) curve.Context {
	return curve.Context{Tag: "ephemeral", EID: p.EID, Prover: p.member(dealer)}
}

// member names a roll member in a proof: index ‖ roll key.
func (p Params) member(i int) []byte { return curve.Encoder(nil).U16(i).Key(p.Roll[i-1]) }

func xor(a, b [32]byte) [32]byte {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}
