package verifier

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
)

// ErrNotAnnounced says that a chain does not hold an election's announcement.
var ErrNotAnnounced = errors.New("the election is not announced on this chain")

// Sighted is a block, and the indices of those of its transactions that
// concern an election: anchors, coins, votes, claims and refunds, and what
// uses its keys or looks like its ballots.
type Sighted struct {
	Height uint32
	Block  *wire.MsgBlock
	At     []int
}

// Sightings reads the blocks of a record's election from src: every block from
// the one that announces it to the tip. It judges nothing.
func Sightings(ctx context.Context, rec *record.Record, src Source) iter.Seq2[Sighted, error] {
	return func(yield func(Sighted, error) bool) {
		a := &audit{src: src}
		if err := a.read(rec); err != nil {
			yield(Sighted{}, err)
			return
		}
		first, err := src.First(ctx)
		if err != nil {
			yield(Sighted{}, fmt.Errorf("reading the chain: %w", err))
			return
		}
		height, begun := max(first, a.lines[0].Seen.Height), false
		r := NewReplay(a.e, a.lines)
		for b, err := range src.Blocks(ctx, height) {
			if err != nil {
				yield(Sighted{}, fmt.Errorf("reading block %d: %w", height, err))
				return
			}
			begun = begun || r.announces(b.Transactions)
			if begun && !yield(Sighted{height, b, r.block(height, b)}, nil) {
				return
			}
			height++
		}
		if !begun {
			yield(Sighted{}, ErrNotAnnounced)
		}
	}
}
