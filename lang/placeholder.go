package lang

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"bevote/internal/curve"
)

// placeholderMark begins the abscissa of every placeholder, so that one is known
// whatever the election and its roles are called.
const placeholderMark = "bevote placehold"

// Placeholder returns a key of which no secret is known, to stand in a policy until a
// role has its own: the first point with an even y and the abscissa
//
//	"bevote placehold" ‖ the first 16 bytes of SHA-256(text ‖ i), for i = 0, 1, … as one byte
//
// A policy of a live network with such a key is refused (E0309).
func Placeholder(text string) PublicKey {
	for i := range 256 {
		rest := sha256.Sum256(append([]byte(text), byte(i)))
		if key, err := curve.ParsePublicKey(fmt.Sprintf("02%x%x", placeholderMark, rest[:16])); err == nil {
			return key
		}
	}
	panic("lang: no point in 256 tries") // half of all numbers are an abscissa
}

// placeholders reports the placeholders in a policy of a live network.
func (c *checker) placeholders() {
	if !c.live() {
		return
	}
	for _, u := range c.roles {
		if bytes.HasPrefix(u.key[1:], []byte(placeholderMark)) {
			d := c.report("E0309", u.span, "%s is a placeholder on %s", u.what(), c.Network)
			d.Notes = []string{"nobody knows its secret"}
			d.Help = "write the key of the one whose role it is"
		}
	}
}
