package curve

import (
	"encoding/hex"
	"errors"
	"sync"
)

// PublicKey is a point as it stands in policies, scripts and board lines:
// 33 bytes, compressed. It is comparable; its bytes are checked by Point.
type PublicKey [PointSize]byte

// ParsePublicKey reads 66 lower-case hex digits of a point on the curve.
func ParsePublicKey(text string) (PublicKey, error) {
	var k PublicKey
	b, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(b) != text {
		return k, errors.New("not lower-case hex")
	}
	if _, err := DecodePoint(b); err != nil {
		return k, err
	}
	copy(k[:], b)
	return k, nil
}

// Point decodes k.
func (k PublicKey) Point() (Point, error) { return DecodePoint(k[:]) }

// X is the x-coordinate, by which BIP 340 knows a key: the holder of one secret
// can sign under both keys that have it.
func (k PublicKey) X() [32]byte { return [32]byte(k[1:]) }

// String returns 66 hex digits.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// MarshalText writes hex, so that JSON carries keys as text.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes and refuses any other point form.
func (k *PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParsePublicKey(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// Keyring decodes each of its keys once, for many readers side by side: the
// few who sign much, and the many who sign several times. Its zero value is
// empty.
type Keyring struct{ points sync.Map }

// Point decodes k, or remembers it.
func (r *Keyring) Point(k PublicKey) (Point, error) {
	if known, ok := r.points.Load(k); ok {
		return known.(Point), nil
	}
	p, err := k.Point()
	if err == nil {
		r.points.Store(k, p)
	}
	return p, err
}
