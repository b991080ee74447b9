package board

import (
	"errors"
	"fmt"
	"io"
)

// Log is the board of the board keeper: lines in a hash chain.
type Log struct {
	eid   [32]byte
	head  [32]byte
	lines []Line
}

// NewLog returns the empty board of an election.
func NewLog(eid [32]byte) *Log { return &Log{eid: eid, head: eid} }

// Append adds a line and sets its Prev. It refuses a line with a wrong signature, an
// unknown type or a body that is not its type's, and any line of a full board.
func (g *Log) Append(l Line) error {
	if !l.Verify(g.eid) {
		return fmt.Errorf("%s line: signature does not verify", l.Type)
	}
	return g.AppendUnverified(l)
}

// AppendUnverified is [Log.Append] by a keeper that verifies no signature.
func (g *Log) AppendUnverified(l Line) error {
	if err := l.readBody(); err != nil {
		return err
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

// Head returns the Prev of the next line.
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
