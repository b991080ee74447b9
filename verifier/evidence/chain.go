package evidence

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Options are what the headers of a chain are judged by.
type Options struct {
	Params   *chaincfg.Params
	Depth    uint32                   // a second source may be up to Depth − 1 blocks behind
	Now      time.Time                // no header may be far ahead of it; zero means no clock
	Keep     func(height uint32) bool // heights whose hashes are kept; nil keeps none
	Progress func(height int)         // called while headers are read; may be nil
}

// Chain is the chain that the sources show, judged: of several sources the one
// whose headers have the most work. The findings about blocks grow while
// [Chain.Blocks] or [Chain.Proofs] is read.
type Chain struct {
	Network Findings // the genesis block
	Links   Findings // each header names the one before
	Mined   Findings // proof of work, and the target that the rules require
	Times   Findings // time stamps
	Work    Findings // work in sum and the checkpoint; nothing is expected where blocks cost no work
	Agree   Findings // sources agree; nothing is expected of a single source

	Included Findings // each block, or each transaction with a proof, is of its header
	Sane     Findings // each transaction obeys the rules for a transaction by itself

	// Proven says that the transactions come with merkle proofs instead of in
	// whole blocks. Proofs show what is there, never that there is no more.
	Proven bool

	source  Source // the followed one
	headers *headerChain
	agreed  agreement
	window  *blockWindow
	read    bool // blocks were read, and compared with those of the other sources
	last    *Tip // where whole blocks end before the headers
}

// Tip is the last header of a chain.
type Tip struct {
	Height uint32
	Hash   chainhash.Hash
	Time   time.Time
}

// Read reads the headers of all sources, at least one, and follows the source with
// the most work. Before that it asks nodes for their genesis block. The error is a
// [SourceError] where a node is of another network, and a [ClockError] where the
// clock is before the chain.
func Read(ctx context.Context, sources []Source, opt Options) (*Chain, error) {
	if err := checkNetworks(ctx, sources, opt.Params); err != nil {
		return nil, err
	}
	c := &Chain{agreed: newAgreement(sources, opt.Depth)}
	chains, err := c.readHeaders(ctx, opt)
	if err != nil {
		return nil, err
	}
	best := mostShown(ctx, sources, chains)
	c.source, c.headers = sources[best], chains[best]
	if err := c.headers.checkClock(opt.Now); err != nil {
		return nil, err
	}
	_, c.Proven = c.source.(ProofSource)
	h := c.headers
	c.Network, c.Links, c.Mined, c.Times, c.Work = h.network, h.linked, h.mined, h.timed, h.weighed
	c.agreed.follow(best, chains)
	c.Agree = c.agreed.found
	return c, nil
}

// mostShown returns the source to follow: of those whose headers have the most work the one
// whose blocks begin first.
func mostShown(ctx context.Context, sources []Source, chains []*headerChain) (best int) {
	for i, other := range chains {
		switch more := other.work.Cmp(chains[best].work); {
		case more > 0:
			best = i
		case more == 0 && i != best && beginning(ctx, sources[i]) < beginning(ctx, sources[best]):
			best = i
		}
	}
	return best
}

// beginning returns the height of a source's first whole block, and the greatest height
// where it has none or cannot be asked: that error comes again where the blocks are read.
func beginning(ctx context.Context, src Source) uint32 {
	first, err := src.First(ctx)
	if _, proves := src.(ProofSource); proves || err != nil {
		return math.MaxUint32
	}
	return first
}

// readHeaders reads the headers of all sources in step and judges them.
func (c *Chain) readHeaders(ctx context.Context, opt Options) ([]*headerChain, error) {
	now := opt.Now
	if now.IsZero() {
		now = time.Unix(math.MaxInt32, 0)
	}
	sources := c.agreed.sources
	chains := make([]*headerChain, len(sources))
	next := make([]func() (*wire.BlockHeader, error, bool), len(sources))
	for i, src := range sources {
		chains[i] = newHeaderChain(opt.Params, now, opt.Keep)
		var stop func()
		next[i], stop = iter.Pull2(src.Headers(ctx))
		defer stop()
	}
	for open := len(sources); open > 0; {
		for i, read := range next {
			if read == nil {
				continue
			}
			h, err, ok := read()
			switch {
			case err != nil:
				return nil, fmt.Errorf("reading header %d: %w", chains[i].height+1, err)
			case !ok:
				chains[i].end()
				next[i] = nil
				open--
			default:
				chains[i].add(h)
			}
		}
		c.agreed.headers(chains)
		if h := chains[0].height; h%10000 == 0 && opt.Progress != nil {
			opt.Progress(int(h))
		}
	}
	return chains, nil
}

