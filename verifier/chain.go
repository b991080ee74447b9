package verifier

import (
	"context"
	"fmt"

	"bevote/internal/cores"
	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// chained is what the chain shows of the election.
type chained struct {
	*inputs
	signed []error // by line: what is wrong with its link or signature
	chain  *evidence.Chain
	tip    uint32
	first  uint32 // height from which on blocks were looked at
	replay *election.Replay
	blocks *blockLog // of the election
	saved  *blockLog // what the state goes on from; blocks, but where proofs follow whole blocks
	reorgs []string  // what was replaced since earlier audits, in words

	waiting []waiting // seen in mempools, now or before
	noPool  error     // of a source that has no mempool

	shortened bool // the last blocks are left out (V100)
}

// readChain streams the headers once and the blocks of the election once, and
// verifies the board's lines meanwhile. It keeps the hashes of the heights that
// the lines name and of the election's own blocks.
func readChain(ctx context.Context, in *inputs, sources []evidence.Source) (ch *chained, err error) {
	var signed []error
	cores.Each(2, func(i int) {
		if i == 0 {
			ch, err = follow(ctx, in, sources)
		} else {
			signed = verifyLines(in)
		}
	})
	if err != nil {
		return nil, err
	}
	ch.signed = signed
	return ch, ch.lookAtPools(ctx)
}

// follow reads headers and blocks.
func follow(ctx context.Context, in *inputs, sources []evidence.Source) (*chained, error) {
	chain, err := evidence.Read(ctx, sources, evidence.Options{
		Params: lang.Params(in.e.Policy.Network), Depth: in.e.Policy.Confirmations, Now: in.opt.Now,
		Keep: wantedHeights(ctx, in, sources), Progress: func(height int) { in.progress("reading the headers", height, 0) },
	})
	if err != nil {
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
	if first == 0 { // a whole chain: nothing of the election is older than its first line
		first = in.lines[0].Seen.Height
	}
	return ch, ch.followBlocks(ctx, first)
}

// wantedHeights returns which hashes to keep: of the heights that the board's
// lines name, and from the first of them on, or from where a source has blocks.
func wantedHeights(ctx context.Context, in *inputs, sources []evidence.Source) func(height uint32) bool {
	first := in.lines[0].Seen.Height
	for _, src := range sources {
		if h, err := src.First(ctx); err == nil && h > 0 { // an error is met again before the blocks
			first = min(first, h)
		}
	}
	seen := make(map[uint32]bool)
	for _, l := range in.lines {
		seen[l.Seen.Height] = true
	}
	for _, m := range in.earlier {
		seen[m.height] = true
	}
	return func(h uint32) bool { return h >= first || seen[h] }
}

// followBlocks reads the blocks from height first on. The election begins with
// the block that announces it; what a source has of earlier blocks is read only
// to find it. Blocks of the state are not read again.
func (ch *chained) followBlocks(ctx context.Context, first uint32) error {
	ch.replay = election.NewReplay(ch.e, ch.lines)
	ch.blocks = ch.restore()
	begun := len(ch.blocks.hashes) > 0
	if begun {
		ch.replay, first = ch.blocks.replay(ch.e, ch.lines), ch.blocks.first
	}
	ch.first, ch.saved = first, ch.blocks
	next := first + uint32(len(ch.blocks.hashes))
	for b, err := range ch.chain.Blocks(ctx, first, ch.blocks.txs) {
		if err != nil {
			return err
		}
		if !begun && ch.replay.Announces(b.Transactions) {
			begun, ch.replay, ch.first = true, election.NewReplay(ch.e, ch.lines), b.Height
			ch.chain.BeginAt(b)
		}
		at := ch.replay.Block(b.Height, b.MsgBlock)
		if begun {
			ch.blocks.add(b.Height, b.MsgBlock, at)
		}
		ch.progress("following the chain", int(b.Height-next)+1, int(ch.tip-next)+1)
	}
	return nil
}

// followProofs hands the transactions with proofs to the replay. Blocks of the
// state are replayed from there: what a proof shows of them is judged, but known.
func (ch *chained) followProofs(ctx context.Context) error {
	ch.replay = election.NewReplay(ch.e, ch.lines)
	ch.saved = ch.restore() // proofs are no blocks to go on from
	ch.blocks = ch.saved.before(ch.saved.next())
	begun := len(ch.blocks.hashes) > 0
	if begun {
		ch.replay, ch.first = ch.blocks.replay(ch.e, ch.lines), ch.blocks.first
	}
	for p, err := range ch.chain.Proofs(ctx) {
		if err != nil {
			return err
		}
		if len(ch.saved.hashes) > 0 && p.Height < ch.saved.next() {
			continue
		}
		txs := make([]*wire.MsgTx, len(p.Txs))
		for i, t := range p.Txs {
			txs[i] = t.Tx
		}
		if !begun && ch.replay.Announces(txs) {
			begun, ch.replay, ch.blocks, ch.first = true, election.NewReplay(ch.e, ch.lines), new(blockLog), p.Height
		}
		for i, t := range p.Txs {
			seen := election.ConfirmedTx{Height: p.Height, Pos: int(t.Index), Tx: txs[i], ID: txs[i].TxHash()}
			ch.replay.Tx(seen)
			ch.blocks.seen = append(ch.blocks.seen, seen)
		}
	}
	return nil
}

// before returns the chain as if the blocks from height on were there and held
// nothing of the election. No block is read again.
func (ch *chained) before(height uint32) *chained {
	in := *ch.inputs
	in.opt, in.trials, in.earlier, in.replaced = Options{Build: ch.opt.Build}, 0, nil, nil
	blocks := ch.blocks.before(height)
	return &chained{
		inputs: &in, signed: ch.signed, chain: ch.chain, tip: ch.tip, first: ch.first,
		blocks: blocks, saved: blocks, replay: blocks.replay(ch.e, ch.lines), shortened: true,
	}
}

// depth is how many blocks there are from height to the tip, both included.
func (ch *chained) depth(height uint32) uint32 {
	if height > ch.tip {
		return 0
	}
	return ch.tip - height + 1
}
