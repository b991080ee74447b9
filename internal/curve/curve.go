// Package curve is the arithmetic of secp256k1 (SEC 2, section 2.4.1): scalars,
// points, tagged hashes, the byte encoder, signatures, proofs of knowledge and
// multi-scalar products. G is the generator, q the group order, ∞ the point at
// infinity.
//
// Every decoder refuses what is not canonical: a scalar of q or more, a point
// off the curve, ∞. A [Scalar] prints nothing of its value. Signing is
// deterministic.
//
// Points are multiplied in variable time, by dcrd and gnark-crypto, which have
// no constant-time multiplication. Scalar arithmetic may branch on a carry.
// Scalars are compared in constant time.
//
// The package exports more names than others of the project, because all of
// them must share one representation of scalars and points. They come in groups:
//
//	Scalar, Point, PublicKey, Keyring            scalar.go, point.go, key.go
//	TaggedHash, KDF, Encoder                     encode.go
//	Product, Sum, Evaluate, Multiples            product.go, multiples.go
//	ECDSA and BIP 340, one signature at a time   sign.go
//	the same and plain equations, in batches     equation.go, batch.go
//	Context, Proof: possession and equality      proof.go
package curve

// Sizes of encodings, in bytes.
const (
	ScalarSize = 32
	PointSize  = 33
)
