package boardclient

import (
	"encoding/json"

	"bevote/verifier/board"
)

// Status is what a server says of its board: the answer of GET /status and GET /wait.
type Status struct {
	Policy  string          `json:"policy"` // id
	EID     board.Hash      `json:"eid"`
	Lines   int             `json:"lines"`
	Bytes   int64           `json:"bytes"`
	Head    board.Hash      `json:"head"`
	Tip     *Tip            `json:"tip,omitempty"`     // the server's newest block; nil of a mirror
	Phase   string          `json:"phase,omitempty"`   // anchor that closes the open phase; empty after the last
	Closes  uint32          `json:"closes,omitempty"`  // its height
	Down    string          `json:"down,omitempty"`    // why no line is taken now
	Receipt json.RawMessage `json:"receipt,omitempty"` // of the last line: what the server says that its board is
}

// Tip is a block in JSON.
type Tip struct {
	Height uint32 `json:"height"`
	Hash   string `json:"hash"`
}

// Problem is the body of an answer that is no success.
type Problem struct {
	Code    string          `json:"code"`              // of the table of lines, or the server's own
	Reason  string          `json:"reason"`            // a sentence
	Do      string          `json:"do,omitempty"`      // what helps
	Line    int             `json:"line,omitempty"`    // of stands: the line that stands
	Refusal json.RawMessage `json:"refusal,omitempty"` // signed; of the codes of the table
}
