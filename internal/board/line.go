// Package board is the published log of an election: signed lines in a hash
// chain, one canonical JSON object a line.
//
// It promises that a line has exactly one encoding: what Decode accepts,
// Encode writes back byte for byte.
package board

import (
	"bevote/internal/curve"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// Seen names the newest block that was deep enough for a line's author.
// In JSON it is [height,"hash"], the hash as people write it (reversed).
type Seen struct {
	Height uint32
	Hash   chainhash.Hash
}

// Type is what a line says.
type Type string

// The line types in the order of the phases.
const (
	TypeOpen       Type = "open"
	TypeCandidate  Type = "candidate"
	TypeRoll       Type = "roll"
	TypeCommit     Type = "commit"
	TypeDeal       Type = "deal"
	TypeComplaint  Type = "complaint"
	TypeTranscript Type = "transcript"
	TypeAck        Type = "ack"
	TypeOpening    Type = "opening"
)

// Line is one entry of the log.
type Line struct {
	Prev [32]byte // hash of the line before; the eid for the first
	By   curve.PublicKey
	Seen Seen
	Type Type
	Body []byte // canonical JSON of the type's body
	Sig  [64]byte
}

// Open is the supervisor's first line: SHA-256 of the two announced files.
type Open struct {
	Policy   Hash `json:"policy"`
	Contract Hash `json:"contract"`
}

// Candidate carries a candidate's proof of possession of its policy key.
type Candidate struct {
	Name  string `json:"name"`
	Proof Bytes  `json:"proof"` // e ‖ z, 64 bytes
}

// Roll is one entry of the roll, by the supervisor. Sig is the roll key's own
// BIP 340 signature over TH("roll", eid ‖ key ‖ outpoint).
type Roll struct {
	Key      curve.PublicKey `json:"key"`
	Outpoint Bytes           `json:"outpoint"` // 36 bytes, wire form
	Sig      Bytes           `json:"sig"`      // 64 bytes
}

// Commit binds a dealer to its deal before any deal is out.
type Commit struct {
	Deal Hash `json:"deal"`
}

// Deal is a dealer's contribution; its layout is internal/sharing's.
type Deal struct {
	Deal Bytes `json:"deal"`
}

// Complaint opens the pad between a dealer and the complaining receiver.
type Complaint struct {
	Dealer int             `json:"dealer"` // roll index, from 1
	Key    int             `json:"key"`    // number of the joint key whose share is wrong, from 1
	Point  curve.PublicKey `json:"point"`  // x_j·E_i
	Proof  Bytes           `json:"proof"`  // equality proof, 64 bytes
}

// Transcript is the supervisor's result of the dealing.
type Transcript struct {
	Qual []int      `json:"qual"` // roll indices, ascending
	Keys []JointKey `json:"keys"` // one, or one for each candidate
}

// JointKey is a joint key with everybody's public share.
type JointKey struct {
	Key    curve.PublicKey `json:"key"`
	Shares Bytes           `json:"shares"` // n·33 bytes, in roll order
}

// Ack says that a roll member holds the share behind its p_i.
type Ack struct {
	Transcript Hash `json:"transcript"` // TH("transcript", body of the transcript line)
}

// Opening publishes what ballots say.
type Opening struct {
	Count      int         `json:"count"` // the author's total of its own valid ballots
	Openings   []Opened    `json:"openings"`
	Disavowals []Disavowal `json:"disavowals"`
}

// Opened is the plaintext of the ballot of roll index I.
type Opened struct {
	I    int   `json:"i"`
	J    int   `json:"j"`    // candidate number, from 1
	S    Bytes `json:"s"`    // 32 bytes
	Salt Bytes `json:"salt"` // 12 bytes where ballots are salted, else empty
}

// Disavowal publishes D = x·R for a ballot that does not recompute, with a
// proof that it is the author's.
type Disavowal struct {
	I     int             `json:"i"`
	D     curve.PublicKey `json:"d"`
	Proof Bytes           `json:"proof"`
}
