package boardserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"bevote/verifier/board"
	"bevote/verifier/record"
)

// Status is the answer of GET /status and GET /wait.
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

// waitFor is how long GET /wait waits for more lines.
const waitFor = 50 * time.Second

// Handler returns what answers requests:
//
//	GET  /policy.bev /contract.json   the files
//	GET  /board.jsonl                 the board; ranges
//	GET  /status                      Status
//	GET  /wait?lines=N                Status, once there are more than N lines, or after 50 s
//	GET  /mail.json                   the address that mail to the supervisor is sealed to
//	POST /line                        one line: its receipt, or Problem
//	POST /mail                        a sealed message
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+record.Policy, static("text/plain; charset=utf-8", s.policy))
	mux.HandleFunc("GET /"+record.Contract, static("application/json", s.contract))
	if s.opt.Mail != nil {
		mux.HandleFunc("GET /mail.json", static("application/json", s.opt.Mail))
		mux.HandleFunc("POST /mail", s.postMail)
	}
	mux.HandleFunc("GET /"+record.Board, func(w http.ResponseWriter, r *http.Request) {
		now := s.now.Load()
		serveBoard(w, r, now.head, s.reader(now.size))
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { s.sendStatus(w) })
	mux.HandleFunc("GET /wait", func(w http.ResponseWriter, r *http.Request) { s.wait(w, r) })
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

func (s *Server) sendStatus(w http.ResponseWriter) {
	now := s.now.Load()
	send(w, http.StatusOK, Status{Policy: s.e.Policy.ID(), EID: s.e.EID, Lines: now.lines, Bytes: now.size, Head: now.head,
		Tip: &Tip{now.tip.Height, now.tip.Hash.String()}, Phase: now.phase, Closes: now.closes, Down: now.down, Receipt: now.last})
}

// wait answers when the board has more lines than the client says it has.
func (s *Server) wait(w http.ResponseWriter, r *http.Request) {
	lines, err := strconv.Atoi(r.URL.Query().Get("lines"))
	if err != nil || lines < 0 {
		send(w, http.StatusBadRequest, Problem{Code: "request", Reason: "want /wait?lines=N, the number of lines you have"})
		return
	}
	leave, ok := s.limits.waiting(r)
	if !ok {
		busy(w, "too many requests of this address wait already")
		return
	}
	defer leave()
	timeout := time.NewTimer(waitFor)
	defer timeout.Stop()
	if now := s.now.Load(); now.lines <= lines {
		select {
		case <-now.grown:
		case <-timeout.C:
		case <-r.Context().Done():
			return
		}
	}
	s.sendStatus(w)
}

// postLine takes one line.
func (s *Server) postLine(w http.ResponseWriter, r *http.Request) {
	text, ok := s.limits.body(w, r, s.longest())
	if !ok {
		return
	}
	l, err := board.DecodeLine(bytes.TrimSuffix(text, []byte("\n")))
	if err != nil {
		send(w, http.StatusBadRequest, Problem{Code: "line", Reason: err.Error(), Do: "send one line as docs/protocol.md spells it; it has no refusal that could be signed"})
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

// longest is the greatest length of a line that is read.
func (s *Server) longest() int64 { return int64(min(board.MaxLine, s.greatest)) + 1 }

// answer sends what became of a line.
func (s *Server) answer(w http.ResponseWriter, sub *submission) {
	var setup *setupError
	switch a := sub.answer; {
	case a.receipt != nil:
		r, err := a.receipt.Sign(s.opt.Key)
		if err != nil {
			send(w, http.StatusInternalServerError, Problem{Code: "server", Reason: "the receipt could not be signed"})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(r.Encode())
	case a.refused != nil:
		s.sendRefusal(w, sub)
	case errors.As(a.unavailable, &setup):
		send(w, http.StatusConflict, Problem{Code: "setup", Reason: a.unavailable.Error(), Do: "set the server up with the files and the key of this election"})
	default:
		w.Header().Set("Retry-After", "2")
		send(w, http.StatusServiceUnavailable, Problem{Code: "unavailable", Reason: a.unavailable.Error(), Do: "send the same line again; nothing of it was kept"})
	}
}

// busy answers that a limit is reached.
func busy(w http.ResponseWriter, reason string) {
	w.Header().Set("Retry-After", "2")
	send(w, http.StatusTooManyRequests, Problem{Code: "busy", Reason: reason, Do: "try again in a few seconds"})
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
