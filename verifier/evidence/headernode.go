package evidence

import (
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// headerNode is an earlier header as the rules see it: a blockchain.HeaderCtx.
type headerNode struct {
	chain  *headerChain
	height int32
	bits   uint32
	time   int64
}

func (n *headerNode) Height() int32                { return n.height }
func (n *headerNode) Bits() uint32                 { return n.bits }
func (n *headerNode) Timestamp() int64             { return n.time }
func (n *headerNode) Parent() blockchain.HeaderCtx { return n.chain.node(n.height - 1) }

func (n *headerNode) RelativeAncestorCtx(distance int32) blockchain.HeaderCtx {
	return n.chain.node(n.height - distance)
}

// node returns the header at a height of the last period, else nil.
func (c *headerChain) node(height int32) blockchain.HeaderCtx {
	if height < 0 {
		return nil
	}
	n := &c.nodes[int(height)%len(c.nodes)]
	if n.chain == nil || n.height != height {
		return nil // not a nil *headerNode, which would not equal nil
	}
	return n
}

// The methods of blockchain.ChainCtx, from which the rules take the network's
// parameters.

func (c *headerChain) ChainParams() *chaincfg.Params { return c.params }
func (c *headerChain) BlocksPerRetarget() int32      { return int32(len(c.nodes)) }
func (c *headerChain) MinRetargetTimespan() int64 {
	return int64(c.params.TargetTimespan/time.Second) / c.params.RetargetAdjustmentFactor
}
func (c *headerChain) MaxRetargetTimespan() int64 {
	return int64(c.params.TargetTimespan/time.Second) * c.params.RetargetAdjustmentFactor
}
func (c *headerChain) VerifyCheckpoint(int32, *chainhash.Hash) bool { return true }
func (c *headerChain) FindPreviousCheckpoint() (blockchain.HeaderCtx, error) {
	return nil, nil
}

// noClock is a blockchain.MedianTimeSource with a time later than any header's. It
// turns off the rule about the clock.
type noClock struct{}

func (noClock) AdjustedTime() time.Time         { return time.Unix(1<<40, 0) }
func (noClock) AddTimeSample(string, time.Time) {}
func (noClock) Offset() time.Duration           { return 0 }
