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

// SignSchnorr signs a hash by BIP 340 with the all-zero auxiliary randomness, so
// that a key and a hash give one signature. It refuses x = 0.
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

// VerifySchnorr reports whether sig is a BIP 340 signature of hash under the
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

// SignECDSA signs a hash (SEC 1, section 4.1.3) with a nonce of RFC 6979 and a low
// s (BIP 146), and refuses x = 0. The signature is strict DER (BIP 66) without a
// hash type byte; integers are big-endian, of least length, with a zero byte
// before a high bit:
//
//	30 ‖ length ‖ 02 ‖ length of r ‖ r ‖ 02 ‖ length of s ‖ s
//
//	R = k·G   r = R.x mod q   s = ±(hash + r·x)/k
//
// It takes the first nonce k for which R.x is below q and the point that a
// verifier recomputes, ±R, has an even y. Then r alone gives that point, and
// [VerifyECDSABatch] needs it.
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
			continue // R.x ≥ q, or r = 0
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

// VerifyECDSA reports whether der, strict DER without a hash type byte, is a
// signature of hash under key (SEC 1, section 4.1.4). It accepts a high s.
func VerifyECDSA(key PublicKey, hash [32]byte, der []byte) bool {
	pub, err := btcec.ParsePubKey(key[:])
	if err != nil {
		return false
	}
	sig, err := ecdsa.ParseDERSignature(der)
	return err == nil && sig.Verify(hash[:], pub)
}

// StrictECDSA reports whether der is an encoding that relays accept: strict DER
// (BIP 66) without a hash type byte, s at most q/2 (BIP 146).
func StrictECDSA(der []byte) bool {
	sig, err := ecdsa.ParseDERSignature(der)
	if err != nil {
		return false
	}
	s := sig.S()
	return !s.IsOverHalfOrder()
}

// NonceOf returns r of a strict DER signature without a hash type byte: k·G has
// the x-coordinate r modulo q, where k is the nonce. Two signatures of different
// hashes by one key with the same r reveal the key. ok is false if der is no
// signature.
func NonceOf(der []byte) (r [ScalarSize]byte, ok bool) {
	sig, err := ecdsa.ParseDERSignature(der)
	if err != nil {
		return r, false
	}
	n := sig.R()
	return n.Bytes(), true
}
