package ballot

import (
	"encoding/binary"
	"errors"

	"bevote/internal/curve"
)

// errClosed says nothing of the plaintext.
var errClosed = errors.New("the ballot does not recompute")

// Open decrypts v with x, the secret of the key that it was sealed to, and checks
// that the plaintext [Recomputes]. It fails if v is no ballot, or was sealed to
// another key, at another place, or not as [Seal] does.
func Open(v []byte, at Place, x curve.Scalar) (Plain, error) {
	s, err := Parse(v)
	if err != nil {
		return Plain{}, err
	}
	return s.open(v, at, s.R.Mul(x), curve.BaseMul(x))
}

// OpenWith is [Open] with key = x·G and D = x·R in place of x. It does not verify D;
// [VerifyDisavowal] does.
func OpenWith(v []byte, at Place, D, key curve.Point) (Plain, error) {
	s, err := Parse(v)
	if err != nil {
		return Plain{}, err
	}
	return s.open(v, at, D, key)
}

func (s Sealed) open(v []byte, at Place, D, key curve.Point) (Plain, error) {
	text := xor(s.Cipher, at.pad(D, s.R, len(s.Cipher)))
	share, err := curve.DecodeScalar(text[:curve.ScalarSize])
	if err != nil {
		return Plain{}, errClosed
	}
	m := Plain{
		Share:     share,
		Candidate: int(binary.BigEndian.Uint16(text[curve.ScalarSize:])),
		Salt:      text[plainSize:],
	}
	if !Recomputes(v, m, at, key) {
		return Plain{}, errClosed
	}
	return m, nil
}

// Parties identify the voter and the candidate of a disavowal.
type Parties struct {
	I int // roll index of the voter whose ballot it is
	J int // number of the candidate who disavows it; 0 for a custodial supervisor
}

// Disavow returns D = x·R with a proof of equality, x·G and x·R (Chaum and Pedersen
// 1992). With D any reader can try to open the ballot: one that does not open with x
// is thereby shown not to, and one that does is revealed. It fails if v is no
// ballot.
func Disavow(x curve.Scalar, v []byte, at Place, who Parties) (D curve.Point, p curve.Proof, err error) {
	s, err := Parse(v)
	if err != nil {
		return D, p, err
	}
	D, p = curve.ProveEquality(at.disavowal(who), x, s.R)
	return D, p, nil
}

// VerifyDisavowal reports whether p proves that D = x·R, where key = x·G. The ballot
// is disavowed if, besides, [OpenWith] fails for D and key.
func VerifyDisavowal(v []byte, at Place, who Parties, key, D curve.Point, p curve.Proof) bool {
	s, err := Parse(v)
	return err == nil && curve.VerifyEquality(at.disavowal(who), p, key, s.R, D)
}

// disavowal binds the proof of equality; the prover is u32 i ‖ outpoint ‖ u16 j.
func (at Place) disavowal(who Parties) curve.Context {
	return curve.Context{Tag: "disavowal", EID: at.EID,
		Prover: curve.Encoder(nil).Index(who.I).Raw(at.Outpoint[:]).U16(who.J)}
}
