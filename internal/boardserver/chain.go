package boardserver

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Chain is what the server asks of its own node.
type Chain interface {
	// Headers yields every header of the best chain, from genesis.
	Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error]
	// Blocks yields every whole block from a height on, of the chain that the last Headers
	// has shown.
	Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error]
	// Changed reports whether the best chain is another one than the last Headers has shown.
	Changed(ctx context.Context) (bool, error)
}

// poll is the time between two questions to the node.
const poll = time.Second

// chainState is the chain as the server has read it.
type chainState struct {
	hashes []chainhash.Hash // from genesis
	replay *election.Replay
	from   uint32 // first block of the replay
	down   error  // why the node cannot be asked now
	stale  bool   // the replay has to be read again
}

// tip is the newest block.
func (c *chainState) tip() board.Seen {
	if len(c.hashes) == 0 {
		return board.Seen{}
	}
	last := len(c.hashes) - 1
	return board.Seen{Height: uint32(last), Hash: c.hashes[last]}
}

// view is the chain as admission asks for it.
func (c *chainState) view() election.View {
	hashes := c.hashes
	return election.View{Tip: uint32(len(hashes) - 1), At: func(height uint32) (chainhash.Hash, bool) {
		if uint64(height) >= uint64(len(hashes)) {
			return chainhash.Hash{}, false
		}
		return hashes[height], true
	}}
}

// anchors returns how many of the election's anchors are in the chain.
func (c *chainState) anchors() int { return len(c.replay.Sequence(0).Anchors) }

// followAll reads the chain whenever it has changed, until the context is done. While the
// node does not answer, no line is taken: its phase may have closed.
func (s *Server) followAll(ctx context.Context) {
	every := s.opt.Poll
	if every == 0 {
		every = poll
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		again := false
		select {
		case <-ctx.Done():
			return
		case <-s.restart:
			again = true
		case <-tick.C:
		}
		changed, err := s.opt.Chain.Changed(ctx)
		if err == nil && (changed || again || s.isDown()) {
			err = s.follow(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		s.setDown(err)
	}
}

func (s *Server) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chain.down != nil
}

// setDown notes whether the node answers, and says so when that changes.
func (s *Server) setDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil && s.chain.down == nil:
		s.message("no line is taken until the node answers: %v", err)
	case err == nil && s.chain.down != nil:
		s.message("the node answers again; lines are taken")
	}
	if (err == nil) != (s.chain.down == nil) {
		s.chain.down = err
		s.publish()
	}
}

// follow reads what is new of the chain. A block that was displaced has the replay read
// again, and so has a new anchor of an election that mixes: there the lines that it closes
// say what to look for in blocks.
func (s *Server) follow(ctx context.Context) error {
	hashes, err := s.readHashes(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	old, lines := s.chain, s.lines
	s.mu.Unlock()
	if len(hashes) < len(old.hashes) && slices.Equal(old.hashes[:len(hashes)], hashes) {
		return fmt.Errorf("the node is behind: its tip is block %d, it was %d", len(hashes)-1, len(old.hashes)-1)
	}
	next := chainState{hashes: hashes, from: s.replayFrom(lines, len(hashes))}
	continues := old.replay != nil && !old.stale && next.from == old.from && len(hashes) >= len(old.hashes) &&
		slices.Equal(hashes[:len(old.hashes)], old.hashes) && len(hashes)-len(old.hashes) <= maxAtOnce
	if continues {
		blocks, err := s.readBlocks(ctx, next, uint32(len(old.hashes)))
		if err != nil {
			return err
		}
		if s.extend(next, blocks) {
			return nil
		}
	}
	return s.readAgain(ctx, next, lines)
}

// maxAtOnce is how many blocks are kept until they are replayed.
const maxAtOnce = 16

// extend adds blocks to the replay. It reports false where the chain has to be read again.
func (s *Server) extend(next chainState, blocks []*wire.MsgBlock) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.chain.anchors()
	for i, b := range blocks {
		s.chain.replay.Block(uint32(len(s.chain.hashes)+i), b)
	}
	next.replay = s.chain.replay
	s.chain = next
	anchored := s.chain.anchors() != before
	if anchored && s.e.Policy.Mixed() {
		s.chain.down, s.chain.stale = errors.New("the exchange is being read"), true
		s.publish()
		return false
	}
	if anchored {
		s.readmit()
	}
	s.publish()
	return true
}

// readAgain replays the chain from its first block that can concern the election.
func (s *Server) readAgain(ctx context.Context, next chainState, lines []board.Line) error {
	next.replay = election.NewReplay(s.e, lines)
	height := next.from
	for b, err := range s.opt.Chain.Blocks(ctx, next.from) {
		if err != nil {
			return err
		}
		if err := next.check(height, b); err != nil {
			return err
		}
		next.replay.Block(height, b)
		height++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chain = next
	s.readmit()
	s.publish()
	return nil
}

// readBlocks returns the blocks from a height on.
func (s *Server) readBlocks(ctx context.Context, c chainState, from uint32) (blocks []*wire.MsgBlock, err error) {
	if int(from) == len(c.hashes) {
		return nil, nil
	}
	for b, err := range s.opt.Chain.Blocks(ctx, from) {
		if err != nil {
			return nil, err
		}
		if err := c.check(from+uint32(len(blocks)), b); err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	if int(from)+len(blocks) != len(c.hashes) {
		return nil, errChanged
	}
	return blocks, nil
}

// errChanged is the error of a chain that has changed while it was read.
var errChanged = errors.New("the best chain has changed while it was read")

func (c *chainState) check(height uint32, b *wire.MsgBlock) error {
	if int(height) >= len(c.hashes) || b.BlockHash() != c.hashes[height] {
		return errChanged
	}
	return nil
}

// readHashes reads the hashes of the best chain, which has to be of the policy's network.
func (s *Server) readHashes(ctx context.Context) (hashes []chainhash.Hash, err error) {
	for h, err := range s.opt.Chain.Headers(ctx) {
		if err != nil {
			return nil, err
		}
		hash := h.BlockHash()
		if n := len(hashes); n > 0 && h.PrevBlock != hashes[n-1] {
			return nil, errChanged
		}
		hashes = append(hashes, hash)
	}
	if len(hashes) == 0 || hashes[0] != *lang.Params(s.e.Policy.Network).GenesisHash {
		return nil, fmt.Errorf("it shows another network than %s", s.e.Policy.Network)
	}
	return hashes, nil
}

// replayFrom returns the first block that can hold an announcement: that which line 1 has
// seen, or one after it. Before line 1 none can.
func (s *Server) replayFrom(lines []board.Line, blocks int) uint32 {
	if len(lines) == 0 {
		return uint32(blocks)
	}
	return min(max(1, lines[0].Seen.Height), uint32(blocks))
}

// readmit makes admission anew, of all lines on the board and of the anchors in the chain.
// mu is held.
func (s *Server) readmit() {
	r := s.chain.replay
	s.admission = s.e.Setup(s.lines, r.Sequence(s.chain.tip().Height)).Server(r)
}
