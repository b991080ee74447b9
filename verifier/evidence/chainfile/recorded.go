// Package chainfile is a chain in the files of a record: headers, and whole
// blocks or merkle proofs.
//
// It promises that reading takes the memory of one block; that every file has
// one encoding, and no other is read; and that a fault of a file is a
// [record.FormatError].
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

// A recorded chain is two files. chain/headers is 80 bytes a block from
// genesis to the tip; chain/blocks is, for each height to the tip without gaps:
//
//	height  4 bytes, big-endian
//	length  4 bytes, big-endian
//	block   length bytes as nodes send it, witnesses included
const prefixSize = 8

// recorded is the chain of a record, read anew at each call.
type recorded struct{ rec *record.Record }

// FromRecord returns the chain that the record carries; it is a
// evidence.ProofSource where there are proofs in place of blocks. Errors of its
// sequences that are a *record.FormatError are the record's fault.
func FromRecord(rec *record.Record) evidence.Source {
	if rec.Has(record.Proofs) && !rec.Has(record.Blocks) {
		return proofs{recorded{rec}}
	}
	return recorded{rec}
}

// Evidence is the class of absence claims that whole blocks support.
func (r recorded) Evidence() string { return "whole blocks (record)" }

// First is the height of the first recorded block.
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

// Headers yields the recorded headers.
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

// Blocks yields the recorded blocks from height from on.
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

// next returns the next block that is wanted, io.EOF at the end of the file.
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

// read reads one block's bytes.
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
	// Copying makes room as bytes come, not as they are announced.
	if _, err := io.CopyN(&r.raw, r.in, int64(length)); err != nil {
		return 0, cutOff(record.Blocks, notAtStart(err))
	}
	return height, nil
}

// decode accepts a block's one encoding and no other.
func (r *blockReader) decode(height uint32) (*wire.MsgBlock, error) {
	b, err := evidence.DecodeBlock(r.raw.Bytes())
	if err != nil {
		return nil, malformed(record.Blocks, "block %d: %w", height, err)
	}
	return b, nil
}

// readPrefix reads what stands before a block; io.EOF where nothing follows.
func readPrefix(in io.Reader) (height, length uint32, err error) {
	var raw [prefixSize]byte
	if _, err := io.ReadFull(in, raw[:]); err != nil {
		return 0, 0, cutOff(record.Blocks, err)
	}
	return binary.BigEndian.Uint32(raw[:4]), binary.BigEndian.Uint32(raw[4:]), nil
}

// cutOff blames the record for a file that ends in the middle of an item.
func cutOff(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed(name, "the last item is cut off")
	}
	return err
}

// notAtStart is for reads that cannot end properly.
func notAtStart(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func malformed(name, format string, args ...any) error {
	return &record.FormatError{Name: name, Err: fmt.Errorf(format, args...)}
}
