package verifier

import (
	"context"
	"fmt"
	"math"
	"time"

	"bevote/lang"
)

// chainState is what was judged of the chain itself.
type chainState struct {
	headers *headerChain
	window  *blockWindow
}

// follow streams the headers once and the blocks of the election once, judging
// both, and hands the blocks to the replay. It keeps hashes only of heights
// that the board's lines name and of the election's own blocks.
func (a *audit) follow(ctx context.Context) error {
	first, err := a.src.First(ctx)
	if err != nil {
		return fmt.Errorf("reading the chain: %w", err)
	}
	first = max(first, a.lines[0].Seen.Height)
	seen := make(map[uint32]bool)
	for _, l := range a.lines {
		seen[l.Seen.Height] = true
	}
	now := a.opt.Now
	if now.IsZero() {
		now = time.Unix(math.MaxInt32, 0)
	}
	headers := newHeaderChain(lang.Params(a.e.Policy.Network), now, func(h uint32) bool { return h >= first || seen[h] })
	for h, err := range a.src.Headers(ctx) {
		if err != nil {
			return fmt.Errorf("reading header %d: %w", headers.height+1, err)
		}
		headers.add(h)
		if headers.height%10000 == 0 {
			a.progress("reading the headers", int(headers.height), 0)
		}
	}
	headers.end()
	a.chain = &chainState{headers, newBlockWindow(headers, first)}
	a.hashes, a.tip = headers.hashes, uint32(max(headers.height, 0))
	return a.followBlocks(ctx, first)
}

func (a *audit) followBlocks(ctx context.Context, first uint32) error {
	a.replay = NewReplay(a.e, a.lines)
	if first > a.tip {
		return nil // V08 counts no blocks, V14 misses the announcement
	}
	w := a.chain.window
	for b, err := range a.src.Blocks(ctx, first) {
		if err != nil {
			return fmt.Errorf("reading block %d: %w", w.next, err)
		}
		a.replay.Block(w.add(b), b)
		a.progress("following the chain", int(w.next-first), int(a.tip-first)+1)
	}
	w.end()
	return nil
}
