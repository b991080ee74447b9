package curve

import (
	"crypto/sha256"
	"errors"

	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
)

// Signed is a signature over a hash, with the key that it is to be verified by.
type Signed struct {
	Key  PublicKey
	Hash [32]byte
	Sig  []byte // strict DER without a hash type, or BIP 340's 64 bytes
}

// VerifyECDSABatch tells of each signature what VerifyECDSA tells of it. It is
// fast for signatures as SignECDSA makes them, whose point has an even y:
// others fail their equation and are verified one by one. It works on one core.
// The keys are looked up in the ring, which may be nil.
func VerifyECDSABatch(all []Signed, ring *Keyring) []bool {
	return verifyBatch(all, ring, ecdsaEquation, VerifyECDSA)
}

// VerifySchnorrBatch tells of each signature what VerifySchnorr tells of it. It
// works on one core. The keys are looked up in the ring, which may be nil.
func VerifySchnorrBatch(all []Signed, ring *Keyring) []bool {
	return verifyBatch(all, ring, schnorrEquation, VerifySchnorr)
}

// fraction is an equation whose scalars are still to be divided by another.
type fraction struct {
	Equation
	over Scalar
}

// verifyBatch proves what it can as equations and verifies the rest one by one.
func verifyBatch(all []Signed, ring *Keyring, equation func(Signed, *Keyring) (fraction, error), verify func(PublicKey, [32]byte, []byte) bool) []bool {
	if ring == nil {
		ring = new(Keyring)
	}
	valid := make([]bool, len(all))
	var equations []Equation
	var divisors []Scalar
	var of []int
	for i, s := range all {
		if e, err := equation(s, ring); err == nil {
			equations, divisors, of = append(equations, e.Equation), append(divisors, e.over), append(of, i)
		}
	}
	for i, inverse := range inverses(divisors) {
		e := &equations[i]
		e.A, e.B = e.A.Mul(inverse), e.B.Mul(inverse)
	}
	for n, proven := range prove(equations) {
		valid[of[n]] = proven
	}
	for i, s := range all {
		valid[i] = valid[i] || verify(s.Key, s.Hash, s.Sig)
	}
	return valid
}

// ecdsaEquation is R = (e/s)·G + (r/s)·Q with the R whose x-coordinate is r and
// whose y is even. A signature can be valid without it: its R may be odd, or
// have the x-coordinate r + q.
func ecdsaEquation(s Signed, ring *Keyring) (e fraction, err error) {
	sig, err := ecdsa.ParseDERSignature(s.Sig)
	if err != nil {
		return e, err
	}
	if e.Q, err = ring.Point(s.Key); err != nil {
		return e, err
	}
	r, t := sig.R(), sig.S()
	x, y := r.Bytes(), t.Bytes()
	if e.R, err = liftX(x[:]); err != nil {
		return e, err
	}
	e.A, e.B, e.over = ReduceScalar(s.Hash), ReduceScalar(x), ReduceScalar(y)
	return e, nil
}

// schnorrEquation is BIP 340's R = s·G − e·P, with R and P of even y and
//
//	sig = R.x 32 ‖ s 32   e = SHA256(t ‖ t ‖ R.x ‖ P.x ‖ hash) mod q, t = SHA256("BIP0340/challenge")
func schnorrEquation(s Signed, ring *Keyring) (e fraction, err error) {
	if len(s.Sig) != SchnorrSize {
		return e, errors.New("not a signature of BIP 340")
	}
	if e.R, err = liftX(s.Sig[:ScalarSize]); err != nil {
		return e, err
	}
	if e.A, err = DecodeScalar(s.Sig[ScalarSize:]); err != nil {
		return e, err
	}
	if e.Q, err = ring.Point(s.Key); err != nil {
		return e, err
	}
	if e.Q.odd() {
		e.Q = e.Q.Neg() // BIP 340 verifies by the x-coordinate alone
	}
	t := sha256.Sum256([]byte("BIP0340/challenge"))
	x := Encoder(nil).Raw(t[:]).Raw(t[:]).Raw(s.Sig[:ScalarSize]).Raw(s.Key[1:]).Raw(s.Hash[:])
	e.B, e.over = ReduceScalar(sha256.Sum256(x)).Neg(), NewScalar(1)
	return e, nil
}

// liftX returns the point of even y with the x-coordinate x, 32 bytes.
func liftX(x []byte) (Point, error) { return DecodePoint(append([]byte{2}, x...)) }
