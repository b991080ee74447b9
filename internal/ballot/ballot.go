// Package ballot seals a share and a choice into the bytes that a vote
// publishes, and opens them again.
//
// It promises that a ballot has one reading: its randomness is a hash of what
// it says and of where it stands, so that whoever publishes the plaintext lets
// anyone recompute the ballot byte for byte, and no other plaintext, place or
// key gives the same bytes. It does not say whether the candidate's number
// belongs to the key: callers compare them.
package ballot

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"bevote/internal/curve"
	"bevote/templates"
)

// SaltSize is the size of a salt in bytes. What a ballot's size is in all, and
// what it begins with, package templates says.
const SaltSize = templates.SaltedBallot - templates.PlainBallot

const plainSize = curve.ScalarSize + 2 // bytes of s_i ‖ j

// Plain is what a ballot says. It prints nothing of itself.
type Plain struct {
	Share     curve.Scalar // s_i; a random nonce where the election is custodial
	Candidate int          // 1 … 65535
	Salt      []byte       // empty, or SaltSize bytes
}

// String hides what the ballot says.
func (m Plain) String() string { return "ballot(hidden)" }

// Format hides what the ballot says from every verb of fmt.
func (m Plain) Format(f fmt.State, _ rune) { f.Write([]byte(m.String())) }

// encode returns m = s_i ‖ j [‖ salt], unless there is no such ballot.
func (m Plain) encode() ([]byte, error) {
	if m.Candidate < 1 || m.Candidate > math.MaxUint16 {
		return nil, fmt.Errorf("candidate number %d", m.Candidate)
	}
	if len(m.Salt) != 0 && len(m.Salt) != SaltSize {
		return nil, fmt.Errorf("salt of %d bytes, want %d", len(m.Salt), SaltSize)
	}
	return curve.Encoder(nil).Scalar(m.Share).U16(m.Candidate).Raw(m.Salt), nil
}

// Place binds a ballot to its voter's coin and public share p_i, which is 33
// zero bytes where the election is custodial. Outpoint is in wire form.
type Place struct {
	EID         [32]byte
	Outpoint    [36]byte
	PublicShare curve.PublicKey
}

// randomness is r of the ballot that says text: TH("ballot", text ‖ eid ‖ outpoint ‖ p_i) mod q.
func (at Place) randomness(text []byte) curve.Scalar {
	return curve.ReduceScalar(curve.TaggedHash("ballot", text, at.EID[:], at.Outpoint[:], at.PublicShare[:]))
}

// custodial tells whether no share is behind the ballot.
func (at Place) custodial() bool { return at.PublicShare == curve.PublicKey{} }

// pad is KDF(D ‖ R ‖ eid ‖ outpoint, size), with D = r·PU_j = x·R.
func (at Place) pad(D, R curve.Point, size int) []byte {
	return curve.KDF(curve.Encoder(nil).Point(D).Point(R).Raw(at.EID[:]).Raw(at.Outpoint[:]), size)
}

// Sealed is a ballot taken apart.
type Sealed struct {
	R      curve.Point
	Cipher []byte // m ⊕ pad
}

// Salted tells whether the ballot carries a salt.
func (s Sealed) Salted() bool { return len(s.Cipher) > plainSize }

// Parse takes a ballot's bytes apart and refuses any other form:
//
//	B1 ‖ R 33 ‖ c 34   or   B2 ‖ R 33 ‖ c 46
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

// Seal returns the ballot that says m at that place, readable with the secret
// of key:
//
//	r = TH("ballot", m ‖ eid ‖ outpoint ‖ p_i) mod q   R = r·G   c = m ⊕ pad(r·key, R)
//
// It panics if m has a salt of a wrong size or no candidate.
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

// Recomputes tells whether v is m sealed at that place to key, byte for byte,
// and m's share is the one behind p_i (which is not asked where p_i is 33 zero
// bytes).
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
