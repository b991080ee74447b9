package boardserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"bevote/internal/boardclient"

	"bevote/verifier/board"
)

// Handler returns what answers requests: what a mirror answers too, and
//
//	POST /line   one line: its receipt, or a [boardclient.Problem]
//	POST /mail   a sealed message
func (s *Server) Handler() http.Handler {
	mux := s.routes()
	if s.address != nil {
		mux.HandleFunc("POST /mail", s.postMail)
	}
	mux.HandleFunc("POST /line", s.postLine)
	return bounded(mux)
}

// static serves a file that never changes.
func static(kind string, text []byte) http.HandlerFunc {
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	}
}

// serveBoard serves the board as it is now. Its tag is the head, which names all lines.
func serveBoard(w http.ResponseWriter, r *http.Request, head board.Hash, file io.ReadSeeker) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("ETag", `"`+head.String()+`"`)
	http.ServeContent(w, r, "", time.Time{}, file)
}

// postLine takes one line.
func (s *Server) postLine(w http.ResponseWriter, r *http.Request) {
	text, ok := s.limits.body(w, r, s.longest())
	if !ok {
		return
	}
	l, err := board.DecodeLine(bytes.TrimSuffix(text, []byte("\n")))
	if err != nil {
		send(w, http.StatusBadRequest, boardclient.Problem{Code: "line", Reason: err.Error(), Do: "send one line as docs/protocol.md spells it; it has no refusal that could be signed"})
		return
	}
	sub := &submission{line: l, done: make(chan struct{})}
	select {
	case s.queue <- sub:
	default:
		busy(w, "too many lines wait already")
		return
	}
	select {
	case <-sub.done: // also where the client has gone: the line may stand
	case <-r.Context().Done():
		return
	}
	s.answer(w, sub)
}

// answer sends what became of a line.
func (s *Server) answer(w http.ResponseWriter, sub *submission) {
	var setup *setupError
	switch a := sub.answer; {
	case a.receipt != nil:
		r, err := a.receipt.Sign(s.opt.Key)
		if err != nil {
			send(w, http.StatusInternalServerError, boardclient.Problem{Code: "server", Reason: "the receipt could not be signed"})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(r.Encode())
	case a.refused != nil:
		s.sendRefusal(w, sub)
	case errors.As(a.unavailable, &setup):
		send(w, http.StatusConflict, boardclient.Problem{Code: "setup", Reason: a.unavailable.Error(), Do: "set the server up with the files and the key of this election"})
	default:
		w.Header().Set("Retry-After", "2")
		send(w, http.StatusServiceUnavailable, boardclient.Problem{Code: "unavailable", Reason: a.unavailable.Error(), Do: "send the same line again; nothing of it was kept"})
	}
}

// busy answers that a limit is reached.
func busy(w http.ResponseWriter, reason string) {
	w.Header().Set("Retry-After", "2")
	send(w, http.StatusTooManyRequests, boardclient.Problem{Code: "busy", Reason: reason, Do: "try again in a few seconds"})
}

// send answers with JSON.
func send(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("boardserver: " + err.Error()) // its types have an encoding
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(text, '\n'))
}
