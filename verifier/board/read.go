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
	in := bufio.NewReaderSize(r, 1<<16)
	var authors curve.Keyring
	for n := 1; ; {
		texts, end := readBatch(in)
		lines, errs := decodeBatch(texts, &authors)
		for i, err := range errs {
			if n > MaxLines {
				err = fmt.Errorf("more than %d lines", MaxLines)
			}
			if err != nil {
				return fmt.Errorf("board line %d: %w", n, err)
			}
			if err := each(n, lines[i]); err != nil {
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

// decodeBatch decodes lines on all cores.
func decodeBatch(texts [][]byte, authors *curve.Keyring) ([]Line, []error) {
	lines, errs := make([]Line, len(texts)), make([]error, len(texts))
	cores.Each(len(texts), func(i int) { lines[i], errs[i] = decodeLine(texts[i], authors) })
	return lines, errs
}
