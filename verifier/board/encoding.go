package board

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Hash is 32 bytes, in JSON lower-case hex.
type Hash [32]byte

// MarshalText writes 64 hex digits.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (h *Hash) UnmarshalText(text []byte) error { return decodeHex(h[:], text) }

// String returns 64 hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Hex is a short byte string, in JSON lower-case hex.
type Hex []byte

// MarshalText writes lower-case digits.
func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// UnmarshalText reads what MarshalText writes.
func (h *Hex) UnmarshalText(text []byte) error {
	*h = make(Hex, len(text)/2)
	return decodeHex(*h, text)
}

// Bytes is a long byte string, in JSON standard base64 with padding.
type Bytes []byte

// MarshalText writes base64.
func (b Bytes) MarshalText() ([]byte, error) { return base64.StdEncoding.AppendEncode(nil, b), nil }

// UnmarshalText reads what MarshalText writes; the unused bits are zero.
func (b *Bytes) UnmarshalText(text []byte) error {
	out, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	*b = out
	return err
}

// List is a list whose empty form is [] and never null.
type List[T any] []T

// MarshalJSON writes [] for a nil list.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if len(l) == 0 {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// decodeHex reads exactly len(out) bytes from lower-case digits.
func decodeHex(out, text []byte) error {
	if len(text) != 2*len(out) {
		return fmt.Errorf("%d hex digits, want %d", len(text), 2*len(out))
	}
	for _, c := range text {
		if c >= 'A' && c <= 'F' {
			return errors.New("hex is not lower-case")
		}
	}
	_, err := hex.Decode(out, text)
	return err
}
