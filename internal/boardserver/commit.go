package boardserver

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// submission is a line on its way to the board.
type submission struct {
	line   board.Line
	answer answer
	done   chan struct{} // closed when there is an answer
}

// answer is what becomes of a line: one of the three.
type answer struct {
	receipt     *board.Receipt // not signed yet
	refused     *election.Refusal
	unavailable error

	tip board.Seen // of the server when it refused
}

// A batch is written and synced at once.
const (
	batchLines = 256
	batchBytes = 16 << 20
)

// commitAll takes lines until the context is done: all that wait share one sync.
func (s *Server) commitAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-s.queue:
			s.commit(s.batch(first))
		}
	}
}

// pauseAfterFailure is how long no line is tried after one could not be written: to try
// costs a new admission.
const pauseAfterFailure = time.Second

// batch returns a submission with those that wait behind it.
func (s *Server) batch(first *submission) []*submission {
	batch, size := []*submission{first}, len(first.line.Body)
	for len(batch) < batchLines && size < batchBytes {
		select {
		case next := <-s.queue:
			batch, size = append(batch, next), size+len(next.line.Body)
		default:
			return batch
		}
	}
	return batch
}

// commit judges the lines of a batch one after the other, writes those that are taken, and
// answers all when they are on the disk.
func (s *Server) commit(batch []*submission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, head := len(s.lines), s.head
	var text []byte
	for _, sub := range batch {
		text = append(text, s.judge(sub)...)
	}
	if len(text) > 0 {
		s.store(batch, text, before, head)
	}
	for _, sub := range batch {
		close(sub.done)
	}
}

// judge answers a submission, and takes its line if it is let in. It returns the line's text
// for the board, nil where it is not let in.
func (s *Server) judge(sub *submission) []byte {
	l, id := sub.line, board.Hash(sub.line.ID(s.e.EID))
	switch n := s.ids[id]; {
	case n > 0: // before all tests: the same line has the same answer in a later phase too
		r := s.receipt(n)
		sub.answer.receipt = &r
		return nil
	case s.chain.down != nil:
		sub.answer.unavailable = fmt.Errorf("the server's node: %w", s.chain.down)
		return nil
	case time.Now().Before(s.pause):
		sub.answer.unavailable = errors.New("the server could not write a moment ago")
		return nil
	}
	if err := s.opens(&l); err != nil {
		sub.answer.unavailable = err
		return nil
	}
	l.Prev = s.head
	if r := s.admission.Admit(&l, s.chain.view()); r != nil {
		sub.refuse(r, s)
		return nil
	}
	s.noteTip()
	s.take(l)
	r := s.receipt(len(s.lines))
	sub.answer.receipt = &r
	return append(l.Encode(), '\n')
}

// refuse answers with a refusal. A line with the same body as one that stands has that one's
// receipt: its author has what it wants.
func (sub *submission) refuse(r *election.Refusal, s *Server) {
	if r.Code == election.RefusedStands && r.Same && r.Line <= len(s.lines) {
		receipt := s.receipt(r.Line)
		sub.answer.receipt = &receipt
		return
	}
	sub.answer.refused, sub.answer.tip = r, s.chain.tip()
}

// store writes the lines behind the first before of the board. If that fails, they are taken
// out again, and their senders are told that nothing was taken.
func (s *Server) store(batch []*submission, text []byte, before int, head board.Hash) {
	err := s.write(text)
	if err == nil {
		if before == 0 {
			s.askAgain() // the chain is read from what line 1 has seen
		}
		s.publish()
		return
	}
	s.message("nothing was written: %v", err)
	for _, l := range s.lines[before:] {
		if id := board.Hash(l.ID(s.e.EID)); s.ids[id] > before {
			delete(s.ids, id)
		}
	}
	s.lines, s.head = s.lines[:before:before], head
	s.readmit() // it has taken the lines
	s.pause = time.Now().Add(pauseAfterFailure)
	for _, sub := range batch {
		if r := sub.answer.receipt; r != nil && int(r.Number) > before {
			sub.answer = answer{unavailable: fmt.Errorf("the server cannot write: %w", err)}
		}
	}
	s.publish()
}

// askAgain has the chain read again.
func (s *Server) askAgain() {
	select {
	case s.restart <- struct{}{}:
	default:
	}
}

// opens refuses a line 1 that names other files, or another key for receipts, than this
// server has. That is no refusal by the table: the supervisor has come to a server that was
// set up for something else.
func (s *Server) opens(l *board.Line) error {
	if l.Type != board.TypeOpen || l.By != s.e.Policy.Supervisor {
		return nil
	}
	var open board.Open
	if board.DecodeBody(*l, &open) != nil {
		return nil // admission says what is wrong
	}
	switch {
	case open.Server != s.public:
		return &setupError{fmt.Errorf("line 1 names the key %s for receipts, this server's is %s", open.Server, s.public)}
	case open.Policy != sha256.Sum256(s.policy), open.Contract != sha256.Sum256(s.contract):
		return &setupError{errors.New("line 1 names another policy.bev or contract.json than this server has")}
	}
	return nil
}

// setupError is the error of a line 1 that is not for this server.
type setupError struct{ error }
