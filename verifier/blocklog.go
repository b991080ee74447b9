package verifier

import (
	"slices"

	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// blockLog is what was seen of an election's blocks, from the one that announces
// it on: enough to replay any first part of them without reading them again. It
// grows with the votes, and by a hash a block.
type blockLog struct {
	first  uint32
	hashes []chainhash.Hash       // of the blocks from first on
	txs    []int                  // how many transactions each holds
	seen   []election.ConfirmedTx // those that concern the election
}

// add takes the next block and the indices of what concerns the election.
func (m *blockLog) add(height uint32, b *wire.MsgBlock, at []int) {
	if len(m.hashes) == 0 {
		m.first = height
	}
	m.hashes, m.txs = append(m.hashes, b.BlockHash()), append(m.txs, len(b.Transactions))
	for _, pos := range at {
		tx := b.Transactions[pos]
		m.seen = append(m.seen, election.ConfirmedTx{Height: height, Pos: pos, Tx: tx, ID: tx.TxHash()})
	}
}

// next is the height of the block to come.
func (m *blockLog) next() uint32 { return m.first + uint32(len(m.hashes)) }

// before returns the log of the blocks below height.
func (m *blockLog) before(height uint32) *blockLog {
	n := min(int(max(height, m.first)-m.first), len(m.hashes))
	return &blockLog{m.first, m.hashes[:n:n], m.txs[:n:n], m.seen[:m.index(height):m.index(height)]}
}

// index returns how many sightings are in blocks below height.
func (m *blockLog) index(height uint32) int {
	i, _ := slices.BinarySearchFunc(m.seen, height, func(s election.ConfirmedTx, h uint32) int {
		if s.Height < h {
			return -1
		}
		return 1
	})
	return i
}

// replay shows the log to a new replay.
func (m *blockLog) replay(e *election.Election, lines []board.Line) *election.Replay {
	r := election.NewReplay(e, lines)
	for _, s := range m.seen {
		r.Tx(s)
	}
	return r
}
