// Package curve is the arithmetic of secp256k1 as BEvote needs it: scalars,
// points, the tagged hashes, the one byte encoder, signatures, proofs and
// multi-scalar products.
//
// It promises that every decoder refuses what is not canonical (a scalar not
// below q, a point off the curve or at infinity), that scalars print nothing
// of themselves, and that signing is deterministic.
//
// Points are multiplied in variable time, because no kept library offers
// anything else, and scalar arithmetic may branch on a carry. Scalars are
// compared in constant time.
package curve

// Sizes of encodings, in bytes.
const (
	ScalarSize = 32
	PointSize  = 33
)
