package election

import "bevote/verifier/board"

// slack is how many times as many lines of a type as the table takes an anchor may close.
// A server that keeps to the table takes no more than the table does.
const slack = 2

// limits has what the table takes of each type that an election has.
type limits map[board.Type]limit

type limit struct {
	size extent // of a body, whatever the length of the roll
	all  Size   // of all keys together
}

// limits returns the limits of an election. Computed once.
func (e *Election) limits() limits {
	return remember(e.answers, func() limits {
		out := make(limits)
		for _, row := range Rows(e.Policy) {
			out[row.Type] = limit{writersOf(row.Type).size(e.Policy, 0), row.Greatest}
		}
		return out
	}, []byte("limits"))
}

// crowd counts lines of each type.
type crowd map[board.Type]Size

// add counts a line.
func (c crowd) add(l *board.Line) {
	n := c[l.Type]
	c[l.Type] = Size{Lines: n.Lines + 1, Bytes: n.Bytes + int64(board.LineSize(l.Type, len(l.Body)))}
}

// beyond reports whether there are more lines of a type than so many times what the table
// takes.
func (c crowd) beyond(t board.Type, most limits, times int64) bool {
	n, all := c[t], most[t].all
	return n.Lines > times*all.Lines || n.Bytes > times*all.Bytes
}

// beyondAny returns a type of which that is so, or "".
func (c crowd) beyondAny(most limits, times int64) board.Type {
	for _, t := range board.Types() {
		if c.beyond(t, most, times) {
			return t
		}
	}
	return ""
}

// Screen chooses the lines of a board that a reader keeps which does not know the anchors
// yet: of each type so many of a right length that an anchor over more counts as missing,
// wherever they stand and under whatever name. What it drops counts for
// nothing.
type Screen struct {
	most limits
	kept crowd
	n    int // lines
}

// Screen returns the screen before the first line.
func (e *Election) Screen() *Screen { return &Screen{most: e.limits(), kept: make(crowd)} }

// Keep judges the next line of the board, and returns nil for one to keep. The first line
// is always kept: V16 judges it.
func (s *Screen) Keep(l *board.Line) *Refusal {
	most, known := s.most[l.Type]
	times := int64(slack)
	if lineTypes[l.Type].by == 0 || writersOf(l.Type).late {
		times += slack // under the anchors, and after the last
	}
	switch s.n++; {
	case s.n == 1:
		return nil
	case !known:
		return refusal(RefusedPhase, "the election has no %s lines", l.Type)
	case !most.size.has(len(l.Body)):
		return refusal(RefusedSize, "a %s body of %d bytes, want %s", l.Type, len(l.Body), most.size)
	case s.kept.beyond(l.Type, s.most, times):
		return refusal(RefusedNumber, "more %s lines than %d times what the table takes", l.Type, times)
	}
	s.kept.add(l)
	return nil
}
