package verifier

import (
	"context"
	"fmt"
	"math"

	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence"
)

// chained is what the chain shows of the election.
type chained struct {
	*inputs
	chain   *evidence.Chain
	tip     uint32 // height
	first   uint32 // height of the first block that was read for the election
	shown   uint32 // height of the first whole block that this audit or its state has seen; noBlock for none
	replay  *election.Replay
	watched []board.Line // what the replay looks for: the lines that count
	blocks  *blockLog    // what the replay was given
	saved   *blockLog    // for the state: blocks, but without what proofs showed after whole blocks
	reorgs  []string     // blocks that were replaced since earlier audits, in words

	waiting []waiting // unconfirmed transactions, of now and of the state
	noPool  error     // of a source that shows no mempool

	shortened bool // the last blocks are left out (V100)
}

// readChain reads the headers once and the blocks of the election once. Hashes are kept
// of the heights that lines name and of the election's own blocks.
func readChain(ctx context.Context, in *inputs, sources []evidence.Source) (*chained, error) {
	ch, err := follow(ctx, in, sources)
	if err != nil {
		return nil, err
	}
	return ch, ch.lookAtPools(ctx)
}

// noBlock is above the height of any block.
const noBlock = math.MaxUint32

// follow reads headers and blocks.
func follow(ctx context.Context, in *inputs, sources []evidence.Source) (*chained, error) {
	chain, err := evidence.Read(ctx, sources, evidence.Options{
		Params: lang.Params(in.e.Policy.Network), Depth: in.e.Policy.Confirmations, Now: in.opt.Now,
		Keep: wantedHeights(ctx, in, sources), Progress: func(height int) { in.progress("reading the headers", height, 0) },
	})
	if err != nil {
		return nil, err
	}
	if err := checkFit(in, chain); err != nil {
		return nil, err
	}
	ch := &chained{inputs: in, chain: chain, tip: chain.Tip().Height, reorgs: in.replaced}
	if chain.Proven {
		return ch, ch.followProofs(ctx)
	}
	first, err := chain.Source().First(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the chain: %w", err)
	}
	if first == 0 { // a whole chain
		first = in.searchFrom()
	}
	return ch, ch.followBlocks(ctx, first)
}

// wantedHeights returns a function that reports whether the hash at a height is
// kept: of heights that board lines and checkpoints name, and of all heights from
// where the search begins, or from a source's first block, on.
func wantedHeights(ctx context.Context, in *inputs, sources []evidence.Source) func(height uint32) bool {
	first := in.searchFrom()
	for _, src := range sources {
		if h, err := src.First(ctx); err == nil && h > 0 { // an error comes again when the blocks are read
			first = min(first, h)
		}
	}
	named := make(map[uint32]bool)
	for _, l := range in.lines {
		named[l.Seen.Height] = true
	}
	for _, c := range in.earlier {
		named[c.height] = true
	}
	return func(h uint32) bool { return h >= first || named[h] }
}

// followBlocks reads the blocks from height first on and gives them to the
// replay. The replay begins with the block that announces the election. Blocks of
// the state are not read again.
func (ch *chained) followBlocks(ctx context.Context, first uint32) error {
	err := ch.watching(func() error { return ch.readBlocks(ctx, first) })
	if err != nil {
		ch.opt.State.savePart(ch)
	}
	return err
}

// watching calls read with the lines to look for in blocks, and once more where the
// anchors that it found show that others count.
func (ch *chained) watching(read func() error) error {
	ch.watched = ch.lines
	if s := ch.opt.State; s != nil && len(s.blocks.matched) > 0 {
		ch.watched = ch.counting(s.blocks.replay(ch.e, nil).Sequence(0))
	}
	for range 2 {
		if err := read(); err != nil {
			return err
		}
		counting := ch.counting(ch.sequence())
		if election.NewReplay(ch.e, counting).WatchHash() == ch.replay.WatchHash() {
			break
		}
		ch.watched = counting
	}
	return nil
}

// counting returns the lines to look for, by a sequence of anchors.
func (ch *chained) counting(seq election.Sequence) []board.Line {
	return ch.e.Watched(ch.lines, seq.On(ch.chain.HashAt))
}

