// Package mail is what a party tells the supervisor and no other: a registration, a roll key.
// It goes through the board's server, which cannot read it.
//
// It promises that mail is sealed to a key that the policy's supervisor has signed for the
// election, so that a server which shows an address of its own is not believed.
package mail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"bevote/internal/curve"
	"bevote/verifier/board"

	"filippo.io/age"
	"github.com/btcsuite/btcd/address/v2/bech32"
)

// version is the format of addresses, and the protocol.
const version = 2

// MaxText is the longest message in bytes, before it is sealed.
const MaxText = 8 << 10

// Address is what mail to the supervisor is sealed to, signed by the supervisor's key.
type Address struct {
	EID board.Hash
	To  string // an X25519 recipient of age, age1…
	Sig [curve.SchnorrSize]byte
}

// addressText is an address's JSON.
type addressText struct {
	Mail int        `json:"mail"`
	EID  board.Hash `json:"eid"`
	To   string     `json:"to"`
	Sig  board.Hex  `json:"sig"`
}

// hash returns what the supervisor signs:
//
//	TH("mail", eid 32 ‖ text to)
func (a Address) hash() [32]byte {
	return curve.TaggedHash("mail", curve.Encoder(nil).Raw(a.EID[:]).Text([]byte(a.To)))
}

// NewAddress returns the address of mail that secret opens, signed with the supervisor's
// secret key.
func NewAddress(eid [32]byte, supervisor, secret curve.Scalar) (a Address, err error) {
	id, err := identity(secret)
	if err != nil {
		return a, err
	}
	a = Address{EID: eid, To: id.Recipient().String()}
	a.Sig, err = curve.SignSchnorr(supervisor, a.hash())
	return a, err
}

// Encode returns the address's text, one line with its LF:
//
//	{"mail":2,"eid":"hex","to":"age1…","sig":"hex"}
func (a Address) Encode() []byte {
	text, err := json.Marshal(addressText{version, a.EID, a.To, a.Sig[:]})
	if err != nil {
		panic("mail: " + err.Error()) // its types have an encoding
	}
	return append(text, '\n')
}

// DecodeAddress reads what [Address.Encode] writes, for an election and its supervisor's key.
// It refuses an address that the key has not signed.
func DecodeAddress(text []byte, eid [32]byte, supervisor curve.PublicKey) (a Address, err error) {
	var t addressText
	if json.Unmarshal(text, &t) != nil || t.Mail != version || len(t.Sig) != curve.SchnorrSize {
		return a, errors.New("not an address of mail")
	}
	a = Address{t.EID, t.To, [curve.SchnorrSize]byte(t.Sig)}
	switch {
	case !bytes.Equal(a.Encode(), text):
		return a, errors.New("not an address of mail: it is not canonical")
	case a.EID != eid:
		return a, errors.New("an address of mail of another election")
	case !curve.VerifySchnorr(supervisor, a.hash(), a.Sig[:]):
		return a, errors.New("an address of mail that the supervisor has not signed")
	}
	return a, nil
}

// Seal encrypts a message to the address. The same message is never sealed to the same bytes.
func (a Address) Seal(text []byte) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("a message of %d bytes, want at most %d", len(text), MaxText)
	}
	to, err := age.ParseX25519Recipient(a.To)
	if err != nil {
		return nil, fmt.Errorf("address of mail: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Open decrypts a message with the secret of its address. Any party can have sealed it.
func Open(secret curve.Scalar, sealed []byte) ([]byte, error) {
	id, err := identity(secret)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err == nil && len(text) > MaxText {
		err = fmt.Errorf("a message of more than %d bytes", MaxText)
	}
	return text, err
}

// identity returns the X25519 secret of age with the bytes of a scalar.
func identity(secret curve.Scalar) (*age.X25519Identity, error) {
	raw := secret.Bytes()
	groups, err := bech32.ConvertBits(raw[:], 8, 5, true)
	if err != nil {
		return nil, err
	}
	text, err := bech32.Encode("age-secret-key-", groups)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseX25519Identity(strings.ToUpper(text))
	if err != nil {
		return nil, errors.New("no key for mail") // age's error may show the secret
	}
	return id, nil
}
