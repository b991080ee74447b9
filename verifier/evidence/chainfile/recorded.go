// Package chainfile is a chain in the files of a record: headers, and whole blocks or
// merkle proofs.
//
// Reading holds one block in memory. Only the canonical encoding of a file is
// accepted. A fault of a file is a [record.FormatError].
package chainfile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"bevote/verifier/evidence"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
)

// prefixSize is the length in bytes of the prefix of each block in chain/blocks. The
// file has every height from the first block to the tip:
//
//	height  4 bytes, big-endian
//	length  4 bytes, big-endian
//	block   length bytes, as nodes send it, witnesses included
//
// chain/headers is 80 bytes a block, from genesis to the tip.
const prefixSize = 8

// recorded is the chain of a record, read anew at each call.
type recorded struct{ rec *record.Record }

// FromRecord returns the chain of a record, which must stay open. It is an
// [evidence.ProofSource] if the record has proofs in place of whole blocks. An error
// that is a *[record.FormatError] is a fault of the record.
func FromRecord(rec *record.Record) evidence.Source {
	if rec.Has(record.Proofs) && !rec.Has(record.Blocks) {
		return proofs{recorded{rec}}
	}
	return recorded{rec}
}

// Evidence names the basis of claims of absence.
func (r recorded) Evidence() string { return "whole blocks (record)" }

// First returns the height of the first recorded block.
func (r recorded) First(context.Context) (uint32, error) {
	if r.rec.Has(record.Proofs) {
		return 0, malformed(record.Proofs, "beside %s, want one of the two", record.Blocks)
	}
	f, err := r.rec.Open(record.Blocks)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	height, _, err := readPrefix(f)
	if err == io.EOF {
		return 0, malformed(record.Blocks, "no blocks")
	}
	return height, err
}

// Headers yields the headers of chain/headers.
func (r recorded) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		f, err := r.rec.Open(record.Headers)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		in := bufio.NewReaderSize(f, 1<<16)
		for {
			h, err := readHeader(ctx, in)
			if err == io.EOF {
				return
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// readHeader reads the next header; io.EOF at the end of the file.
func readHeader(ctx context.Context, in io.Reader) (*wire.BlockHeader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var raw [wire.MaxBlockHeaderPayload]byte
	if _, err := io.ReadFull(in, raw[:]); err != nil {
		return nil, cutOff(record.Headers, err)
	}
	h := new(wire.BlockHeader)
	if err := h.Deserialize(bytes.NewReader(raw[:])); err != nil {
		return nil, &record.FormatError{Name: record.Headers, Err: err}
	}
	return h, nil
}

// Blocks yields the blocks of chain/blocks from a height on.
func (r recorded) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		f, err := r.rec.Open(record.Blocks)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		blocks := &blockReader{in: bufio.NewReaderSize(f, 1<<16), from: from}
		for {
			b, err := blocks.next(ctx)
			if err == io.EOF {
				return
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// blockReader reads chain/blocks.
type blockReader struct {
	in     io.Reader
	from   uint32
	height uint32 // of the block after those read
	begun  bool
	raw    bytes.Buffer // of one block
}

// next returns the next block from the height from on; io.EOF at the end of the file.
func (r *blockReader) next(ctx context.Context) (*wire.MsgBlock, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		height, err := r.read()
		if err != nil {
			return nil, err
		}
		if height >= r.from {
			return r.decode(height)
		}
	}
}

// read reads the bytes of one block and returns its height.
func (r *blockReader) read() (uint32, error) {
	height, length, err := readPrefix(r.in)
	switch {
	case err == io.EOF && !r.begun:
		return 0, malformed(record.Blocks, "no blocks")
	case err != nil:
		return 0, err
	case !r.begun && r.from < height:
		return 0, fmt.Errorf("the record has whole blocks from height %d on, not from %d", height, r.from)
	case r.begun && height != r.height:
		return 0, malformed(record.Blocks, "height %d, want %d", height, r.height)
	case length > wire.MaxBlockPayload:
		return 0, malformed(record.Blocks, "block %d of %d bytes, more than %d", height, length, wire.MaxBlockPayload)
	}
	r.begun, r.height = true, height+1
	r.raw.Reset()
	// CopyN allocates as bytes arrive, and not by the announced length.
	if _, err := io.CopyN(&r.raw, r.in, int64(length)); err != nil {
		return 0, cutOff(record.Blocks, notAtStart(err))
	}
	return height, nil
}

// decode reads the block. It accepts the canonical encoding alone.
func (r *blockReader) decode(height uint32) (*wire.MsgBlock, error) {
	b, err := evidence.DecodeBlock(r.raw.Bytes())
	if err != nil {
		return nil, malformed(record.Blocks, "block %d: %w", height, err)
	}
	return b, nil
}

// readPrefix reads the prefix of a block; io.EOF at the end of the file.
func readPrefix(in io.Reader) (height, length uint32, err error) {
	var raw [prefixSize]byte
	if _, err := io.ReadFull(in, raw[:]); err != nil {
		return 0, 0, cutOff(record.Blocks, err)
	}
	return binary.BigEndian.Uint32(raw[:4]), binary.BigEndian.Uint32(raw[4:]), nil
}

// cutOff returns err as a fault of the record if the file ends within an item.
func cutOff(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed(name, "the last item is cut off")
	}
	return err
}

// notAtStart returns err, with io.ErrUnexpectedEOF in place of io.EOF.
func notAtStart(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// malformed returns a fault of the file name.
func malformed(name, format string, args ...any) error {
	return &record.FormatError{Name: name, Err: fmt.Errorf(format, args...)}
}
