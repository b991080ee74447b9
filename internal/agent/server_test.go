package agent_test

import (
	"context"
	"slices"

	"bevote/internal/boardclient"
	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// boardOf is the board as a home sees it. Its copy does not survive the process.
type boardOf struct {
	*party
	copy []board.Line
}

func (b *boardOf) Status(context.Context) (boardclient.Status, error) {
	tip, _ := b.chain.Tip()
	return boardclient.Status{Tip: &boardclient.Tip{Height: tip - b.server.behind}}, b.server.down
}

func (b *boardOf) Extend(context.Context) error {
	if b.fork != nil {
		b.copy = b.fork
		return &boardclient.Contradiction{URL: "server", What: "line 2 is another than before", Proof: "proofs/1.json"}
	}
	b.copy = slices.Clone(b.server.lines)
	return nil
}

func (b *boardOf) PutAside() error { b.fork = nil; return nil }

func (b *boardOf) Lines() []board.Line        { return b.copy }
func (b *boardOf) Wait(context.Context) error { return nil }

func (b *boardOf) Submit(_ context.Context, l board.Line) (a boardclient.Accepted, err error) {
	send := func() { err = b.server.submit(l) }
	if b.server.down != nil {
		return a, b.server.down
	}
	if down := b.op("send a "+string(l.Type)+" line", send, send); down != nil {
		return a, &boardclient.Unreachable{URL: "server", Err: down}
	}
	return a, err
}

// server is the board's server, by the rules of package election.
type server struct {
	*world
	key       curve.Scalar
	lines     []board.Line
	head      board.Hash
	tip       chainhash.Hash
	admission *election.Server
	behind    uint32 // blocks that the server says it lacks
	down      error
}

func (s *server) public() curve.PublicKey { return curve.BaseMul(s.key).Key() }

func (s *server) submit(l board.Line) error {
	tip, hash := s.chain.Tip()
	if s.admission == nil || s.tip != hash {
		s.readmit(tip)
		s.tip = hash
	}
	l.Prev = s.head
	view := election.View{Tip: tip, At: func(height uint32) (chainhash.Hash, bool) {
		h, err := s.chain.HashAt(height)
		return h, err == nil
	}}
	if r := s.admission.Admit(&l, view); r != nil {
		if r.Code == election.RefusedStands && r.Same {
			return nil
		}
		return &boardclient.Refused{Refused: board.Refused{Code: r.Code}, Reason: r.Reason}
	}
	s.lines, s.head = append(s.lines, l), l.Hash()
	s.sent++
	return nil
}

func (s *server) readmit(tip uint32) {
	r := election.NewReplay(s.Election, s.lines)
	for height := uint32(1); height <= tip; height++ {
		b, err := s.chain.Block(height)
		if err != nil {
			s.t.Fatal(err)
		}
		r.Block(height, b)
	}
	s.admission = s.Election.Setup(s.lines, r.Sequence(tip)).Server(r)
}
