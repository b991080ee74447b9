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
	key := secp256k1.NewPrivateKey(&x.n)
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
		k := Scalar{*secp256k1.NonceRFC6979(key[:], hash[:], nil, nil, i)}
		point := BaseMul(k)
		r, overflow := xModOrder(point)
		if overflow || r.IsZero() {
			continue
		}
		s := k.Inverse().Mul(e.Add(r.Mul(x)))
		odd := point.p.Y.IsOdd()
		if s.n.IsOverHalfOrder() {
			s, odd = s.Neg(), !odd
		}
		if s.IsZero() || odd {
			continue
		}
		return ecdsa.NewSignature(&r.n, &s.n).Serialize(), nil
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

// xModOrder returns the x-coordinate modulo q and whether it had to be reduced.
func xModOrder(p Point) (Scalar, bool) {
	var r Scalar
	overflow := r.n.SetBytes(p.p.X.Bytes())
	return r, overflow != 0
}
