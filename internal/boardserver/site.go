package boardserver

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"bevote/internal/boardclient"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// site is what a server and a mirror show alike.
type site struct {
	e                *election.Election
	policy, contract []byte
	address          []byte      // that mail is sealed to; nil without mail
	file             io.ReaderAt // the board
	greatest         int         // bytes of the longest line that the policy lets in
	limits           *limits
	now              atomic.Pointer[state]
}

// state is what readers of a board are shown. It is replaced as a whole.
type state struct {
	lines  int
	size   int64
	head   board.Hash
	tip    board.Seen // zero of a mirror
	last   []byte     // receipt of the last line; nil without a line
	phase  string     // kind of the anchor that is due next; "" after the last, and of a mirror
	closes uint32     // its height
	down   string     // why no line is taken now; "" when lines are taken
	grown  chan struct{}
}

// readElection reads policy and contract from a directory.
func (s *site) readElection(dir string) (err error) {
	if s.policy, err = os.ReadFile(filepath.Join(dir, record.Policy)); err != nil {
		return err
	}
	if s.contract, err = os.ReadFile(filepath.Join(dir, record.Contract)); err != nil {
		return err
	}
	if s.e, err = election.Load(s.policy, s.contract); err == nil {
		s.greatest = election.GreatestBoard(s.e.Policy).Longest
	}
	return err
}

// Election returns what is served.
func (s *site) Election() *election.Election { return s.e }

// show replaces what readers are shown, and wakes those who wait for lines.
func (s *site) show(next *state) {
	before := s.now.Load()
	if before != nil && before.lines == next.lines {
		next.grown = before.grown
		s.now.Store(next)
		return
	}
	next.grown = make(chan struct{})
	s.now.Store(next)
	if before != nil {
		close(before.grown)
	}
}

// routes answers what only reads:
//
//	GET /policy.bev /contract.json   the files
//	GET /board.jsonl                 the board; ranges
//	GET /status                      [boardclient.Status]
//	GET /wait?lines=N                the same, once there are more than N lines, or after 50 s
//	GET /mail.json                   the address that mail to the supervisor is sealed to
func (s *site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+record.Policy, static("text/plain; charset=utf-8", s.policy))
	mux.HandleFunc("GET /"+record.Contract, static("application/json", s.contract))
	if s.address != nil {
		mux.HandleFunc("GET /mail.json", static("application/json", s.address))
	}
	mux.HandleFunc("GET /"+record.Board, func(w http.ResponseWriter, r *http.Request) {
		now := s.now.Load()
		serveBoard(w, r, now.head, io.NewSectionReader(s.file, 0, now.size))
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { s.sendStatus(w) })
	mux.HandleFunc("GET /wait", s.wait)
	return mux
}

func (s *site) sendStatus(w http.ResponseWriter) {
	now := s.now.Load()
	status := boardclient.Status{Policy: s.e.Policy.ID(), EID: s.e.EID, Lines: now.lines, Bytes: now.size, Head: now.head,
		Phase: now.phase, Closes: now.closes, Down: now.down, Receipt: now.last}
	if now.tip != (board.Seen{}) {
		status.Tip = &boardclient.Tip{Height: now.tip.Height, Hash: now.tip.Hash.String()}
	}
	send(w, http.StatusOK, status)
}

// waitFor is how long GET /wait waits for more lines.
const waitFor = 50 * time.Second

// wait answers when the board has more lines than the client says it has.
func (s *site) wait(w http.ResponseWriter, r *http.Request) {
	lines, err := strconv.Atoi(r.URL.Query().Get("lines"))
	if err != nil || lines < 0 {
		send(w, http.StatusBadRequest, boardclient.Problem{Code: "request", Reason: "want /wait?lines=N, the number of lines you have"})
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

// longest is the greatest length of a line that is read.
func (s *site) longest() int64 { return int64(min(board.MaxLine, s.greatest)) + 1 }

// Limit returns a listener that closes connections beyond the limits at once.
func (s *site) Limit(l net.Listener) net.Listener { return &limited{l, s.limits} }
