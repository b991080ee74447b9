package ballot

import (
	"encoding/binary"
	"errors"
	"io"

	"bevote/internal/curve"
)

// errShut is why a ballot does not open, without saying what was inside.
var errShut = errors.New("the ballot does not recompute")

// Open decrypts v with the secret x of the key that it was sealed to and
// recomputes it. It fails if v is sealed to another key, at another place, or
// by other rules.
func Open(v []byte, at Place, x curve.Scalar) (Plain, error) {
	s, err := Parse(v)
	if err != nil {
		return Plain{}, err
	}
	return s.open(v, at, s.R.Mul(x), curve.BaseMul(x))
}

// OpenWith is Open for those who do not have x but D = x·R, which its holder
// published; key is x·G. Whether D is what it should be, VerifyDisavowal tells.
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
		return Plain{}, errShut
	}
	m := Plain{
		Share:     share,
		Candidate: int(binary.BigEndian.Uint16(text[curve.ScalarSize:])),
		Salt:      text[plainSize:],
	}
	if !Recomputes(v, m, at, key) {
		return Plain{}, errShut
	}
	return m, nil
}

// Voter names the two ends of a disavowal.
type Voter struct {
	I int // roll index of the ballot's voter
	J int // the author's candidate number; 0 for a custodial supervisor
}

// Disavow returns D = x·R of a ballot that does not open with x, and the proof
// that it is, for anyone to see that it does not.
func Disavow(r io.Reader, x curve.Scalar, v []byte, at Place, who Voter) (D curve.Point, p curve.Proof, err error) {
	s, err := Parse(v)
	if err != nil {
		return D, p, err
	}
	return curve.ProveEquality(r, at.disavowal(who), x, s.R)
}

// VerifyDisavowal tells whether D = x·R for the x of key = x·G. The ballot is
// disavowed if it then does not open: OpenWith(v, at, D, key) tells.
func VerifyDisavowal(v []byte, at Place, who Voter, key, D curve.Point, p curve.Proof) bool {
	s, err := Parse(v)
	return err == nil && curve.VerifyEquality(at.disavowal(who), p, key, s.R, D)
}

// disavowal binds the equality proof: prover = i ‖ outpoint ‖ j.
func (at Place) disavowal(who Voter) curve.Context {
	return curve.Context{Tag: "disavowal", EID: at.EID,
		Prover: curve.Encoder(nil).U16(who.I).Raw(at.Outpoint[:]).U16(who.J)}
}
