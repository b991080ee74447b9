package chainfile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"bevote/verifier/evidence"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// proofLine is a line of chain/proofs.jsonl: the proven transactions of one block, in
// canonical JSON. Heights rise from line to line. Transactions are in base64 and
// without witnesses, which the merkle root does not cover. A path is the siblings from
// the leaf up, 32 bytes each, in base64.
type proofLine struct {
	Height   uint32   `json:"height"`
	Coinbase []byte   `json:"coinbase"`
	Path     []byte   `json:"path"` // of the coinbase
	Txs      []txLine `json:"txs"`
}

// txLine is one transaction of a proofLine.
type txLine struct {
	Index uint32 `json:"index"`
	Tx    []byte `json:"tx"`
	Path  []byte `json:"path"`
}

// maxProofLine is the most bytes of a line: a block full of the smallest transactions,
// each with its path, in base64.
const maxProofLine = 16 << 20

// minProofItem is the least number of bytes for each comma of a line. It bounds the
// number of list elements, which cost far more memory than "0,", before they are
// decoded.
const minProofItem = 8

// proofs is the chain of a record with proofs in place of whole blocks.
type proofs struct{ recorded }

var _ evidence.ProofSource = proofs{}

// Evidence names the basis of claims of absence; proofs support none.
func (p proofs) Evidence() string { return "merkle proofs (record)" }

// First fails: there are no whole blocks.
func (p proofs) First(context.Context) (uint32, error) { return 0, errProofsOnly() }

// Blocks fails: there are no whole blocks.
func (p proofs) Blocks(context.Context, uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) { yield(nil, errProofsOnly()) }
}

// errProofsOnly is the error of a request for whole blocks, which the record lacks.
func errProofsOnly() error {
	return malformed(record.Proofs, "transactions with proofs, where whole blocks are needed: take these from a node (--source)")
}

// Proofs yields the recorded proofs.
func (p proofs) Proofs(ctx context.Context) iter.Seq2[*evidence.BlockProof, error] {
	return func(yield func(*evidence.BlockProof, error) bool) {
		f, err := p.rec.Open(record.Proofs)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		in := bufio.NewReaderSize(f, 1<<16)
		next := uint32(0)
		for n := 1; ; n++ {
			line, err := readLine(ctx, in)
			if err == io.EOF {
				return
			}
			var b *evidence.BlockProof
			if err == nil {
				b, err = decodeProof(line)
			}
			if err == nil && b.Height < next {
				err = fmt.Errorf("height %d, want %d or more", b.Height, next)
			}
			if err != nil {
				yield(nil, blame(n, err))
				return
			}
			next = b.Height + 1
			if !yield(b, nil) {
				return
			}
		}
	}
}

// blame returns err as a fault of the line, unless err already is a fault of the
// record or is the context's.
func blame(line int, err error) error {
	var format *record.FormatError
	if errors.As(err, &format) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return malformed(record.Proofs, "line %d: %w", line, err)
}

// readLine reads a line with its LF.
func readLine(ctx context.Context, in *bufio.Reader) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxProofLine:
			return nil, fmt.Errorf("longer than %d bytes", maxProofLine)
		case err == nil:
			return line, nil
		case err == io.EOF && len(line) > 0:
			return nil, errors.New("the line is cut off")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

// decodeProof reads a line. It accepts the canonical encoding alone.
func decodeProof(line []byte) (*evidence.BlockProof, error) {
	var l proofLine
	if bytes.Count(line, []byte(",")) > len(line)/minProofItem {
		return nil, errors.New("more items than its length can hold")
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, errors.New("not a block's proofs in JSON")
	}
	if again, err := encodeLine(l); err != nil || !bytes.Equal(again, line) {
		return nil, errors.New("not in its canonical encoding")
	}
	if len(l.Txs) == 0 {
		return nil, errors.New("no transactions")
	}
	p := &evidence.BlockProof{Height: l.Height, Txs: make([]evidence.TxProof, len(l.Txs))}
	var err error
	if p.Coinbase, p.Path, err = decodeLeaf(l.Coinbase, l.Path); err != nil {
		return nil, fmt.Errorf("coinbase: %w", err)
	}
	for i, t := range l.Txs {
		p.Txs[i].Index = t.Index
		if p.Txs[i].Tx, p.Txs[i].Path, err = decodeLeaf(t.Tx, t.Path); err != nil {
			return nil, fmt.Errorf("transaction %d: %w", i+1, err)
		}
	}
	return p, nil
}

// decodeLeaf reads a transaction and its path.
func decodeLeaf(raw, path []byte) (*wire.MsgTx, []chainhash.Hash, error) {
	tx := new(wire.MsgTx)
	in := bytes.NewReader(raw)
	if err := tx.DeserializeNoWitness(in); err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(stripped(tx), raw) {
		return nil, nil, errors.New("not in its canonical encoding")
	}
	if len(path)%chainhash.HashSize != 0 {
		return nil, nil, fmt.Errorf("a path of %d bytes", len(path))
	}
	hashes := make([]chainhash.Hash, len(path)/chainhash.HashSize)
	for i := range hashes {
		copy(hashes[i][:], path[i*chainhash.HashSize:])
	}
	return tx, hashes, nil
}

// encodeLine returns a line with its LF. Empty byte strings are "" and not null.
func encodeLine(l proofLine) ([]byte, error) {
	l.Coinbase, l.Path = present(l.Coinbase), present(l.Path)
	for i := range l.Txs {
		l.Txs[i].Tx, l.Txs[i].Path = present(l.Txs[i].Tx), present(l.Txs[i].Path)
	}
	line, err := json.Marshal(l)
	return append(line, '\n'), err
}

// present returns b, empty instead of nil: JSON writes nil as null.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
