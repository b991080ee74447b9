package verifier

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"bevote/verifier/election"
	"bevote/verifier/evidence"
	"bevote/verifier/record"
)

// ErrNotAnnounced is the error of a chain without an election's announcement.
var ErrNotAnnounced = errors.New("the election is not announced on this chain")

// Sightings yields the blocks of a record's election from src up to the tip, each with
// the indices of the transactions that concern the election. The first block is that of
// the announcement. Where the announcement spends no seal, it is the first block in which
// an announcement counts, and the blocks before the announcement hold no transaction that
// concerns the election. It judges nothing. An error is the last pair's:
// [ErrNotAnnounced], or a record or source that cannot be read.
func Sightings(ctx context.Context, rec *record.Record, src evidence.Source) iter.Seq2[evidence.Selection, error] {
	return func(yield func(evidence.Selection, error) bool) {
		in, err := readInputs(rec, Options{}, nil, 0)
		if err == nil && in.policyErr != nil {
			err = in.policyErr
		}
		if err != nil {
			yield(evidence.Selection{}, err)
			return
		}
		first, err := src.First(ctx)
		if err != nil {
			yield(evidence.Selection{}, fmt.Errorf("reading the chain: %w", err))
			return
		}
		height, begun := max(first, in.searchFrom()), false
		r := election.NewReplay(in.e, in.lines)
		for b, err := range src.Blocks(ctx, height) {
			if err != nil {
				yield(evidence.Selection{}, fmt.Errorf("reading block %d: %w", height, err))
				return
			}
			at := r.Block(height, b)
			if begun = r.Begun(); !begun {
				at = nil
			}
			if (begun || in.e.Policy.Seal == nil) && !yield(evidence.Selection{Height: height, Block: b, At: at}, nil) {
				return
			}
			height++
		}
		if !begun {
			yield(evidence.Selection{}, ErrNotAnnounced)
		}
	}
}
