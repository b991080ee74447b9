package election

import (
	"bytes"

	"bevote/internal/curve"
)

// The kinds of anchors, in the order of the phases that they close.
const (
	Announce = 1 + iota
	RollClosed
	CommitsClosed
	DealsClosed
	ComplaintsClosed
	TranscriptClosed

	LastAnchor = TranscriptClosed
)

// AnchorName returns the word for a kind of anchor.
func AnchorName(kind int) string {
	return [...]string{"", "announce", "roll", "commits", "deals", "complaints", "transcript"}[kind]
}

// Anchor is an output of a transaction that spends from the supervisor's key. It
// commits to a prefix of the board and closes a phase.
type Anchor struct {
	Kind   int
	EID    [32]byte
	Head   [32]byte // hash of the prefix's last line
	Height uint32   // of the block with the transaction
	TxID   string
}

// anchorMagic begins the data of every anchor.
var anchorMagic = []byte("BEV1")

// anchorSize is the length of an anchor's data.
const anchorSize = 4 + 1 + 32 + 32

// AnchorData returns what the OP_RETURN of an anchor pushes, 69 bytes:
//
//	"BEV1" ‖ kind 1 ‖ eid 32 ‖ head 32
func AnchorData(kind int, eid, head [32]byte) []byte {
	return curve.Encoder(nil).Raw(anchorMagic).Raw([]byte{byte(kind)}).Raw(eid[:]).Raw(head[:])
}

// parseAnchor reads what [AnchorData] wrote. Height and TxID are left empty.
func parseAnchor(data []byte) (a Anchor, ok bool) {
	if len(data) != anchorSize || !bytes.HasPrefix(data, anchorMagic) {
		return a, false
	}
	a.Kind = int(data[4])
	copy(a.EID[:], data[5:37])
	copy(a.Head[:], data[37:])
	return a, a.Kind >= Announce && a.Kind <= LastAnchor
}
