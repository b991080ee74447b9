package board

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Lines are decoded concurrently, in batches.
const (
	batchLines = 256
	batchBytes = 4 << 20
)

// Read decodes a board on all cores, and calls each in order with a line and its
// number, from 1. It ends at the first line that does not decode, at a last line
// without LF, or at an error of each. It checks neither Prev nor signatures.
func Read(r io.Reader, each func(n int, l Line) error) error {
	all := func(int, *Line) bool { return true }
	return ReadSome(r, all, func(n int, l Line, _ [32]byte) error { return each(n, l) })
}

// ReadSome is [Read] of the lines that keep chooses; each gets also the hash of a line. The
// others come without their bodies, and with their hashes. Of these neither the body nor the author's key is
// decoded. keep is called in order, with bodies that are not decoded yet.
func ReadSome(r io.Reader, keep func(n int, l *Line) bool, each func(n int, l Line, hash [32]byte) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var authors curve.Keyring
	for n := 1; ; {
		texts, end := readBatch(in)
		batch := scanBatch(texts)
		for i := range batch {
			b := &batch[i]
			if b.kept = b.err == nil && keep(n+i, &b.line); !b.kept {
				b.line = b.line.unread(b.hash)
			}
		}
		cores.Each(len(batch), func(i int) { batch[i].decode(&authors) })
		for _, b := range batch {
			if n > MaxLines {
				b.err = fmt.Errorf("more than %d lines", MaxLines)
			}
			if b.err != nil {
				return fmt.Errorf("board line %d: %w", n, b.err)
			}
			if err := each(n, b.line, b.hash); err != nil {
				return err
			}
			n++
		}
		if end == io.EOF {
			return nil
		}
		if end != nil {
			return fmt.Errorf("board line %d: %w", n, end)
		}
	}
}

// scanned is a line of a batch.
type scanned struct {
	line Line
	hash [32]byte
	kept bool
	err  error
}

// scanBatch splits lines into their parts and hashes them, on all cores.
func scanBatch(texts [][]byte) []scanned {
	out := make([]scanned, len(texts))
	cores.Each(len(texts), func(i int) {
		out[i].line, out[i].err = scanLine(texts[i])
		out[i].hash = hashText(texts[i])
	})
	return out
}

// decode decodes the author's key and the body of a line that is kept.
func (s *scanned) decode(authors *curve.Keyring) {
	if s.err == nil && s.kept {
		s.line.Body = bytes.Clone(s.line.Body)
		s.err = s.line.decodeParts(authors)
	}
}

// readBatch returns the next lines without their LF. The error, which may come with
// lines, is what ended the board.
func readBatch(in *bufio.Reader) (texts [][]byte, end error) {
	for size := 0; len(texts) < batchLines && size < batchBytes; {
		text, err := readLine(in)
		if err != nil {
			return texts, err
		}
		texts, size = append(texts, text), size+len(text)
	}
	return texts, nil
}

// readLine returns the next line without its LF, and io.EOF only where
// nothing is left.
func readLine(in *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > MaxLine+1:
			return nil, fmt.Errorf("longer than %d bytes", MaxLine)
		case err == nil:
			return bytes.TrimSuffix(text, []byte("\n")), nil
		case err == io.EOF && len(text) > 0:
			return nil, errors.New("last line has no line feed")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}
