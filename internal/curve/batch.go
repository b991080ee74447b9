package curve

import (
	"crypto/sha256"
	"errors"

	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
)

// Signed is a signature of a hash, to be verified under a key.
type Signed struct {
	Key  PublicKey
	Hash [32]byte
	Sig  []byte // strict DER without a hash type, or BIP 340's 64 bytes
}

// VerifyECDSABatch reports for each signature whether [VerifyECDSA] accepts it. It uses one core.
// Signatures whose R has an even y, as those of [SignECDSA] have, are verified together in
// multi-scalar products, the others one by one. ring caches decoded keys and may be nil.
func VerifyECDSABatch(all []Signed, ring *Keyring) []bool {
	return verifyBatch(all, ring, ecdsaEquation, VerifyECDSA)
}

// VerifySchnorrBatch reports for each signature whether [VerifySchnorr] accepts it. It uses one
// core. ring caches decoded keys and may be nil.
func VerifySchnorrBatch(all []Signed, ring *Keyring) []bool {
	return verifyBatch(all, ring, schnorrEquation, VerifySchnorr)
}

// fraction is an equation whose scalars have the denominator over: (a/over)·G + (b/over)·Q = R. A
// batch computes the inverses of all denominators together.
type fraction struct {
	Equation
	over Scalar
}

// verifyBatch verifies the signatures' equations in products. A signature without an equation, or
// with one that no product has shown to hold, is verified by verify. So the result for each
// signature is that of verify.
func verifyBatch(all []Signed, ring *Keyring, equation func(Signed, *Keyring) (fraction, error),
	verify func(PublicKey, [32]byte, []byte) bool) []bool {
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
	for n, proven := range verifyByProducts(equations) {
		valid[of[n]] = proven
	}
	for i, s := range all {
		valid[i] = valid[i] || verify(s.Key, s.Hash, s.Sig)
	}
	return valid
}

// ecdsaEquation is the equation of an ECDSA signature (SEC 1, section 4.1.4),
//
//	(e/s)·G + (r/s)·Q = R     R.x = r, R.y even
//
// A valid signature may have no such equation: its R.y may be odd, or R.x = r + q.
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

// schnorrEquation is the equation of BIP 340, whose R and P have an even y:
//
//	sig: R.x   32
//	     s     32
//
//	s·G − e·P = R     e = SHA256(t ‖ t ‖ R.x ‖ P.x ‖ hash) mod q     t = SHA256("BIP0340/challenge")
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
		e.Q = e.Q.Neg() // P has the key's x-coordinate and an even y
	}
	t := sha256.Sum256([]byte("BIP0340/challenge"))
	x := Encoder(nil).Raw(t[:]).Raw(t[:]).Raw(s.Sig[:ScalarSize]).Raw(s.Key[1:]).Raw(s.Hash[:])
	e.B, e.over = ReduceScalar(sha256.Sum256(x)).Neg(), NewScalar(1)
	return e, nil
}

// liftX returns the point of even y with the x-coordinate x, 32 bytes.
func liftX(x []byte) (Point, error) { return DecodePoint(append([]byte{2}, x...)) }
