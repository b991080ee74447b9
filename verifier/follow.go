package verifier

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"bevote/lang"

	"github.com/btcsuite/btcd/wire/v2"
)

// chainState is what was judged of the chain itself.
type chainState struct {
	headers  *headerChain
	agreed   agreement
	included *findings // V08
	sane     *findings // V09
	proven   bool      // the transactions came with proofs, not in whole blocks
	first    uint32    // height from which on blocks were looked at
}

// follow streams the headers once and the blocks of the election once, judging
// both, and hands the blocks to the replay. It keeps hashes only of heights
// that the board's lines name and of the election's own blocks. Of several
// sources it follows the one whose headers have the most work, and compares
// the others with it.
func (a *audit) follow(ctx context.Context) error {
	sources := append([]Source{a.src}, a.opt.Also...)
	a.chain = &chainState{agreed: newAgreement(sources, a.e.Policy.Confirmations)}
	chains, err := a.readHeaders(ctx, sources)
	if err != nil {
		return err
	}
	best := 0
	for i, c := range chains {
		if c.work.Cmp(chains[best].work) > 0 {
			best = i
		}
	}
	a.src, a.chain.headers = sources[best], chains[best]
	a.chain.agreed.follow(best, chains)
	a.tip = uint32(max(chains[best].height, 0))
	if proofs, ok := a.src.(ProofSource); ok {
		return a.followProofs(ctx, proofs)
	}
	first, err := a.src.First(ctx)
	if err != nil {
		return fmt.Errorf("reading the chain: %w", err)
	}
	if first == 0 { // a whole chain: nothing of the election is older than its first line
		first = a.lines[0].Seen.Height
	}
	return a.followBlocks(ctx, first)
}

// readHeaders reads the headers of all sources side by side.
func (a *audit) readHeaders(ctx context.Context, sources []Source) ([]*headerChain, error) {
	wanted := a.wantedHeights(ctx, sources)
	now := a.opt.Now
	if now.IsZero() {
		now = time.Unix(math.MaxInt32, 0)
	}
	chains := make([]*headerChain, len(sources))
	next := make([]func() (*wire.BlockHeader, error, bool), len(sources))
	for i, src := range sources {
		chains[i] = newHeaderChain(lang.Params(a.e.Policy.Network), now, wanted)
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
		a.chain.agreed.headers(chains)
		if h := chains[0].height; h%10000 == 0 {
			a.progress("reading the headers", int(h), 0)
		}
	}
	return chains, nil
}

// wantedHeights tells whose hashes to keep: of the heights that the board's
// lines name, and from the first of them on, or from where a source has blocks.
func (a *audit) wantedHeights(ctx context.Context, sources []Source) func(height uint32) bool {
	first := a.lines[0].Seen.Height
	for _, src := range sources {
		if h, err := src.First(ctx); err == nil && h > 0 { // an error is met again before the blocks
			first = min(first, h)
		}
	}
	seen := make(map[uint32]bool)
	for _, l := range a.lines {
		seen[l.Seen.Height] = true
	}
	for _, m := range a.earlier {
		seen[m.height] = true
	}
	return func(h uint32) bool { return h >= first || seen[h] }
}

// followBlocks reads the blocks from height first on. The election begins with
// the block that announces it; what a source has of earlier blocks is read only
// to find it. What a state remembers is not read again.
func (a *audit) followBlocks(ctx context.Context, first uint32) error {
	a.replay, a.chain.first = NewReplay(a.e, a.lines), first
	w := newBlockWindow(a.chain.headers, first)
	a.chain.included, a.chain.sane = &w.included, &w.sane
	a.memory = a.recall()
	begun := len(a.memory.hashes) > 0
	if begun {
		w.resume(a.memory)
		a.replay, a.chain.first = a.memory.replay(a.e, a.lines), w.first
	}
	if w.next > a.tip {
		w.end() // V08 counts no blocks beyond those remembered
		return nil
	}
	others := a.chain.agreed.openBlocks(ctx, w.next)
	defer others.stop()
	from := w.next
	for b, err := range a.src.Blocks(ctx, from) {
		if err != nil {
			return fmt.Errorf("reading block %d: %w", w.next, err)
		}
		height := w.add(b)
		if err := others.compare(height, b); err != nil {
			return fmt.Errorf("reading block %d: %w", height, err)
		}
		if !begun && a.replay.announces(b.Transactions) {
			begun, a.replay, a.chain.first = true, NewReplay(a.e, a.lines), height
			w.begin(b)
		}
		at := a.replay.block(height, b)
		if begun {
			a.memory.add(height, b, at)
		}
		a.progress("following the chain", int(w.next-from), int(a.tip-from)+1)
	}
	w.end()
	return nil
}
