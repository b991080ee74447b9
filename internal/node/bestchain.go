package node

import (
	"context"
	"fmt"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// bestChain is the upper part of a node's best chain: the headers from a height on. Values share
// memory, which is never changed: a longer chain is another value.
type bestChain struct {
	first   uint32
	headers [][headerSize]byte
}

// end returns the height after the last.
func (c bestChain) end() uint32 { return c.first + uint32(len(c.headers)) }

// hash returns the hash of the block at a height that c has.
func (c bestChain) hash(height uint32) chainhash.Hash { return hashOf(&c.headers[height-c.first]) }

// cut returns the headers below a height. With its capacity append copies.
func (c bestChain) cut(height uint32) bestChain {
	if height <= c.first {
		return bestChain{first: c.first}
	}
	n := min(int(height-c.first), len(c.headers))
	return bestChain{c.first, c.headers[:n:n]}
}

// update brings the headers up to the node's best chain.
func (n *Node) update(ctx context.Context) (bestChain, error) {
	n.mu.Lock()
	best := n.best
	n.mu.Unlock()
	best, err := n.follow(ctx, best, 0)
	if err == nil {
		n.mu.Lock()
		n.best = best
		n.mu.Unlock()
	}
	return best, err
}

// follow brings a chain up to the node's best chain. It keeps headers from the height from on, or the
// newest one alone where the best chain ends below.
func (n *Node) follow(ctx context.Context, c bestChain, from uint32) (bestChain, error) {
	for try := 1; ; try++ {
		longer, linked, err := n.extend(ctx, c, from)
		if hasCode(err, btcjson.ErrRPCInvalidParameter) && try < rereads {
			continue // a height is out of range: the chain has become shorter meanwhile
		}
		if err != nil || linked || try == rereads {
			return longer, err
		}
	}
}

// extend drops the headers that are no longer of the best chain and appends those up to its present
// height. linked reports whether each that was appended names the one before.
func (n *Node) extend(ctx context.Context, c bestChain, from uint32) (_ bestChain, linked bool, err error) {
	tip, err := n.height(ctx)
	if err != nil {
		return c, false, err
	}
	if c, err = n.common(ctx, c, tip); err != nil {
		return c, false, err
	}
	if len(c.headers) == 0 {
		c = bestChain{first: min(from, tip)}
	}
	linked = true
	for c.end() <= tip {
		var prev chainhash.Hash
		if len(c.headers) > 0 {
			prev = c.hash(c.end() - 1)
		}
		more, err := retry(ctx, n, func(ctx context.Context) ([][headerSize]byte, error) {
			if len(c.headers) == 0 {
				return oneHeader(ctx, n.rpc, c.first)
			}
			return n.rpc.headers(ctx, c.end(), tip, prev)
		})
		if err != nil {
			return c, false, fmt.Errorf("headers from height %d: %w", c.end(), err)
		}
		for i := range more {
			h := headerOf(&more[i])
			linked = linked && (h.PrevBlock == prev || c.end() == c.first && i == 0)
			prev = hashOf(&more[i])
		}
		c.headers = append(c.headers, more...)
	}
	return c, linked, nil
}

// common returns the headers that the best chain still has. It steps back by 1, 2, 4, … headers, since
// reorganisations are short.
func (n *Node) common(ctx context.Context, c bestChain, tip uint32) (bestChain, error) {
	c = c.cut(tip + 1)
	for back := uint32(1); len(c.headers) > 0; back *= 2 {
		last := c.end() - 1
		hash, err := n.hashAt(ctx, last)
		if err != nil || hash == c.hash(last) {
			return c, err
		}
		c = c.cut(last + 1 - min(back, last+1))
	}
	return c, nil
}

// hashAt asks for the hash of the block at a height.
func (n *Node) hashAt(ctx context.Context, height uint32) (chainhash.Hash, error) {
	answer, err := n.ask(ctx, "getblockhash", height)
	if err != nil {
		return chainhash.Hash{}, err
	}
	hash, err := parseHash(answer)
	if err != nil {
		err = fmt.Errorf("getblockhash: %w", err)
	}
	return hash, err
}

// bestHash asks for the hash of the newest block.
func (n *Node) bestHash(ctx context.Context) (chainhash.Hash, error) {
	answer, err := n.ask(ctx, "getbestblockhash")
	if err != nil {
		return chainhash.Hash{}, err
	}
	hash, err := parseHash(answer)
	if err != nil {
		err = fmt.Errorf("getbestblockhash: %w", err)
	}
	return hash, err
}
