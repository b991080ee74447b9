package chainfile

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"

	"bevote/verifier/evidence"
	"bevote/verifier/record"
)

// Export writes the headers of a source, and its whole blocks from a height on, as the
// chain files of a record.
func Export(ctx context.Context, w *record.Writer, src evidence.Source, from uint32) error {
	if err := exportHeaders(ctx, w, src); err != nil {
		return err
	}
	return write(w, record.Blocks, func(out io.Writer) error {
		height := from
		for b, err := range src.Blocks(ctx, from) {
			if err != nil {
				return err
			}
			var prefix [prefixSize]byte
			binary.BigEndian.PutUint32(prefix[:4], height)
			binary.BigEndian.PutUint32(prefix[4:], uint32(b.SerializeSize()))
			if _, err := out.Write(prefix[:]); err != nil {
				return err
			}
			if err := b.Serialize(out); err != nil {
				return err
			}
			height++
		}
		return nil
	})
}

// exportHeaders writes chain/headers.
func exportHeaders(ctx context.Context, w *record.Writer, src evidence.Source) error {
	return write(w, record.Headers, func(out io.Writer) error {
		for h, err := range src.Headers(ctx) {
			if err != nil {
				return err
			}
			if err := h.Serialize(out); err != nil {
				return err
			}
		}
		return nil
	})
}

// write creates one file of a record.
func write(w *record.Writer, name string, fill func(io.Writer) error) error {
	f, err := w.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<16)
	if err := fill(out); err != nil {
		f.Close()
		return err
	}
	if err := out.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
