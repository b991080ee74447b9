package lift

import (
	"encoding/hex"
	"slices"

	"bevote/templates"
)

// value is what stands on the symbolic stack.
type value struct {
	kind valueKind
	data []byte // constant
	hole string // hole
	item int    // index of the witness item, or of the item that was hashed
}

type valueKind int

const (
	constant valueKind = iota
	hole
	item   // a witness item
	hashed // HASH160 of a witness item
)

func truthValue(b bool) value {
	if b {
		return value{kind: constant, data: []byte{1}}
	}
	return value{kind: constant}
}

func (v value) equal(w value) bool {
	return v.kind == w.kind && v.hole == w.hole && v.item == w.item && slices.Equal(v.data, w.data)
}

// holds tells whether the value is true where that is known beforehand: keys
// and ballots never consist of zeros.
func (v value) holds() (truth, known bool) {
	switch v.kind {
	case constant:
		return truthy(v.data), true
	case hole:
		return true, templates.HoleKind(v.hole) != templates.KindHash
	}
	return false, false
}

// truthy is the script's notion of true: any byte set, but for a sign bit
// alone at the end (negative zero).
func truthy(b []byte) bool {
	for i, x := range b {
		if x != 0 {
			return i != len(b)-1 || x != 0x80
		}
	}
	return false
}

// keyRole returns the name of whose key the value is; not ok where it can be
// nobody's, because it does not have the form of a public key.
func (v value) keyRole(roles map[string]string) (role string, ok bool) {
	switch {
	case v.kind == hole && templates.HoleKind(v.hole) == templates.KindKey:
		return named(roles, v.hole), true
	case v.kind == constant && isKey(v.data):
		return named(roles, hex.EncodeToString(v.data)), true
	}
	return "", false
}

// hashRole returns the name of whose key the value is the hash of. A constant
// that no role has is its own name, and not known to be a key's hash. Not ok is
// what cannot be a HASH160.
func (v value) hashRole(roles map[string]string) (role string, known, ok bool) {
	switch {
	case v.kind == hole && templates.HoleKind(v.hole) == templates.KindHash:
		return named(roles, templates.HashedRole(v.hole)), true, true
	case v.kind == constant && len(v.data) == templates.HashSize:
		hash := hex.EncodeToString(v.data)
		_, known = roles[hash]
		return named(roles, hash), known, true
	}
	return "", false, false
}

func named(roles map[string]string, key string) string {
	if role, ok := roles[key]; ok {
		return role
	}
	return key
}

// isKey tells whether consensus would read b as a public key: by its size and
// first byte, compressed, uncompressed or hybrid. Whether the point is on the
// curve is not looked at: that errs on the side of a key.
func isKey(b []byte) bool {
	switch len(b) {
	case 33:
		return b[0] == 2 || b[0] == 3
	case 65:
		return b[0] == 4 || b[0] == 6 || b[0] == 7
	}
	return false
}
