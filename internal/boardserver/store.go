package boardserver

import (
	"errors"
	"fmt"
	"io"
	"sort"

	"bevote/internal/durable"
	"bevote/verifier/board"
	"bevote/verifier/record"
)

// ErrLostTail is the error of a board that is shorter than its server has signed.
var ErrLostTail = errors.New("the board has lost lines that receipts were given for")

// tipsFile remembers the server's tip at each line, so that a line has one receipt for ever.
// A line of it is the tip from a line of the board on, written before that:
//
//	NUMBER HEIGHT HASH
const tipsFile = "tips"

// tipSince is the server's tip from line n of the board on, up to the next tipSince.
type tipSince struct {
	n   int
	tip board.Seen
}

// readBoard reads the board's file and the tips. It cuts off the torn last line of a crash:
// such a line had no receipt.
func (s *Server) readBoard() error {
	var err error
	if s.file, s.board, err = s.openLog(record.Board); err != nil {
		return err
	}
	if err := s.readLines(); err != nil {
		return fmt.Errorf("%s: %w", record.Board, err)
	}
	if _, s.tipLog, err = s.openLog(tipsFile); err != nil {
		return err
	}
	if err := s.readTips(); err != nil {
		return fmt.Errorf("%s: %w", tipsFile, err)
	}
	return nil
}

// openLog opens a file of lines, and says what it cuts off.
func (s *Server) openLog(name string) (durable.File, *durable.Log, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, nil, err
	}
	l, torn, err := durable.NewLog(f)
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if torn > 0 {
		s.message("%s: cut off %d bytes of a line that a crash has left unfinished; it had no receipt", name, torn)
	}
	return f, l, nil
}

// readLines reads the lines of the board and holds them to their hash chain. The last line
// is bound by no other: its signature is verified.
func (s *Server) readLines() error {
	s.lines, s.ids, s.head = nil, make(map[board.Hash]int), s.e.EID
	err := board.Read(s.board.Reader(), func(n int, l board.Line) error {
		if l.Prev != s.head {
			return fmt.Errorf("line %d does not continue line %d", n, n-1)
		}
		s.take(l)
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(s.lines); n > 0 && !s.lines[n-1].Verify(s.e.EID) {
		return fmt.Errorf("line %d, the last: the signature does not verify", n)
	}
	return nil
}

// take adds a line that the file has.
func (s *Server) take(l board.Line) {
	s.lines = append(s.lines, l)
	s.head = l.Hash()
	if id := board.Hash(l.ID(s.e.EID)); s.ids[id] == 0 {
		s.ids[id] = len(s.lines)
	}
}

// readTips reads the tips. Of two for one number the later one holds: the line of the first
// was never written.
func (s *Server) readTips() error {
	s.tips = nil
	text, err := io.ReadAll(s.tipLog.Reader())
	if err != nil {
		return err
	}
	for len(text) > 0 {
		var t tipSince
		var hash board.Hash
		var size int
		if size, err = scanTip(text, &t, &hash); err != nil {
			return err
		}
		t.tip.Hash = reversed(hash)
		s.addTip(t)
		text = text[size:]
	}
	if n := len(s.tips); n > 0 && s.tips[n-1].n > len(s.lines)+1 {
		return fmt.Errorf("%w: it has %d, and line %d had one; bring %s back from a mirror or a backup, then start again",
			ErrLostTail, len(s.lines), s.tips[n-1].n-1, record.Board)
	}
	return nil
}

func (s *Server) addTip(t tipSince) {
	if n := len(s.tips); n > 0 && s.tips[n-1].n == t.n {
		s.tips = s.tips[:n-1]
	}
	s.tips = append(s.tips, t)
}

// noteTip notes the tip at which the next line is taken, if it is a new one.
func (s *Server) noteTip() {
	t := tipSince{len(s.lines) + 1, s.chain.tip()}
	if n := len(s.tips); n == 0 || s.tips[n-1].tip != t.tip {
		s.addTip(t)
		s.newTip = encodeTip(t)
	}
}

// write appends lines to the board, after the tip that they were taken at. After an error
// the board is as before.
func (s *Server) write(text []byte) error {
	if s.newTip != nil {
		if err := s.tipLog.Append(s.newTip); err != nil {
			return err
		}
		s.newTip = nil
	}
	return s.board.Append(text)
}

// receipt returns the receipt of a line, not signed yet.
func (s *Server) receipt(n int) board.Receipt {
	at := sort.Search(len(s.tips), func(i int) bool { return s.tips[i].n > n })
	r := board.Receipt{EID: s.e.EID, Line: s.lines[n-1].ID(s.e.EID), Number: uint32(n), Head: s.head}
	if at > 0 {
		r.Tip = s.tips[at-1].tip
	}
	if n < len(s.lines) {
		r.Head = s.lines[n].Prev
	}
	return r
}
