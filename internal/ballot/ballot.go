// Package ballot seals a share and a candidate's number into the bytes that a vote
// publishes, and opens them again (paper, section 4.2, step 3). Voter i has the
// share s_i with the public share p_i = s_i·G and a coin at an outpoint; candidate j
// has the key PU_j = x·G.
//
//	m = s_i ‖ u16 j, or s_i ‖ u16 j ‖ salt
//	r = TH("ballot", m ‖ eid ‖ outpoint ‖ p_i) mod q
//	R = r·G     D = r·PU_j = x·R
//	c = m ⊕ KDF(D ‖ R ‖ eid ‖ outpoint, |m|)
//	v = B1 ‖ R ‖ c, or B2 ‖ R ‖ c with a salt
//
// A ballot has one opening, because r is a hash of m (Fujisaki and Okamoto 1999): m,
// place and key give v byte for byte, and no other m, place or key gives the same
// bytes. In a custodial election PU_j is the supervisor's key for every j. In
// other elections callers check that PU_j is the key of candidate j.
package ballot

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"bevote/internal/curve"
	"bevote/templates"
)

// SaltSize is the size of a salt, in bytes. Package templates has the sizes of
// whole ballots and their first bytes.
const SaltSize = templates.SaltedBallot - templates.PlainBallot

const plainSize = curve.ScalarSize + 2 // 34 bytes, m without salt

// Plain is m, what a ballot says. Its String and Format hide it.
type Plain struct {
	Share     curve.Scalar // s_i; in a custodial election a random nonce
	Candidate int          // j: 1 … 65535
	Salt      []byte       // empty, or SaltSize bytes
}

// String hides what the ballot says.
func (m Plain) String() string { return "ballot(hidden)" }

// Format hides what the ballot says from every verb of fmt.
func (m Plain) Format(f fmt.State, _ rune) { f.Write([]byte(m.String())) }

// encode returns m. It fails for a candidate or a salt that no ballot has.
//
//	s_i     32
//	u16 j   2
//	salt    12, where there is one
func (m Plain) encode() ([]byte, error) {
	if m.Candidate < 1 || m.Candidate > math.MaxUint16 {
		return nil, fmt.Errorf("candidate number %d", m.Candidate)
	}
	if len(m.Salt) != 0 && len(m.Salt) != SaltSize {
		return nil, fmt.Errorf("salt of %d bytes, want %d", len(m.Salt), SaltSize)
	}
	return curve.Encoder(nil).Scalar(m.Share).U16(m.Candidate).Raw(m.Salt), nil
}

// Place is what a ballot is bound to, besides its key.
type Place struct {
	EID         [32]byte        // the election's id
	Outpoint    [36]byte        // of the voter's coin, in wire form: txid ‖ u32 little-endian
	PublicShare curve.PublicKey // p_i; in a custodial election 33 zero bytes
}

// randomness is r for m = text: TH("ballot", text ‖ eid ‖ outpoint ‖ p_i) mod q.
func (at Place) randomness(text []byte) curve.Scalar {
	return curve.ReduceScalar(curve.TaggedHash("ballot", text, at.EID[:], at.Outpoint[:], at.PublicShare[:]))
}

// custodial reports whether the ballot has no public share.
func (at Place) custodial() bool { return at.PublicShare == curve.PublicKey{} }

// pad is KDF(D ‖ R ‖ eid ‖ outpoint, size).
func (at Place) pad(D, R curve.Point, size int) []byte {
	return curve.KDF(curve.Encoder(nil).Point(D).Point(R).Raw(at.EID[:]).Raw(at.Outpoint[:]), size)
}

// Sealed is the parts of a ballot.
type Sealed struct {
	R      curve.Point
	Cipher []byte // c
}

// Parse returns the parts of a ballot and refuses what has another form:
//
//	B1   1       B2   1
//	R    33      R    33
//	c    34      c    46
func Parse(v []byte) (Sealed, error) {
	switch {
	case templates.IsBallot(v):
	case len(v) == 0:
		return Sealed{}, errors.New("empty ballot")
	default:
		return Sealed{}, fmt.Errorf("no ballot has %d bytes beginning %02x", len(v), v[0])
	}
	R, err := curve.DecodePoint(v[1 : 1+curve.PointSize])
	if err != nil {
		return Sealed{}, fmt.Errorf("ballot's point: %w", err)
	}
	return Sealed{R, bytes.Clone(v[1+curve.PointSize:])}, nil
}

// Seal returns the ballot that says m at a place and opens with the secret of key.
// It panics if m has no valid candidate or a salt of another size.
func Seal(m Plain, at Place, key curve.Point) []byte {
	v, err := seal(m, at, key)
	if err != nil {
		panic("ballot: " + err.Error())
	}
	return v
}

func seal(m Plain, at Place, key curve.Point) ([]byte, error) {
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	r := at.randomness(text)
	R := curve.BaseMul(r)
	prefix := byte(templates.PlainPrefix)
	if len(m.Salt) > 0 {
		prefix = templates.SaltedPrefix
	}
	return curve.Encoder{prefix}.Point(R).Raw(xor(text, at.pad(key.Mul(r), R, len(text)))), nil
}

// Recomputes reports whether v is what [Seal] returns for m, place and key, and
// s_i·G = p_i, which a custodial election does not require. A key of ∞ recomputes
// nothing.
func Recomputes(v []byte, m Plain, at Place, key curve.Point) bool {
	if key.IsInfinity() {
		return false
	}
	again, err := seal(m, at, key)
	if err != nil || !bytes.Equal(v, again) {
		return false
	}
	return at.custodial() || curve.BaseMul(m.Share).Key() == at.PublicShare
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = a[i] ^ b[i]
	}
	return out
}
