package board

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Log is the board as its keeper holds it.
type Log struct {
	eid   [32]byte
	head  [32]byte
	lines []Line
}

// NewLog returns the empty board of an election.
func NewLog(eid [32]byte) *Log { return &Log{eid: eid, head: eid} }

// Append adds a line: it sets Prev, and refuses a line with a wrong signature,
// an unknown type or a body that is not its type's.
func (g *Log) Append(l Line) error {
	if err := checkBody(l.Type, l.Body); err != nil {
		return fmt.Errorf("%s line: %w", l.Type, err)
	}
	if !l.Verify(g.eid) {
		return fmt.Errorf("%s line: signature does not verify", l.Type)
	}
	l.Prev = g.head
	text := l.Encode()
	if len(text) > MaxLine || len(g.lines) == MaxLines {
		return errors.New("board is full")
	}
	g.head = hashText(text)
	g.lines = append(g.lines, l)
	return nil
}

// Head is what the next line's prev will be.
func (g *Log) Head() [32]byte { return g.head }

// Lines returns the lines so far. The caller must not change them.
func (g *Log) Lines() []Line { return g.lines }

// WriteTo writes the board, one LF after each line.
func (g *Log) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for _, l := range g.lines {
		n, err := w.Write(append(l.Encode(), '\n'))
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// Heads maps each head that the board has had to the number of lines before
// it: the eid to 0, the last head to len(lines). It believes no Prev.
func Heads(eid [32]byte, lines []Line) map[[32]byte]int {
	heads := make(map[[32]byte]int, len(lines)+1)
	heads[eid] = 0
	for i, l := range lines {
		heads[l.Hash()] = i + 1
	}
	return heads
}

// Read decodes a board line by line and gives each to the callback with its
// number, from 1. It ends at the first line that does not decode, at a last
// line without LF, or at the callback's error. It checks neither Prev nor
// signatures.
func Read(r io.Reader, each func(n int, l Line) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		text, err := readLine(in)
		if err == io.EOF {
			return nil
		}
		if err == nil && n > MaxLines {
			err = fmt.Errorf("more than %d lines", MaxLines)
		}
		if err != nil {
			return fmt.Errorf("board line %d: %w", n, err)
		}
		l, err := DecodeLine(text)
		if err != nil {
			return fmt.Errorf("board line %d: %w", n, err)
		}
		if err := each(n, l); err != nil {
			return err
		}
	}
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
