package corpus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.Source = (*rewrite)(nil)

// rewrite is a finished record and the changes to it that need no key: lines can be
// linked anew and blocks mined anew.
type rewrite struct {
	p                *play
	policy, contract []byte
	lines            []board.Line
	headers          []*wire.BlockHeader // from genesis
	blocks           []*wire.MsgBlock    // from height first
	first            uint32
	dir              string // temporary, for its files
}

// rewriteRecord returns a copy of the play's record, with the blocks from height
// first on. The caller removes its directory.
func (p *play) rewriteRecord(ctx context.Context, first uint32) (*rewrite, error) {
	r := &rewrite{p: p, policy: p.PolicyFile, contract: p.ContractFile, lines: slices.Clone(p.Log.Lines()), first: first}
	for h, err := range p.Chain.Headers(ctx) {
		if err != nil {
			return nil, err
		}
		r.headers = append(r.headers, h)
	}
	for b, err := range p.Chain.Blocks(ctx, r.first) {
		if err != nil {
			return nil, err
		}
		r.blocks = append(r.blocks, b.Copy())
	}
	var err error
	r.dir, err = os.MkdirTemp("", "bevote-lie-*")
	return r, err
}

func (r *rewrite) tip() uint32 { return uint32(len(r.headers)) - 1 }

func (r *rewrite) block(height uint32) *wire.MsgBlock { return r.blocks[height-r.first] }

// firstUnseen returns the lowest height above every block that a board line names.
// From there on blocks can be mined anew without any signature.
func (r *rewrite) firstUnseen() (height uint32) {
	for _, l := range r.lines {
		height = max(height, l.Seen.Height)
	}
	return height + 1
}

// deepUnseen returns the height of an unseen block of the policy's depth.
func (r *rewrite) deepUnseen() (uint32, error) {
	height := r.tip() + 1 - r.p.Policy.Depth()
	if height < r.firstUnseen() {
		return 0, fmt.Errorf("block %d has been seen by a board line", height)
	}
	return height, nil
}

// relink sets Prev of every line from index n on to the hash of the line before.
func (r *rewrite) relink(n int) {
	for i := max(n, 1); i < len(r.lines); i++ {
		r.lines[i].Prev = r.lines[i-1].Hash()
	}
}

// remine makes the headers from a height on anew: merkle root, link and proof of
// work.
func (r *rewrite) remine(from uint32) {
	for h := from; h <= r.tip(); h++ {
		if h >= r.first {
			block := r.block(h)
			block.Header.MerkleRoot = blockchain.CalcMerkleRoot(btcutil.NewBlock(block).Transactions(), false)
			r.headers[h] = &block.Header
		}
		r.headers[h].PrevBlock = r.headers[h-1].BlockHash()
		solve(r.headers[h])
	}
}

// solved reports whether a header has the work of regtest: a hash below 0x7f…,
// which one nonce in two gives.
func solved(h *wire.BlockHeader) bool {
	hash := h.BlockHash()
	return hash[len(hash)-1] < 0x7f
}

// solve gives a header a nonce with enough work.
func solve(h *wire.BlockHeader) {
	for !solved(h) {
		h.Nonce++
	}
}

// unsolve gives a header a nonce with too little work: a hash from 0x80… on.
func unsolve(h *wire.BlockHeader) {
	for hash := h.BlockHash(); hash[len(hash)-1] < 0x80; hash = h.BlockHash() {
		h.Nonce++
	}
}

// extend adds n empty blocks at the tip.
func (r *rewrite) extend(n int) {
	tip := r.tip()
	for i := range n {
		last := r.block(tip)
		coinbase := last.Transactions[0].Copy()
		coinbase.TxIn[0].SignatureScript = append(slices.Clone(coinbase.TxIn[0].SignatureScript), byte(1+i))
		b := wire.NewMsgBlock(&last.Header)
		b.Header.Timestamp = last.Header.Timestamp.Add(time.Duration(1+i) * time.Minute)
		b.Transactions = []*wire.MsgTx{coinbase}
		r.blocks, r.headers = append(r.blocks, b), append(r.headers, &b.Header)
	}
	r.remine(tip + 1)
}

// files returns the record's files by name: with whole blocks, or with proofs of
// the transactions that concern the election.
func (r *rewrite) files(ctx context.Context, proven bool) (map[string][]byte, error) {
	var log bytes.Buffer
	for _, l := range r.lines {
		log.Write(append(l.Encode(), '\n'))
	}
	files := map[string][]byte{record.Policy: r.policy, record.Contract: r.contract, record.Board: log.Bytes()}
	blocks, err := r.writeAndRead("with blocks", files, func(w *record.Writer) error { return chainfile.Export(ctx, w, r, r.first) })
	if err != nil || !proven {
		return blocks, err
	}
	rec, err := record.Open(filepath.Join(r.dir, "with blocks"))
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	return r.writeAndRead("with proofs", files, func(w *record.Writer) error {
		return chainfile.ExportProofs(ctx, w, r, verifier.Sightings(ctx, rec, r))
	})
}

// writeAndRead writes a record with given files and those that export writes, and
// returns all of them.
func (r *rewrite) writeAndRead(name string, files map[string][]byte, export func(*record.Writer) error) (map[string][]byte, error) {
	dir := filepath.Join(r.dir, name)
	w, err := record.Create(dir)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	for name, text := range files {
		if err := w.WriteFile(name, text); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(export(w), w.Commit()); err != nil {
		return nil, err
	}
	all := make(map[string][]byte)
	for _, name := range recordFiles {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case err == nil:
			all[name] = text
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return all, nil
}

var recordFiles = []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks, record.Proofs}

// The methods of an [evidence.Source].

func (r *rewrite) Evidence() string                      { return "remade" }
func (r *rewrite) First(context.Context) (uint32, error) { return r.first, nil }

func (r *rewrite) Headers(context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return sequence(r.headers)
}

func (r *rewrite) Blocks(_ context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return sequence(r.blocks[from-r.first:])
}

func sequence[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}
