package agent

import (
	"context"

	"bevote/internal/roles"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Node follows the best chain of a node of the network.
type Node interface {
	// Snapshot returns the best chain as it is now.
	Snapshot(ctx context.Context) (Chain, error)
	// Wait returns when the node has another newest block than a snapshot, or is lost. Without a snapshot
	// it pauses.
	Wait(ctx context.Context, c Chain) error
}

// Chain is the best chain at one moment, and the way to the network.
type Chain interface {
	roles.Blocks
	// Submit hands in a transaction. The error is a [relay.Error] where the network has answered.
	Submit(tx *wire.MsgTx) error
}

// chain keeps the blocks of the newest snapshot from a height on.
type chain struct {
	Chain  // the newest snapshot; nil before the first
	from   uint32
	hashes []chainhash.Hash
	blocks []*wire.MsgBlock

	add    []func(height uint32, b *wire.MsgBlock)
	rewind []func(height uint32)
}

// show has blocks shown to add as they come, unless that is nil, and taken back by rewind, from a height on.
func (c *chain) show(add func(height uint32, b *wire.MsgBlock), rewind func(height uint32)) {
	if add != nil {
		c.add = append(c.add, add)
	}
	c.rewind = append(c.rewind, rewind)
}

// update takes back the blocks that are not in a snapshot, and reads the new ones. After an error it has a
// part of them.
func (c *chain) update(s Chain) error {
	tip, _ := s.Tip()
	kept := min(len(c.hashes), int(tip+1-min(c.from, tip+1)))
	for ; kept > 0; kept-- {
		hash, err := s.HashAt(c.from + uint32(kept-1))
		if err != nil {
			return err
		}
		if hash == c.hashes[kept-1] {
			break
		}
	}
	if kept < len(c.hashes) {
		c.hashes, c.blocks = c.hashes[:kept], c.blocks[:kept]
		for _, rewind := range c.rewind {
			rewind(c.from + uint32(kept))
		}
	}
	c.Chain = s
	for height := c.from + uint32(kept); height <= tip; height++ {
		b, err := s.Block(height)
		if err != nil {
			return err
		}
		c.hashes, c.blocks = append(c.hashes, b.BlockHash()), append(c.blocks, b)
		for _, add := range c.add {
			add(height, b)
		}
	}
	return nil
}

// tip returns the hash of the newest block.
func (c *chain) tip() chainhash.Hash { _, hash := c.Tip(); return hash }

// Block returns the block at a height, of those that were read.
func (c *chain) Block(height uint32) (*wire.MsgBlock, error) {
	if i := int(height) - int(c.from); i >= 0 && i < len(c.blocks) {
		return c.blocks[i], nil
	}
	return c.Chain.Block(height)
}
