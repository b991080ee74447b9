package curve

import (
	"encoding/hex"
	"errors"
	"sync"
)

// PublicKey is a point as it stands in policies, scripts and board lines: 33
// bytes, compressed (SEC 1, section 2.3.3). It is comparable. Its bytes need not
// encode a point; [PublicKey.Point] checks them.
type PublicKey [PointSize]byte

// ParsePublicKey reads 66 lower-case hex digits and checks that they are a point.
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

// Point decodes k as [DecodePoint] does.
func (k PublicKey) Point() (Point, error) { return DecodePoint(k[:]) }

// X returns the x-coordinate, 32 bytes: the public key of BIP 340. A point and
// its negative have the same, so one BIP 340 signature verifies under both.
func (k PublicKey) X() [32]byte { return [32]byte(k[1:]) }

// String returns 66 hex digits.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// MarshalText writes hex: keys are text in JSON.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes, as [ParsePublicKey] does.
func (k *PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParsePublicKey(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// Keyring caches the points of keys, since decoding one takes a square root. Its
// zero value is empty. It is safe for concurrent use.
type Keyring struct{ points sync.Map }

// Point returns the point of k, decoded at the first call for k.
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
