package boardserver

import (
	"encoding/json"
	"net/http"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Problem is the body of an answer that is no success.
type Problem struct {
	Code    string          `json:"code"`              // of the table of lines, or the server's own
	Reason  string          `json:"reason"`            // a sentence
	Do      string          `json:"do,omitempty"`      // what helps
	Line    int             `json:"line,omitempty"`    // of stands: the line that stands
	Refusal json.RawMessage `json:"refusal,omitempty"` // signed; of the codes of the table
}

// remedy is what HTTP says of a code of the table of lines, and what helps.
type remedy struct {
	status int
	do     string
}

var remedies = map[string]remedy{
	election.RefusedPhase:     {http.StatusLocked, "see the open phase with GET /status; a phase that has closed does not open again"},
	election.RefusedAuthor:    {http.StatusForbidden, "sign with the key that may write lines of this type"},
	election.RefusedSize:      {http.StatusRequestEntityTooLarge, "make the body as long as the table of lines says"},
	election.RefusedNumber:    {http.StatusForbidden, "this key has written all that counts; read the board"},
	election.RefusedBody:      {http.StatusUnprocessableEntity, "write the body as docs/protocol.md spells it"},
	election.RefusedStands:    {http.StatusConflict, "read the line that stands; it counts, and no other can"},
	election.RefusedSeen:      {http.StatusPreconditionFailed, "sign again, with the block that is deep now; see the server's tip with GET /status"},
	election.RefusedCoin:      {http.StatusForbidden, "wait until the coin is in a block, and enter with its key"},
	election.RefusedSignature: {http.StatusForbidden, "sign the line for this election with its author's key"},
	election.RefusedVoucher:   {http.StatusForbidden, "show a voucher that an issuer has signed for this key"},
}

// sendRefusal answers with a signed refusal.
func (s *Server) sendRefusal(w http.ResponseWriter, sub *submission) {
	why := sub.answer.refused
	r, err := board.Refused{EID: s.e.EID, Line: sub.line.ID(s.e.EID), Code: why.Code, Tip: sub.answer.tip}.Sign(s.opt.Key)
	if err != nil {
		send(w, http.StatusInternalServerError, Problem{Code: "server", Reason: "the refusal could not be signed"})
		return
	}
	what := remedies[why.Code]
	send(w, what.status, Problem{why.Code, why.Reason, what.do, why.Line, r.Encode()})
}
