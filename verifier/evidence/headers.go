package evidence

import (
	"errors"
	"math/big"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

const (
	// maxFuture is how far ahead of the auditor's clock a time stamp may be.
	maxFuture = 2 * time.Hour
	// bip54Grace is in seconds: the first block of a retarget period may be stamped
	// at most that much earlier than the last block of the period before (BIP 54).
	bip54Grace = 7200
)

// headerChain judges the headers of a chain one after the other. It keeps one
// retarget period, and the hashes of wanted heights.
type headerChain struct {
	params *chaincfg.Params
	latest time.Time // latest time stamp allowed
	wanted func(height uint32) bool
	least  minimum

	nodes  []headerNode // of the last period; that of height h is at h mod len
	height int32        // of the last header, -1 before the first
	tip    wire.BlockHeader
	hash   chainhash.Hash // of the tip
	kept   keptHeaders    // of wanted heights
	work   *big.Int       // of all headers
	bits   uint32         // of the last header
	each   *big.Int       // work of a header with these bits

	network Findings // V03: the genesis block
	linked  Findings // V04: each header names the one before
	mined   Findings // V05: proof of work, and the target that the rules ask for
	timed   Findings // V06: times
	weighed Findings // V07: work and checkpoint; nothing is expected without a minimum
}

// newHeaderChain prepares to judge the headers of a network at the time now, and to
// keep the hashes of wanted heights.
func newHeaderChain(params *chaincfg.Params, now time.Time, wanted func(height uint32) bool) *headerChain {
	period := params.TargetTimespan / params.TargetTimePerBlock
	return &headerChain{
		params: params, latest: now.Add(maxFuture), wanted: wanted, least: minimumOf(params),
		nodes: make([]headerNode, period), height: -1, work: new(big.Int), each: new(big.Int),
	}
}

// add judges the next header, which for the first is genesis.
func (c *headerChain) add(h *wire.BlockHeader) {
	height, hash := c.height+1, h.BlockHash()
	if height == 0 {
		c.checkGenesis(hash)
	} else {
		c.checkLink(height, h)
		rules := c.context(h)
		c.checkMined(height, h, rules)
		c.checkTime(height, h, rules)
	}
	c.checkPoint(height, hash)
	c.weigh(h.Bits)
	c.nodes[int(height)%len(c.nodes)] = headerNode{chain: c, height: height, bits: h.Bits, time: h.Timestamp.Unix()}
	c.height, c.hash, c.tip = height, hash, *h
	if c.wanted != nil && c.wanted(uint32(height)) {
		c.kept.add(keptHeader{uint32(height), uint32(h.Timestamp.Unix()), hash, h.MerkleRoot})
	}
}

// end closes the counts when there are no more headers.
func (c *headerChain) end() {
	c.network.Expected = 1
	if c.height < 0 {
		c.network.Examined++
		c.network.fail(0, "no headers")
		return
	}
	for _, f := range []*Findings{&c.linked, &c.mined, &c.timed} {
		f.Expected = int(c.height) // all but genesis
	}
	c.checkWork()
}

// checkGenesis checks that the first header is the network's genesis block.
func (c *headerChain) checkGenesis(hash chainhash.Hash) {
	c.network.Examined++
	if hash != *c.params.GenesisHash {
		c.network.fail(0, "genesis %s, want %s of %s", hash, c.params.GenesisHash, c.params.Name)
	}
}

// checkLink checks that a header names the one before.
func (c *headerChain) checkLink(height int32, h *wire.BlockHeader) {
	c.linked.Examined++
	if h.PrevBlock != c.hash {
		c.linked.fail(height, "names %s as the block before, which is %s", h.PrevBlock, c.hash)
	}
}

// context applies the rules that depend on the headers before h: target, time and
// version. btcd's checkpoints are not applied.
func (c *headerChain) context(h *wire.BlockHeader) error {
	const skipCheckpoints = true
	return blockchain.CheckBlockHeaderContext(h, c.node(c.height), blockchain.BFNone, c, skipCheckpoints)
}

// checkMined checks the proof of work and the target; rules is the result of context.
func (c *headerChain) checkMined(height int32, h *wire.BlockHeader, rules error) {
	c.mined.Examined++
	err := blockchain.CheckBlockHeaderSanity(h, c.params.PowLimit, noClock{}, blockchain.BFNone)
	if err == nil && !isTimeError(rules) {
		err = rules
	}
	if err != nil {
		c.mined.fail(height, "%v", err)
	}
}

// isTimeError reports whether an error of context is about the time stamp.
func isTimeError(err error) bool {
	var rule blockchain.RuleError
	return errors.As(err, &rule) &&
		(rule.ErrorCode == blockchain.ErrTimeTooOld || rule.ErrorCode == blockchain.ErrTimewarpAttack)
}

// checkTime checks the time stamp; rules is the result of context.
func (c *headerChain) checkTime(height int32, h *wire.BlockHeader, rules error) {
	c.timed.Examined++
	median := blockchain.CalcPastMedianTime(c.node(c.height))
	switch {
	case !h.Timestamp.After(median):
		c.timed.fail(height, "stamped %s, not after %s, the median of the blocks before", stamp(h.Timestamp), stamp(median))
	case h.Timestamp.After(c.latest):
		c.timed.fail(height, "stamped %s, more than %s ahead of this audit", stamp(h.Timestamp), maxFuture)
	case isTimeError(rules):
		c.timed.fail(height, "%v", rules)
	case !c.params.PoWNoRetargeting:
		c.noteTimewarp(height, h)
	}
}

// noteTimewarp notes what BIP 54 forbids: a retarget period that begins before the
// last one ended, or that ends before it began. Such stamps lower the difficulty. Of
// today's networks only testnet4 has the rule.
func (c *headerChain) noteTimewarp(height int32, h *wire.BlockHeader) {
	period := int32(len(c.nodes))
	switch height % period {
	case 0:
		if h.Timestamp.Unix() < c.tip.Timestamp.Unix()-bip54Grace {
			c.timed.note(height, "timewarp: the period begins more than %d s before the last one ended", bip54Grace)
		}
	case period - 1:
		if h.Timestamp.Unix() < c.nodes[(height-period+1)%period].time {
			c.timed.note(height, "timewarp: the period ends before it began")
		}
	}
}

// stamp returns a time as text, in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// weigh adds the work of a header.
func (c *headerChain) weigh(bits uint32) {
	if bits != c.bits {
		c.bits, c.each = bits, blockchain.CalcWork(bits)
	}
	c.work.Add(c.work, c.each)
}
