package chainfile

import (
	"bytes"
	"context"
	"io"
	"iter"

	"bevote/verifier/evidence"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// ExportProofs writes the headers of a source, and the selected transactions with
// merkle proofs, as the chain files of a record.
func ExportProofs(
	ctx context.Context, w *record.Writer, src evidence.Source, selected iter.Seq2[evidence.Selection, error],
) error {
	if err := exportHeaders(ctx, w, src); err != nil {
		return err
	}
	return write(w, record.Proofs, func(out io.Writer) error {
		for s, err := range selected {
			if err != nil {
				return err
			}
			if len(s.At) == 0 {
				continue
			}
			line, err := encodeLine(prove(s))
			if err != nil {
				return err
			}
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}

// prove returns the proofs of the selected transactions of a block.
func prove(s evidence.Selection) proofLine {
	rows := merkleRows(s.Block)
	l := proofLine{Height: s.Height, Coinbase: stripped(s.Block.Transactions[0]), Path: rows.path(0)}
	for _, i := range s.At {
		l.Txs = append(l.Txs, txLine{Index: uint32(i), Tx: stripped(s.Block.Transactions[i]), Path: rows.path(i)})
	}
	return l
}

// stripped returns a transaction without witnesses, the bytes that its id hashes.
func stripped(tx *wire.MsgTx) []byte {
	var out bytes.Buffer
	_ = tx.SerializeNoWitness(&out) // writing to a bytes.Buffer does not fail
	return out.Bytes()
}

// rows is a merkle tree: its rows from the leaves up, without the root's.
type rows [][]chainhash.Hash

// merkleRows returns the tree over a block's transactions.
func merkleRows(b *wire.MsgBlock) (out rows) {
	row := make([]chainhash.Hash, len(b.Transactions))
	for i, tx := range b.Transactions {
		row[i] = tx.TxHash()
	}
	for len(row) > 1 {
		if len(row)%2 == 1 {
			row = append(row, row[len(row)-1]) // the last of an odd row is its own sibling
		}
		out = append(out, row)
		above := make([]chainhash.Hash, len(row)/2)
		for i := range above {
			above[i] = blockchain.HashMerkleBranches(&row[2*i], &row[2*i+1])
		}
		row = above
	}
	return out
}

// path returns the siblings of leaf i, from the leaf up, 32 bytes each.
func (r rows) path(i int) []byte {
	var out []byte
	for _, row := range r {
		out = append(out, row[i^1][:]...)
		i /= 2
	}
	return out
}
