// Package evidence judges what sources show of a Bitcoin chain: headers, blocks,
// merkle proofs, and whether the sources agree.
//
// It trusts no source: proof of work, difficulty, times, merkle roots and witness
// commitments are recomputed by Bitcoin's rules. It does not depend on elections and
// imports no other package of the project.
//
//	Source ──headers──▶ Read ──▶ Chain ──▶ Blocks, or Proofs
//	Source ──headers──▶  │                      │
//	                     └── Findings ──────────┘
package evidence

import (
	"context"
	"errors"
	"iter"

	"github.com/btcsuite/btcd/wire/v2"
)

// Source shows a chain. Each call of Headers and Blocks reads anew; both yield in
// order of height, by one, and end at the tip, or with an error as the last pair. A
// source promises that each item has its canonical encoding. That headers and blocks
// belong together is judged by [Read] and [Chain.Blocks].
type Source interface {
	// Evidence names in words the basis of the source's claims of absence.
	Evidence() string
	// First returns the height of the first whole block that the source has.
	First(ctx context.Context) (uint32, error)
	// Headers yields every header from genesis.
	Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error]
	// Blocks yields every whole block from a height on; a height below First is an
	// error.
	Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error]
}

// ProofSource is a [Source] of single transactions with merkle proofs, without whole
// blocks. It cannot show that an output is unspent, or that there is no other
// transaction.
type ProofSource interface {
	Source
	// Proofs yields the source's proofs, in order of height.
	Proofs(ctx context.Context) iter.Seq2[*BlockProof, error]
}

// MempoolSource is a [Source] that also shows its mempool.
type MempoolSource interface {
	Source
	// Waiting returns the unconfirmed transactions that spend an outpoint of
	// ops; [ErrNoMempool] if the source does not show them.
	Waiting(ctx context.Context, ops []wire.OutPoint) ([]*wire.MsgTx, error)
}

// ErrNoMempool is the error of a source that does not show its unconfirmed
// transactions.
var ErrNoMempool = errors.New("does not show its pool of unconfirmed transactions")
