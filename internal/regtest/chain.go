// Package regtest is a Bitcoin chain inside this process: btcd's own consensus rules, mempool and
// miner, without a daemon.
//
// It promises that it accepts what a node with the relay rules of the main chain accepts, also on
// regtest, where nodes are laxer by default, and that the same calls give the same blocks, byte for
// byte.
package regtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"time"

	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/database"
	_ "github.com/btcsuite/btcd/database/ffldb" // registers the database driver
	"github.com/btcsuite/btcd/mempool"
	"github.com/btcsuite/btcd/mining"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.Source = (*Chain)(nil)

const (
	// utxoCache is the size of the cache of unspent outputs in bytes. btcd allocates it at once and
	// many times over: 4 MiB take 82 MB of memory, 2 MiB next to none. In a smaller one the outputs of
	// 20,000 voters spill into many maps, each of which is searched for every output.
	utxoCache = 2 << 20
	// sigCache is the size of the signature cache in signatures: the votes, claims and refunds of
	// 2,000 voters, which mining need not verify again after the mempool.
	sigCache = 10_000
)

// Chain is a chain with its mempool and its miner. Its methods may be called from several goroutines.
type Chain struct {
	mu      sync.Mutex // orders Submit and Mine: their order decides the bytes
	params  *chaincfg.Params
	mineTo  []byte
	db      database.DB
	blocks  *blockchain.BlockChain
	mempool *mempool.TxPool
	miner   *mining.BlkTmplGenerator
	clock   *clock
	queue   []*btcutil.Tx // accepted and not yet mined, in the order of arrival
	mined   index
	direct  []*wire.MsgTx // for the next block, past the mempool
	delay   int           // seconds added to the times of blocks, so that a replaced block differs
}

// New makes a chain of the network params that holds the genesis block only. Its database is put into
// dir, which must not hold one. Blocks pay subsidies and fees to the output script mineTo.
func New(dir string, params *chaincfg.Params, mineTo []byte) (*Chain, error) {
	if !params.GenerateSupported {
		return nil, fmt.Errorf("blocks of %s cannot be mined here", params.Name)
	}
	if len(mineTo) == 0 {
		return nil, errors.New("no script to mine to")
	}
	db, err := database.Create("ffldb", filepath.Join(dir, "blocks"), params.Net)
	if err != nil {
		return nil, fmt.Errorf("chain database: %w", err)
	}
	c := &Chain{params: params, mineTo: mineTo, db: db, clock: &clock{now: blockTime(0)}, mined: newIndex()}
	sigs, hashes := txscript.NewSigCache(sigCache), txscript.NewHashCache(100)
	c.blocks, err = blockchain.New(&blockchain.Config{
		DB: db, ChainParams: params, TimeSource: c.clock,
		UtxoCacheMaxSize: utxoCache, SigCache: sigs, HashCache: hashes,
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("chain: %w", err)
	}
	c.mempool = newMempool(c.blocks, params, sigs, hashes)
	c.miner = mining.NewBlkTmplGenerator(&mining.Policy{BlockMaxWeight: maxBlockWeight},
		params, arrivals{c}, c.blocks, c.clock, sigs, hashes)
	c.blocks.Subscribe(c.follow)
	return c, nil
}

// Close closes the database, after which the chain cannot be used.
func (c *Chain) Close() error { return c.db.Close() }

// Tip returns the height and the hash of the newest block.
func (c *Chain) Tip() (uint32, chainhash.Hash) {
	best := c.blocks.BestSnapshot()
	return uint32(best.Height), best.Hash
}

// HashAt returns the hash of the block at height.
func (c *Chain) HashAt(height uint32) (chainhash.Hash, error) {
	hash, err := c.blocks.BlockHashByHeight(int32(height))
	if err != nil {
		return chainhash.Hash{}, fmt.Errorf("no block at height %d", height)
	}
	return *hash, nil
}

// Block returns the block at height.
func (c *Chain) Block(height uint32) (*wire.MsgBlock, error) {
	b, err := c.blocks.BlockByHeight(int32(height))
	if err != nil {
		return nil, fmt.Errorf("no block at height %d", height)
	}
	return b.MsgBlock(), nil
}

// BlockByHash returns a block that the chain has or has had, and its height.
func (c *Chain) BlockByHash(hash chainhash.Hash) (*wire.MsgBlock, uint32, error) {
	var block *btcutil.Block
	err := c.db.View(func(tx database.Tx) error {
		raw, err := tx.FetchBlock(&hash)
		if err == nil {
			block, err = btcutil.NewBlockFromBytes(raw)
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("no block %s", hash)
	}
	if hash == *c.params.GenesisHash {
		return block.MsgBlock(), 0, nil
	}
	height, err := blockchain.ExtractCoinbaseHeight(block.Transactions()[0]) // BIP 34
	return block.MsgBlock(), uint32(height), err
}

// Evidence returns the kind of evidence that the chain gives, as reports print it.
func (c *Chain) Evidence() string { return "whole blocks (embedded chain)" }

// First returns 0, genesis: the chain has every block.
func (c *Chain) First(context.Context) (uint32, error) { return 0, nil }

// Headers yields every header from genesis to the tip at the time of the call.
func (c *Chain) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return heights(ctx, c, 0, func(height uint32) (*wire.BlockHeader, error) {
		hash, err := c.HashAt(height)
		if err != nil {
			return nil, err
		}
		h, err := c.blocks.HeaderByHash(&hash)
		return &h, err
	})
}

// Blocks yields every block from height from on to the tip at the time of the call.
func (c *Chain) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return heights(ctx, c, from, c.Block)
}

// heights yields get of each height in [from, tip].
func heights[T any](ctx context.Context, c *Chain, from uint32, get func(uint32) (*T, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		tip, _ := c.Tip()
		for height := from; height <= tip; height++ {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			v, err := get(height)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// The times of blocks. P2SH (BIP 16) holds from April 2012 on, and an audit refuses blocks of the
// future.
const (
	spacing = 600           // seconds a block
	start   = 1_704_067_200 // 2024-01-01 00:00 UTC
)

func blockTime(height int32) time.Time {
	return time.Unix(start+spacing*int64(height), 0)
}

// clock is btcd's source of the network's time.
type clock struct{ now time.Time }

func (c *clock) AdjustedTime() time.Time         { return c.now }
func (c *clock) AddTimeSample(string, time.Time) {}
func (c *clock) Offset() time.Duration           { return 0 }