// readBlocks is followBlocks without the state of an audit that ends here, for the lines
// that are watched.
func (ch *chained) readBlocks(ctx context.Context, first uint32) error {
	ch.replay = election.NewReplay(ch.e, ch.watched)
	ch.blocks = ch.restore()
	begun := len(ch.blocks.hashes) > 0
	if begun {
		ch.replay = ch.blocks.replay(ch.e, ch.watched)
	}
	if begun && ch.e.Policy.Seal == nil && first < ch.blocks.searched { // the announcement may be earlier
		ch.replay, ch.blocks, begun = election.NewReplay(ch.e, ch.watched), new(blockLog), false
	}
	if begun {
		first = ch.blocks.first
	} else {
		ch.blocks.searched = first
	}
	ch.first, ch.saved, ch.shown = first, ch.blocks, ch.blocks.searched
	next := first + uint32(len(ch.blocks.hashes))
	for b, err := range ch.chain.Blocks(ctx, first, ch.blocks.txs) {
		if err != nil {
			return err
		}
		at := ch.replay.Block(b.Height, b.MsgBlock)
		if !begun && ch.replay.Begun() {
			begun, ch.first = true, b.Height
			ch.chain.BeginAt(b)
		}
		if begun {
			ch.blocks.add(b.Height, b.MsgBlock, at)
		}
		ch.progress("following the chain", int(b.Height-next)+1, int(ch.tip-next)+1)
	}
	ch.tip = ch.chain.Tip().Height
	return nil
}

// followProofs reads the transactions with proofs and gives them to the replay.
// Blocks of the state are replayed from the state: the proofs in them are judged
// and not replayed.
func (ch *chained) followProofs(ctx context.Context) error {
	return ch.watching(func() error { return ch.readProofs(ctx) })
}

func (ch *chained) readProofs(ctx context.Context) error {
	ch.replay = election.NewReplay(ch.e, ch.watched)
	ch.shown = noBlock
	ch.saved = ch.restore() // what proofs show is not saved
	ch.blocks = ch.saved.before(ch.saved.next())
	begun := len(ch.blocks.hashes) > 0
	if begun {
		ch.replay, ch.first, ch.shown = ch.blocks.replay(ch.e, ch.watched), ch.blocks.first, ch.blocks.searched
	}
	for p, err := range ch.chain.Proofs(ctx) {
		if err != nil {
			return err
		}
		if len(ch.saved.hashes) > 0 && p.Height < ch.saved.next() {
			continue
		}
		var txs []election.ConfirmedTx
		for _, t := range p.Txs {
			txs = append(txs, election.ConfirmedTx{Height: p.Height, Pos: int(t.Index), Tx: t.Tx, ID: t.Tx.TxHash()})
		}
		ch.replay.Txs(txs)
		if !begun && ch.replay.Begun() {
			begun, ch.blocks, ch.first = true, new(blockLog), p.Height
		}
		ch.blocks.matched = append(ch.blocks.matched, txs...)
	}
	return nil
}

// searchFrom returns the block from which a whole chain is read. Where the announcement
// spends a seal there is one announcement, and it is not older than the first line.
// Otherwise the first announcement counts of all since the height of the rule.
func (in *inputs) searchFrom() uint32 {
	if in.e.Policy.Seal != nil {
		return max(1, in.lines[0].Seen.Height)
	}
	return in.e.Policy.AnnouncedFrom()
}

// showsBeginning reports whether the evidence shows the election's announcement as the
// one that counts, or that there is none: what spends the seal, or all blocks since the
// one from which the announcement is looked for.
func (ch *chained) showsBeginning() bool {
	return ch.e.Policy.Seal != nil && ch.replay.Begun() || ch.shown <= ch.searchFrom()
}

// partial reports whether the evidence may lack transactions since the announcement.
func (ch *chained) partial() bool { return ch.chain.Proven || !ch.showsBeginning() }

// sequence returns the chain of anchors. Whole blocks since the announcement show that
// there are no more.
func (ch *chained) sequence() election.Sequence {
	complete := ch.tip
	if ch.partial() || ch.chain.Included.Failed > 0 {
		complete = 0
	}
	return ch.replay.Sequence(complete).On(ch.chain.HashAt)
}

// before returns the chain as if the blocks from height on held nothing of the
// election. The tip stays, and no block is read again.
func (ch *chained) before(height uint32) *chained {
	in := *ch.inputs
	in.opt, in.trials, in.earlier, in.replaced = Options{Build: ch.opt.Build}, 0, nil, nil
	blocks := ch.blocks.before(height)
	return &chained{
		inputs: &in, chain: ch.chain, tip: ch.tip, first: ch.first, shown: ch.shown,
		blocks: blocks, saved: blocks, replay: blocks.replay(ch.e, ch.watched), watched: ch.watched, shortened: true,
	}
}

// depth returns the confirmations of a block: tip − height + 1, 0 above the tip.
func (ch *chained) depth(height uint32) uint32 {
	if height > ch.tip {
		return 0
	}
	return ch.tip - height + 1
}
