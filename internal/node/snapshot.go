package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Snapshot is the best chain of a node at one moment. It is a role's chain. Blocks that have left the best
// chain since are still those of the snapshot, where the node keeps them.
type Snapshot struct {
	ctx  context.Context
	live *Live
	node *Node
	best bestChain
}

// Tip returns the height and the hash of the newest block.
func (s *Snapshot) Tip() (uint32, chainhash.Hash) {
	last := s.best.end() - 1
	return last, s.best.hash(last)
}

// Time returns the time that the newest block has. On a live network one of hours ago says that the node
// is behind.
func (s *Snapshot) Time() time.Time {
	h := headerOf(&s.best.headers[len(s.best.headers)-1])
	return h.Timestamp
}

// HashAt returns the hash of the block at a height. Under the height from which the chain is followed,
// the node is asked.
func (s *Snapshot) HashAt(height uint32) (chainhash.Hash, error) {
	switch tip, _ := s.Tip(); {
	case height > tip:
		return chainhash.Hash{}, fmt.Errorf("no block at height %d, the newest is %d", height, tip)
	case height >= s.best.first:
		return s.best.hash(height), nil
	}
	hash, err := s.node.hashAt(s.ctx, height)
	return hash, s.node.fail(err)
}

// Block returns the block at a height from which the chain is followed, or above.
func (s *Snapshot) Block(height uint32) (*wire.MsgBlock, error) {
	if height < s.best.first || height >= s.best.end() {
		return nil, fmt.Errorf("no block at height %d, the snapshot has %d to %d", height, s.best.first, s.best.end()-1)
	}
	block, err := s.node.block(s.ctx, s.best.hash(height))
	return block, s.node.fail(err)
}

// Point is a block of a chain, by which a reader of steps remembers how far it has read. The zero value
// is before all blocks.
type Point struct {
	Height uint32
	Hash   chainhash.Hash
}

// Step is what leads from one chain to another: the block at a height, or, without one, that the blocks
// from this height on are taken back.
type Step struct {
	Height uint32
	Block  *wire.MsgBlock // nil where blocks are taken back
}

// Since yields the steps from the chain that ends in a point to the snapshot: at most one that takes
// blocks back, then blocks in their order. The first block is at the height from which the chain is
// followed, or after the point. All blocks are taken back where the node does not know the point.
func (s *Snapshot) Since(p Point) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		next := s.live.from
		if p.Height >= next && p != (Point{}) {
			common, err := s.common(p)
			if err != nil {
				yield(Step{}, s.node.fail(err))
				return
			}
			next = max(next, common+1)
			if common < p.Height && !yield(Step{Height: next}, nil) {
				return
			}
		}
		for b, err := range s.node.blocks(s.ctx, s.best, next) {
			if !yield(Step{next, b}, s.node.fail(err)) || err != nil {
				return
			}
			next++
		}
	}
}

// common returns the height of the last block that the chain up to a point has in common with the
// snapshot, 0 where that is below the first block of interest. A node keeps the headers of blocks that
// left its best chain; from those it does not know all is read anew.
func (s *Snapshot) common(p Point) (uint32, error) {
	for ; p.Height >= s.live.from && p.Height > 0; p.Height-- {
		if s.has(p) {
			return p.Height, nil
		}
		answer, err := s.node.ask(s.ctx, "getblockheader", p.Hash.String(), false)
		if hasCode(err, btcjson.ErrRPCBlockNotFound) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		raw, err := parseHeader(answer)
		if err != nil {
			return 0, fmt.Errorf("getblockheader: %w", err)
		}
		if hashOf(&raw) != p.Hash {
			return 0, errors.New("getblockheader: the answer is another header")
		}
		h := headerOf(&raw)
		p.Hash = h.PrevBlock
	}
	return 0, nil
}

// Submit hands a transaction to the node. The error is a [relay.Error]. Where the node only says that an
// input is spent or unknown, the blocks of the snapshot are searched for what spends it, the newest first.
// That reads all of them, once for a transaction.
func (s *Snapshot) Submit(tx *wire.MsgTx) error {
	err := s.node.Submit(s.ctx, tx)
	if !errors.Is(err, errMissing) {
		return err
	}
	var e *relay.Error
	errors.As(err, &e)
	found, err := s.search(tx)
	switch {
	case err != nil:
		return &relay.Error{Outcome: relay.Unreachable, ID: e.ID, Reason: s.node.fail(err)}
	case found == nil:
	case found.TxHash() == e.ID:
		e.Outcome = relay.Mined
	default:
		e.Outcome, e.Other = relay.Conflict, found
	}
	return e
}

// Confirmations returns how many blocks deep an output is that is unspent in the chain, 0 without one.
func (s *Snapshot) Confirmations(op wire.OutPoint) (uint32, error) {
	answer, err := s.node.ask(s.ctx, "gettxout", op.Hash.String(), op.Index, false)
	if err != nil || isNull(answer) {
		return 0, s.node.fail(err)
	}
	var out struct{ Confirmations uint32 }
	if json.Unmarshal(answer, &out) != nil {
		return 0, s.node.fail(errors.New("gettxout: the answer is no output"))
	}
	return out.Confirmations, nil
}

// search is what a search of blocks has found.
type search struct {
	tip   Point       // the newest block that was searched
	found *wire.MsgTx // nil without
	at    Point       // the block of found
}

// search returns the transaction of the snapshot's blocks that spends an input of tx, or nil.
func (s *Snapshot) search(tx *wire.MsgTx) (*wire.MsgTx, error) {
	id, last := tx.TxHash(), s.live.searches[tx.TxHash()]
	if last.found != nil && s.has(last.at) {
		return last.found, nil
	}
	tip, hash := s.Tip()
	now := search{tip: Point{tip, hash}}
	stop := max(s.live.from, s.best.first)
	if s.has(last.tip) {
		stop = max(stop, last.tip.Height+1)
	}
	inputs := make(map[wire.OutPoint]bool, len(tx.TxIn))
	for _, in := range tx.TxIn {
		inputs[in.PreviousOutPoint] = true
	}
	for height := tip; height >= stop && now.found == nil; height-- {
		block, err := s.node.block(s.ctx, s.best.hash(height))
		if err != nil {
			return nil, err
		}
		if now.found = spending(block, inputs); now.found != nil {
			now.at = Point{height, s.best.hash(height)}
		}
		if height == 0 {
			break
		}
	}
	s.live.searches[id] = now
	return now.found, nil
}

// has reports whether a block is of the snapshot.
func (s *Snapshot) has(p Point) bool {
	return p.Height >= s.best.first && p.Height < s.best.end() && s.best.hash(p.Height) == p.Hash
}

// spending returns the transaction of a block that spends one of the inputs, or nil.
func spending(b *wire.MsgBlock, inputs map[wire.OutPoint]bool) *wire.MsgTx {
	for _, tx := range b.Transactions {
		for _, in := range tx.TxIn {
			if inputs[in.PreviousOutPoint] {
				return tx
			}
		}
	}
	return nil
}
