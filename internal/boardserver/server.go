// Package boardserver keeps the board of an election and serves it over HTTP: it takes the
// lines that the table of lines lets in, and answers each with a signed receipt or a signed
// refusal.
//
// It promises that a line with a receipt is on the disk, in the file that it serves; that the
// same line again has the same answer; and that the file is the board of the election's
// record, whatever moment the process dies at. It holds one secret, which signs receipts and
// moves no money. Strangers can make it say no, at a bounded cost each.
//
//	POST /line ──▶ queue ──▶ committer ──▶ board.jsonl ──fsync──▶ receipt
//	                            ▲
//	node ──blocks──▶ replay ──▶ admission (package election)
package boardserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"bevote/internal/curve"
	"bevote/internal/durable"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// Options are what a server needs. Dir, Key and Chain are required.
type Options struct {
	Dir   string       // holds policy.bev and contract.json; the board is made there
	Key   curve.Scalar // signs receipts and refusals
	Chain Chain

	Poll       time.Duration                           // between two questions to the node; 0 for one second
	Mail       []byte                                  // what GET /mail answers: the sealed address of the supervisor; nil without mail
	Message    func(format string, args ...any)        // unless nil, what the operator is told
	OpenFile   func(path string) (durable.File, error) // nil for the disk's
	PerAddress int                                     // connections of one address at a time; 0 for 64
}

// Server is the server of one election's board. [Open] makes it, [Server.Run] and an HTTP
// server with [Server.Handler] run it.
type Server struct {
	e                *election.Election
	policy, contract []byte
	opt              Options
	public           curve.PublicKey
	lock             *os.File
	file             durable.File // the board, for readers
	mail             *spool
	limits           *limits
	greatest         int // bytes of the longest line that the policy lets in

	queue   chan *submission
	restart chan struct{} // asks for another reading of the chain
	now     atomic.Pointer[state]

	mu        sync.Mutex // guards what follows
	board     *durable.Log
	tipLog    *durable.Log
	lines     []board.Line
	ids       map[board.Hash]int // numbers of lines
	head      board.Hash
	tips      []tipSince
	newTip    []byte // of tips, not in the file yet
	chain     chainState
	admission *election.Server
	pause     time.Time // no line is tried before: the disk has failed
}

// state is what readers of the board are shown. It is replaced as a whole.
type state struct {
	lines  int
	size   int64
	head   board.Hash
	tip    board.Seen
	last   []byte // receipt of the last line; nil without a line
	phase  string // kind of the anchor that is due next; "" after the last
	closes uint32 // its height
	down   string // why no line is taken now; "" when lines are taken
	grown  chan struct{}
}

// Open reads the directory of a server and the chain. An error wraps [ErrLostTail] where the
// board has lost lines that it had receipts for.
func Open(ctx context.Context, opt Options) (*Server, error) {
	s := &Server{opt: opt, public: curve.BaseMul(opt.Key).Key(), queue: make(chan *submission, maxConnections),
		restart: make(chan struct{}, 1), limits: newLimits(opt.PerAddress)}
	var err error
	if s.lock, err = durable.Lock(opt.Dir); err != nil {
		return nil, err
	}
	if err := s.read(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// read reads the files, and the chain.
func (s *Server) read(ctx context.Context) (err error) {
	if err := s.readElection(); err != nil {
		return err
	}
	if err := s.readBoard(); err != nil {
		return err
	}
	if s.mail, err = openSpool(filepath.Join(s.opt.Dir, "mail"), s.e.Policy.Voters); err != nil {
		return err
	}
	if err := s.follow(ctx); err != nil {
		return fmt.Errorf("node: %w", err)
	}
	return nil
}

// readElection reads policy and contract.
func (s *Server) readElection() (err error) {
	if s.policy, err = os.ReadFile(filepath.Join(s.opt.Dir, record.Policy)); err != nil {
		return err
	}
	if s.contract, err = os.ReadFile(filepath.Join(s.opt.Dir, record.Contract)); err != nil {
		return err
	}
	if s.e, err = election.Load(s.policy, s.contract); err == nil {
		s.greatest = election.GreatestBoard(s.e.Policy).Longest
	}
	return err
}

// Close closes the files.
func (s *Server) Close() error {
	var errs []error
	for _, l := range []*durable.Log{s.board, s.tipLog} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

// Key returns the public key of the server's receipts.
func (s *Server) Key() curve.PublicKey { return s.public }

// Election returns what the server serves.
func (s *Server) Election() *election.Election { return s.e }

// Run takes lines and follows the chain until the context is done.
func (s *Server) Run(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.commitAll(ctx)
	}()
	s.followAll(ctx)
	<-done
}

func (s *Server) message(format string, args ...any) {
	if s.opt.Message != nil {
		s.opt.Message(format, args...)
	}
}

// open opens a file of the directory for appending.
func (s *Server) open(name string) (durable.File, error) {
	path := filepath.Join(s.opt.Dir, name)
	if s.opt.OpenFile != nil {
		return s.opt.OpenFile(path)
	}
	return durable.OpenFile(path, 0o644)
}

// publish replaces what readers are shown, and wakes those who wait for lines. mu is held.
func (s *Server) publish() {
	next := &state{lines: len(s.lines), size: s.board.Size(), head: s.head, tip: s.chain.tip(), grown: make(chan struct{})}
	if s.admission != nil {
		next.phase, next.closes = s.phase()
	}
	if s.chain.down != nil {
		next.down = s.chain.down.Error()
	}
	before := s.now.Load()
	if next.lines > 0 {
		if before != nil && before.lines == next.lines {
			next.last = before.last
		} else if r, err := s.receipt(next.lines).Sign(s.opt.Key); err == nil {
			next.last = r.Encode()
		}
	}
	if before != nil && before.lines == next.lines {
		next.grown = before.grown
		s.now.Store(next)
		return
	}
	s.now.Store(next)
	if before != nil {
		close(before.grown)
	}
}

// phase returns the kind of the anchor that is due next, and its height.
func (s *Server) phase() (string, uint32) {
	anchors := s.chain.anchors()
	due := s.e.Due()
	if anchors == len(due) {
		return "", 0
	}
	return election.AnchorName(due[anchors].Kind), due[anchors].By
}

// reader reads the board up to a size.
func (s *Server) reader(size int64) io.ReadSeeker { return io.NewSectionReader(s.file, 0, size) }
