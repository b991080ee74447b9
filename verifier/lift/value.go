package lift

import (
	"encoding/hex"
	"slices"

	"bevote/templates"
)

// value is an item of the symbolic stack.
type value struct {
	kind valueKind
	data []byte // constant
	hole string // hole
	item int    // index of a witness item, itself or hashed
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

// holds returns the truth of the value if it is known: keys and ballots are never all
// zeros.
func (v value) holds() (truth, known bool) {
	switch v.kind {
	case constant:
		return truthy(v.data), true
	case hole:
		return true, templates.HoleKind(v.hole) != templates.KindHash
	}
	return false, false
}

// truthy reports whether a script takes b for true: some byte is not 0, other than a
// last byte of 80 (negative zero).
func truthy(b []byte) bool {
	for i, x := range b {
		if x != 0 {
			return i != len(b)-1 || x != 0x80
		}
	}
	return false
}

// keyRole returns the role whose key the value is. It is not ok if the value has not the
// form of a public key.
func (v value) keyRole(roles map[string]string) (role string, ok bool) {
	switch {
	case v.kind == hole && templates.HoleKind(v.hole) == templates.KindKey:
		return named(roles, v.hole), true
	case v.kind == constant && isKey(v.data):
		return named(roles, hex.EncodeToString(v.data)), true
	}
	return "", false
}

// hashRole returns the role whose key the value is the HASH160 of. A constant of no
// role is its own name, and not known to be a key's hash. It is not ok for a value
// that is no HASH160.
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

// isKey reports whether b has the form of a public key by consensus: the size and first
// byte of a compressed, uncompressed or hybrid one (SEC 1, section 2.3.3). It does
// not check that the point is on the curve.
func isKey(b []byte) bool {
	switch len(b) {
	case 33:
		return b[0] == 2 || b[0] == 3
	case 65:
		return b[0] == 4 || b[0] == 6 || b[0] == 7
	}
	return false
}
