package election

import (
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// DecodeOutpoint reads an outpoint in wire form.
func DecodeOutpoint(b []byte) (wire.OutPoint, error) { return decodeOutpoint(b) }

// ParseAnchor reads what AnchorData wrote.
func ParseAnchor(data []byte) (Anchor, bool) { return parseAnchor(data) }

// HasRow reports whether a type of line is in both tables.
func HasRow(t board.Type) bool {
	_, ok := lineTypes[t]
	return ok && writersOf(t).entitled != nil
}
