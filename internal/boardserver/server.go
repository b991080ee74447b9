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
	"os"
	"path/filepath"
	"sync"
	"time"

	"bevote/internal/curve"
	"bevote/internal/durable"
	"bevote/verifier/board"
	"bevote/verifier/election"
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
	site
	opt    Options
	public curve.PublicKey
	lock   *os.File
	mail   *spool

	queue   chan *submission
	restart chan struct{} // asks for another reading of the chain

	mu        sync.Mutex // guards what follows
	board     *durable.Log
	tipLog    *durable.Log
	lines     []board.Line
	ids       map[board.Hash]int // numbers of lines
	head      board.Hash
	tips      []tipSince
	newTip    []byte // of tips, not in the file yet
	chain     chainState
	silent    bool // the node does not answer, as the operator was told
	admission *election.Server
	phases    *election.Phases
	pause     time.Time // no line is tried before: the disk has failed
}

// Open reads the directory of a server and the chain. An error wraps [ErrLostTail] where the
// board has lost lines that it had receipts for.
func Open(ctx context.Context, opt Options) (*Server, error) {
	s := &Server{opt: opt, public: curve.BaseMul(opt.Key).Key(), queue: make(chan *submission, maxConnections),
		restart: make(chan struct{}, 1), site: site{limits: newLimits(opt.PerAddress), address: opt.Mail}}
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
	if err := s.readElection(s.opt.Dir); err != nil {
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
	return s.renewTips()
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

// publish replaces what readers are shown. mu is held.
func (s *Server) publish() {
	next := &state{lines: len(s.lines), size: s.board.Size(), head: s.head, tip: s.chain.tip()}
	if s.admission != nil {
		next.phase, next.closes = s.phase()
	}
	if s.chain.down != nil {
		next.down = nodeAway
	}
	if before := s.now.Load(); before != nil && before.lines == next.lines {
		next.last = before.last
	} else if next.lines > 0 {
		if r, err := s.receipt(next.lines).Sign(s.opt.Key); err == nil {
			next.last = r.Encode()
		}
	}
	s.show(next)
}

// nodeAway is what strangers are told of a node that fails. The operator is told more.
const nodeAway = "the server's node does not answer, or is behind"

// phase returns the kind of the anchor that is due next, and its height.
func (s *Server) phase() (string, uint32) {
	anchors := s.chain.anchors()
	due := s.e.Due()
	if anchors == len(due) {
		return "", 0
	}
	return election.AnchorName(due[anchors].Kind), due[anchors].By
}
