// Package evidence judges what sources show of a Bitcoin chain: headers, blocks,
// merkle proofs, and whether the sources agree.
//
// It promises to believe no source: proof of work, difficulty, times, merkle
// roots and witness commitments are recomputed by Bitcoin's rules. It knows
// nothing of elections and imports no other package of the project.
package evidence

import (
	"context"
	"errors"
	"iter"

	"github.com/btcsuite/btcd/wire/v2"
)

// Source is where an auditor looks at the chain. Each call of Headers and
// Blocks reads from the start anew; both yield in order of height, by one, and
// end at the tip, or with an error as the last pair. A source promises
// canonical decoding and nothing else: whether headers and blocks belong
// together is the auditor's question.
type Source interface {
	// Evidence is the class of the source's absence claims, in words.
	Evidence() string
	// First is the height from which on the source has whole blocks.
	First(ctx context.Context) (uint32, error)
	// Headers yields every header from genesis.
	Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error]
	// Blocks yields every whole block from height from on; a height below
	// First is an error.
	Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error]
}

// ProofSource is a Source that has no whole blocks, but single transactions and
// proofs that they are in their blocks. It shows what is there; it cannot show
// that an output is unspent, or that there is no other transaction.
type ProofSource interface {
	Source
	// Proofs yields what the source has, in the order of heights.
	Proofs(ctx context.Context) iter.Seq2[*BlockProof, error]
}

// MempoolSource is a Source that also shows its mempool.
type MempoolSource interface {
	Source
	// Waiting returns the unconfirmed transactions that spend an outpoint of
	// ops; [ErrNoPool] if the source does not show them.
	Waiting(ctx context.Context, ops []wire.OutPoint) ([]*wire.MsgTx, error)
}

// ErrNoMempool says that a source does not show its unconfirmed transactions.
var ErrNoMempool = errors.New("does not show its pool of unconfirmed transactions")
