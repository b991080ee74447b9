package roles

import (
	"errors"
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Registration is what a voter hands to the supervisor off the board: its identity, the key that owns
// the coin it will deposit, and the BIP 340 signatures of both keys over [board.RegistrationHash].
type Registration struct {
	Identity   string          `json:"identity"`
	Key        curve.PublicKey `json:"key"`
	ByIdentity board.Hex       `json:"by_identity"` // 64 bytes
	ByKey      board.Hex       `json:"by_key"`      // 64 bytes
}

// Register makes the registration for the election with the id eid. identityKey is the secret of the
// key that the list has for the identity, and key is that of a fresh one.
func Register(eid [32]byte, identity string, identityKey, key curve.Scalar) (Registration, error) {
	r := Registration{Identity: identity, Key: curve.BaseMul(key).Key()}
	hash := board.RegistrationHash(eid, identity, r.Key)
	byIdentity, err1 := curve.SignSchnorr(identityKey, hash)
	byKey, err2 := curve.SignSchnorr(key, hash)
	r.ByIdentity, r.ByKey = byIdentity[:], byKey[:]
	return r, errors.Join(err1, err2)
}

// ErrRefused is wrapped by the reasons for which a registration is refused.
var ErrRefused = errors.New("registration refused")

// refused is an error that wraps ErrRefused.
func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// check checks a registration by itself: the identity is eligible, both keys have signed, and the
// registration key is no identity's.
func (r Registration) check(eid [32]byte, list *Eligible) error {
	owner, known := list.keys[r.Identity]
	hash := board.RegistrationHash(eid, r.Identity, r.Key)
	switch {
	case !known:
		return refused("the identity is not on the list")
	case !curve.VerifySchnorr(owner, hash, r.ByIdentity):
		return refused("the identity's key did not sign it")
	case !curve.VerifySchnorr(r.Key, hash, r.ByKey):
		return refused("the registration key did not sign it")
	case list.owners[r.Key.X()] != "":
		return refused("the registration key is somebody's identity key")
	}
	return nil
}
