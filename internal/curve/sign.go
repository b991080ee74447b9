package curve

import (
	"errors"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// SchnorrSize is the length of a BIP 340 signature in bytes.
const SchnorrSize = 64

// SignSchnorr signs a 32-byte hash as BIP 340 does, with the all-zero
// auxiliary randomness: same key and hash, same signature.
func SignSchnorr(x Scalar, hash [32]byte) ([SchnorrSize]byte, error) {
	var out [SchnorrSize]byte
	if x.IsZero() {
		return out, errors.New("signing with the zero key")
	}
	key := secp256k1.NewPrivateKey(x.decred())
	sig, err := schnorr.Sign(key, hash[:], schnorr.CustomNonce([32]byte{}))
	if err != nil {
		return out, err
	}
	copy(out[:], sig.Serialize())
	return out, nil
}

// VerifySchnorr tells whether sig is a BIP 340 signature of hash by the
// x-coordinate of key.
func VerifySchnorr(key PublicKey, hash [32]byte, sig []byte) bool {
	s, err := schnorr.ParseSignature(sig)
	if err != nil {
		return false
	}
	pub, err := btcec.ParsePubKey(key[:])
	if err != nil {
		return false
	}
	return s.Verify(hash[:], pub)
}

// SignECDSA signs a signature hash: RFC 6979 nonce, low s, DER, no hash type
// byte. It advances the RFC 6979 counter until the point that a verifier
// recomputes from (r, s) has an even y, so that a reader who knows r knows the
// point, and many signatures can be verified as one equation.
func SignECDSA(x Scalar, hash [32]byte) ([]byte, error) {
	if x.IsZero() {
		return nil, errors.New("signing with the zero key")
	}
	key, e := x.Bytes(), ReduceScalar(hash)
	for i := uint32(0); ; i++ {
		nonce := secp256k1.NonceRFC6979(key[:], hash[:], nil, nil, i).Bytes()
		k := ReduceScalar(nonce)
		point := BaseMul(k)
		r, err := DecodeScalar(point.x())
		if err != nil || r.IsZero() {
			continue // x is not below q: r alone would not give the point back
		}
		s := k.Inverse().Mul(e.Add(r.Mul(x)))
		odd := point.odd()
		if s.n.LexicographicallyLargest() {
			s, odd = s.Neg(), !odd
		}
		if s.IsZero() || odd {
			continue
		}
		return ecdsa.NewSignature(r.decred(), s.decred()).Serialize(), nil
	}
}

// VerifyECDSA tells whether a strict DER signature (no hash type byte) of hash
// verifies under key.
func VerifyECDSA(key PublicKey, hash [32]byte, der []byte) bool {
	pub, err := btcec.ParsePubKey(key[:])
	if err != nil {
		return false
	}
	sig, err := ecdsa.ParseDERSignature(der)
	return err == nil && sig.Verify(hash[:], pub)
}

// StrictECDSA tells whether der is a signature in strict DER with a low s, as
// relays demand (BIP 66, BIP 146), whatever it signs.
func StrictECDSA(der []byte) bool {
	sig, err := ecdsa.ParseDERSignature(der)
	if err != nil {
		return false
	}
	s := sig.S()
	return !s.IsOverHalfOrder()
}

// NonceOf returns r of a DER signature (no hash type byte), the x-coordinate of
// its nonce's point modulo q: two signatures by one key that share it reveal
// the key.
func NonceOf(der []byte) (r [ScalarSize]byte, ok bool) {
	sig, err := ecdsa.ParseDERSignature(der)
	if err != nil {
		return r, false
	}
	n := sig.R()
	return n.Bytes(), true
}