// Source returns the source that is followed.
func (c *Chain) Source() Source { return c.source }

// Sources returns all sources, in the order in which they were given.
func (c *Chain) Sources() []Source { return c.agreed.sources }

// Tip returns the last block that is judged: the last header, height 0 and no hash where
// there is none, or the last whole block of [Chain.Blocks] where that is earlier.
func (c *Chain) Tip() Tip {
	if c.last != nil {
		return *c.last
	}
	return Tip{uint32(max(c.headers.height, 0)), c.headers.hash, c.headers.tip.Timestamp}
}

// HashAt returns the hash of the block at a height that was kept, if the chain
// is that long.
func (c *Chain) HashAt(height uint32) (chainhash.Hash, bool) { return c.headers.hashAt(height) }

// TimeAt returns the time of the header at a height that was kept, if the chain is that
// long.
func (c *Chain) TimeAt(height uint32) (time.Time, bool) {
	h, ok := c.headers.kept.at(height)
	return time.Unix(int64(h.time), 0).UTC(), ok
}

// ProvesWork reports whether the blocks of the network cost work. On simnet and
// regtest they do not.
func (c *Chain) ProvesWork() bool { return c.headers.provesWork() }

// Worth says in words what the headers prove at the time now; zero means no clock.
func (c *Chain) Worth(now time.Time) string { return c.headers.evidence(now) }

// Stale returns an error if the tip is older than limit at the time now.
func (c *Chain) Stale(now time.Time, limit time.Duration) error {
	if age := now.Sub(c.headers.tip.Timestamp); age > limit {
		return fmt.Errorf("the newest block is of %s, %s old", stamp(c.headers.tip.Timestamp), span(age))
	}
	return nil
}

// Blocks reads whole blocks from a height on, judges each and compares it with those
// of the other sources. The first len(judged) blocks were judged by an earlier audit:
// their transactions, judged[i] of block i, are counted, and they are not read. Blocks
// that are read again are judged again, and not compared again. An error comes in the
// last pair, a [SourceError] where there is no block at all.
func (c *Chain) Blocks(ctx context.Context, first uint32, judged []int) iter.Seq2[Block, error] {
	return func(yield func(Block, error) bool) {
		w := newBlockWindow(c.headers, first)
		w.resume(judged)
		c.window = w
		var tip *wire.BlockHeader
		defer func() {
			if last := w.end(); tip != nil && last < c.Tip().Height {
				c.last = &Tip{last, tip.BlockHash(), tip.Timestamp}
			}
			c.Included, c.Sane, c.Agree, c.window = w.included, w.sane, c.agreed.found, nil
		}()
		if w.next > c.Tip().Height {
			return
		}
		others := new(peers)
		if !c.read {
			others = c.agreed.openBlocks(ctx, w.next)
			defer others.stop()
		}
		c.read = true
		for b, err := range c.source.Blocks(ctx, w.next) {
			if err != nil {
				yield(Block{}, fmt.Errorf("reading block %d: %w", w.next, err))
				return
			}
			if err := CheckWitnesses(b); err != nil {
				yield(Block{}, fmt.Errorf("reading block %d: %w", w.next, &SourceError{NameOf(c.source), err}))
				return
			}
			height := w.add(b)
			tip = &b.Header
			if err := others.compare(height, b); err != nil {
				yield(Block{}, fmt.Errorf("reading block %d: %w", height, err))
				return
			}
			if !yield(Block{height, b}, nil) {
				return
			}
		}
		if tip == nil {
			yield(Block{}, &SourceError{NameOf(c.source), fmt.Errorf("shows no block from height %d on", w.next)})
		}
	}
}

// Block is a judged block and its height.
type Block struct {
	Height uint32
	*wire.MsgBlock
}

// BeginAt says that b, which [Chain.Blocks] has just yielded, is the first block
// of interest: the blocks before it count only if one of them failed.
func (c *Chain) BeginAt(b Block) { c.window.begin(b.MsgBlock) }

// Proofs reads transactions with merkle proofs and judges them. The chain must be
// Proven.
func (c *Chain) Proofs(ctx context.Context) iter.Seq2[*BlockProof, error] {
	return func(yield func(*BlockProof, error) bool) {
		w := &proofWindow{headers: c.headers}
		defer func() { c.Included, c.Sane = w.included, w.sane }()
		for p, err := range c.source.(ProofSource).Proofs(ctx) {
			if err != nil {
				yield(nil, fmt.Errorf("reading proofs: %w", err))
				return
			}
			w.add(p)
			if !yield(p, nil) {
				return
			}
		}
	}
}
