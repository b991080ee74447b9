package verifier

import (
	"context"
	"fmt"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// follow streams the headers once and the blocks of the election once, and
// hands the judged blocks to the replay. It keeps the hashes of the heights
// that the board's lines name and of the election's own blocks.
func (a *audit) follow(ctx context.Context) (err error) {
	sources := append([]evidence.Source{a.src}, a.opt.Also...)
	a.chain, err = evidence.Read(ctx, sources, evidence.Options{
		Params: lang.Params(a.e.Policy.Network), Depth: a.e.Policy.Confirmations, Now: a.opt.Now,
		Keep: a.wantedHeights(ctx, sources), Progress: func(height int) { a.progress("reading the headers", height, 0) },
	})
	if err != nil {
		return err
	}
	a.src, a.tip = a.chain.Source(), a.chain.Tip().Height
	if a.chain.Proven {
		return a.followProofs(ctx)
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

// wantedHeights returns which hashes to keep: of the heights that the board's
// lines name, and from the first of them on, or from where a source has blocks.
func (a *audit) wantedHeights(ctx context.Context, sources []evidence.Source) func(height uint32) bool {
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
	a.replay = election.NewReplay(a.e, a.lines)
	a.memory = a.recall()
	begun := len(a.memory.hashes) > 0
	if begun {
		a.replay, first = a.memory.replay(a.e, a.lines), a.memory.first
	}
	a.first = first
	next := first + uint32(len(a.memory.hashes))
	for b, err := range a.chain.Blocks(ctx, first, a.memory.txs) {
		if err != nil {
			return err
		}
		if !begun && a.replay.Announces(b.Transactions) {
			begun, a.replay, a.first = true, election.NewReplay(a.e, a.lines), b.Height
			a.chain.BeginAt(b)
		}
		at := a.replay.Block(b.Height, b.MsgBlock)
		if begun {
			a.memory.add(b.Height, b.MsgBlock, at)
		}
		a.progress("following the chain", int(b.Height-next)+1, int(a.tip-next)+1)
	}
	return nil
}

// followProofs hands the transactions with proofs to the replay. Blocks that a
// state remembers are replayed from there: whatever a proof shows of them is
// judged, but it is known already.
func (a *audit) followProofs(ctx context.Context) error {
	a.replay = election.NewReplay(a.e, a.lines)
	a.whole = a.recall()
	a.memory = a.whole.before(a.whole.next())
	begun := len(a.memory.hashes) > 0
	if begun {
		a.replay, a.first = a.memory.replay(a.e, a.lines), a.memory.first
	}
	for p, err := range a.chain.Proofs(ctx) {
		if err != nil {
			return err
		}
		if len(a.whole.hashes) > 0 && p.Height < a.whole.next() {
			continue
		}
		txs := make([]*wire.MsgTx, len(p.Txs))
		for i, t := range p.Txs {
			txs[i] = t.Tx
		}
		if !begun && a.replay.Announces(txs) {
			begun, a.replay, a.memory, a.first = true, election.NewReplay(a.e, a.lines), new(memory), p.Height
		}
		for i, t := range p.Txs {
			seen := election.Sighting{Height: p.Height, Pos: int(t.Index), Tx: txs[i], ID: txs[i].TxHash()}
			a.replay.Transaction(seen)
			a.memory.seen = append(a.memory.seen, seen)
		}
	}
	return nil
}
