package verifier

import (
	"slices"

	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// blockLog holds what a replay of an election's blocks needs, or a replay of any
// prefix of them: the transactions that concern the election, and each block's
// hash. The first block is the one with the announcement.
type blockLog struct {
	searched uint32                 // height of the first block in which the announcement was looked for
	first    uint32                 // height
	hashes   []chainhash.Hash       // of the blocks from first on
	txs      []int                  // by block: the number of its transactions
	matched  []election.ConfirmedTx // those that concern the election, in the chain's order
}

// add appends the next block, with the indices of the transactions that concern
// the election.
func (l *blockLog) add(height uint32, b *wire.MsgBlock, at []int) {
	if len(l.hashes) == 0 {
		l.first = height
	}
	l.hashes, l.txs = append(l.hashes, b.BlockHash()), append(l.txs, len(b.Transactions))
	for _, pos := range at {
		tx := b.Transactions[pos]
		l.matched = append(l.matched, election.ConfirmedTx{Height: height, Pos: pos, Tx: tx, ID: tx.TxHash()})
	}
}

// next returns the height after the last block.
func (l *blockLog) next() uint32 { return l.first + uint32(len(l.hashes)) }

// before returns the log of the blocks below height.
func (l *blockLog) before(height uint32) *blockLog {
	n := min(int(max(height, l.first)-l.first), len(l.hashes))
	return &blockLog{l.searched, l.first, l.hashes[:n:n], l.txs[:n:n], l.matched[:l.index(height):l.index(height)]}
}

// index returns how many matched transactions are in blocks below height.
func (l *blockLog) index(height uint32) int {
	i, _ := slices.BinarySearchFunc(l.matched, height, func(tx election.ConfirmedTx, h uint32) int {
		if tx.Height < h {
			return -1
		}
		return 1
	})
	return i
}

// replay returns a new replay that was given the matched transactions.
func (l *blockLog) replay(e *election.Election, lines []board.Line) *election.Replay {
	r := election.NewReplay(e, lines)
	r.Txs(l.matched)
	return r
}
