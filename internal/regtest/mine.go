package regtest

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/mining"
	"github.com/btcsuite/btcd/wire/v2"
)

// maxBlockWeight leaves 4,000 for the coinbase, as miners do.
const maxBlockWeight = blockchain.MaxBlockWeight - 4000

// Mine adds n blocks. They take the waiting transactions in the order of their arrival; those that do
// not fit continue to wait.
func (c *Chain) Mine(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		if err := c.mineBlock(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chain) mineBlock() error {
	height := c.blocks.BestSnapshot().Height + 1
	c.clock.now = blockTime(height).Add(time.Duration(c.delay) * time.Second)
	block, err := c.assemble(c.mineTo)
	if err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	return c.connect(block)
}

// Next returns a block that could follow the newest one, with the waiting transactions in the order of
// their arrival, and does not add it. It pays to an output script, and is of the time now or of the
// first second after it that the rules allow and that makes it another block than all before.
func (c *Chain) Next(now time.Time, payTo []byte) (*wire.MsgBlock, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.now = now.Truncate(time.Second)
	for {
		block, err := c.assemble(payTo)
		if err != nil {
			return nil, err
		}
		hash := block.BlockHash()
		if before, err := c.blocks.HaveBlock(&hash); !before || err != nil {
			return block, err
		}
		c.clock.now = block.Header.Timestamp.Add(time.Second) // that block was displaced
	}
}

// Check reports what is wrong with a block that is to follow the newest one.
func (c *Chain) Check(block *wire.MsgBlock) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.now = block.Header.Timestamp
	if err := blockchain.CheckProofOfWork(btcutil.NewBlock(block), c.params.PowLimit); err != nil {
		return err
	}
	return c.blocks.CheckConnectBlockTemplate(btcutil.NewBlock(block))
}

// Add adds a block behind the newest one, at the time of the block.
func (c *Chain) Add(block *wire.MsgBlock) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock.now = block.Header.Timestamp
	return c.connect(block)
}

// assemble makes and solves the next block at the clock's time.
func (c *Chain) assemble(mineTo []byte) (*wire.MsgBlock, error) {
	template, err := c.miner.NewBlockTemplate(nil)
	if err != nil {
		return nil, err
	}
	block := template.Block
	payTo(block, mineTo)
	c.addDirect(block)
	setMerkleRoot(block)
	if !solve(&block.Header) {
		return nil, errors.New("no nonce solves it")
	}
	return block, nil
}

// connect adds a block to the best chain.
func (c *Chain) connect(block *wire.MsgBlock) error {
	height := c.blocks.BestSnapshot().Height + 1
	onMain, orphan, err := c.blocks.ProcessBlock(btcutil.NewBlock(block), blockchain.BFNone)
	if err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	if !onMain || orphan {
		return fmt.Errorf("block %d does not extend the chain", height)
	}
	c.dropMined()
	return nil
}

// solve finds the smallest nonce that solves a header. On the networks that can be mined here every
// second one does.
func solve(h *wire.BlockHeader) bool {
	target := blockchain.CompactToBig(h.Bits)
	for nonce := uint32(0); nonce < math.MaxUint32; nonce++ {
		h.Nonce = nonce
		hash := h.BlockHash()
		if blockchain.HashToBig(&hash).Cmp(target) <= 0 {
			return true
		}
	}
	return false
}

// arrivals shows the mempool to the miner in the order of arrival. The miner sorts by fee rate and
// breaks ties by chance, so that transaction i is shown with the rate 2^63 − 1 − i. A child arrives
// after its parents.
type arrivals struct{ c *Chain }

func (a arrivals) LastUpdated() time.Time { return time.Time{} }

func (a arrivals) HaveTransaction(hash *chainhash.Hash) bool {
	return a.c.mempool.IsTransactionInPool(hash)
}

func (a arrivals) MiningDescs() []*mining.TxDesc {
	fees := map[chainhash.Hash]int64{}
	for _, d := range a.c.mempool.MiningDescs() {
		fees[*d.Tx.Hash()] = d.Fee
	}
	descs := make([]*mining.TxDesc, len(a.c.queue))
	for i, tx := range a.c.queue {
		descs[i] = &mining.TxDesc{Tx: tx, Fee: fees[*tx.Hash()], FeePerKB: math.MaxInt64 - int64(i)}
	}
	return descs
}
