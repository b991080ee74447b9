package election

import (
	"fmt"

	"bevote/verifier/board"
)

// Entry is a board line with its number, from 1, and its decoded body.
type Entry[T board.Body] struct {
	N    int
	Line *board.Line
	Body T
}

// Phases divides a board by its anchors. Each anchor commits to a prefix of the
// board; a phase is the lines that one prefix has and the prefix before has not:
//
//	line 1 ····· │ ················· │ ········· │ ····· line n
//	         Announce            RollClosed  CommitsClosed …
//	             └───── roll ────────┘└─ commits ┘
type Phases struct {
	lines   []board.Line
	last    int                     // the last kind that is due
	anchors [LastAnchor + 1]*Anchor // by kind: the anchor that counts, or nil
	closed  [LastAnchor + 1]int     // by kind: lines in its prefix; −1 where there is no such prefix
	owed    [LastAnchor + 1]bool    // by kind
	missing *MissingAnchor
	table   *Table           // after the last line
	refused map[int]*Refusal // by line index: why a line does not count by the table
	blockAt blockAt
}

// MissingAnchor is an anchor that was due and can no more come. Later ones do not count.
type MissingAnchor struct {
	Due
	Where  string // the transaction in its place, or its last block
	Reason string
}

// phases divides a board by the anchors of a sequence, and judges its lines by the table.
func (e *Election) phases(lines []board.Line, seq Sequence) *Phases {
	p := e.divide(lines, seq)
	p.judgeLines(e, seq.blockAt)
	return p
}

// divide divides the board by the anchors of a sequence, as far as each commits to the
// prefix of the one before and more, and to no crowd of lines.
func (e *Election) divide(lines []board.Line, seq Sequence) *Phases {
	due := e.Due()
	p := &Phases{lines: lines, last: due[len(due)-1].Kind}
	for k := range p.closed {
		p.closed[k] = -1
	}
	p.closed[0] = 0
	for _, d := range due {
		p.owed[d.Kind] = true
	}
	heads, before := headsOf(e.EID, lines), 0
	screen := e.Screen()
	for i, d := range due {
		if i == len(seq.Anchors) {
			p.missing = seq.missing(d)
			return p
		}
		a := &seq.Anchors[i]
		n, known := heads[a.Head]
		if !known || n < before || d.Kind == Announce && n == 0 {
			p.missing = &MissingAnchor{d, "tx " + a.TxID, fmt.Sprintf("the head of the %s anchor is not on the board", AnchorName(d.Kind))}
			if known && n > 0 {
				p.missing.Reason = fmt.Sprintf("the %s anchor closes %d lines, an earlier one %d", AnchorName(d.Kind), n, before)
			}
			return p
		}
		for ; before < n; before++ {
			_ = screen.Keep(&lines[before])
		}
		if t := screen.kept.beyondAny(screen.most, slack); t != "" {
			p.missing = &MissingAnchor{d, "tx " + a.TxID, fmt.Sprintf("the %s anchor closes more %s lines than %d times what the table takes", AnchorName(d.Kind), t, slack)}
			return p
		}
		p.anchors[d.Kind], p.closed[d.Kind] = a, n
	}
	return p
}

// headsOf returns the number of lines of each prefix of a board, by its head.
func headsOf(eid [32]byte, lines []board.Line) map[[32]byte]int {
	heads := make(map[[32]byte]int, len(lines)+1)
	for i, l := range lines {
		heads[l.Prev] = i
	}
	if len(lines) > 0 {
		heads[lines[len(lines)-1].Hash()] = len(lines)
	} else {
		heads[eid] = 0
	}
	return heads
}

// missing returns why the anchor that is due after those of the sequence cannot come,
// or nil where it still can, or may be in blocks that are not shown.
func (s Sequence) missing(d Due) *MissingAnchor {
	switch {
	case s.Broken != nil:
		return &MissingAnchor{d, "tx " + s.Broken.TxID, s.Broken.Reason}
	case s.Complete >= d.Last:
		return &MissingAnchor{d, fmt.Sprintf("block %d", d.Last), fmt.Sprintf("no %s anchor up to here", AnchorName(d.Kind))}
	}
	return nil
}

// Missing returns the anchor that was due and can no more come, or nil.
func (p *Phases) Missing() *MissingAnchor { return p.missing }

// Anchor returns the anchor of a kind that counts, or nil.
func (p *Phases) Anchor(kind int) *Anchor { return p.anchors[kind] }

// Anchors returns the anchors that count by their kinds, nil where there is none.
func (p *Phases) Anchors() [LastAnchor + 1]*Anchor { return p.anchors }

// Lines returns how many lines the anchor of a kind closes; −1 without such an
// anchor, and where its head is not on the board.
func (p *Phases) Lines(kind int) int { return p.closed[kind] }

// Closed reports whether the anchor of a kind closes a prefix of the board.
func (p *Phases) Closed(kind int) bool { return p.closed[kind] >= 0 }

// Span returns the phase of a type of lines: a half-open range of line indices,
// and the anchor that closes it, nil after the last. It reports whether the phase
// is closed; of lines that no anchor closes, whether it has begun.
func (p *Phases) Span(t board.Type) (from, to int, by *Anchor, ok bool) {
	row := lineTypes[t]
	if row.by == 0 {
		return p.closed[p.last], len(p.lines), nil, p.Closed(p.last)
	}
	after := row.after
	for after > 0 && !p.owed[after] {
		after--
	}
	return p.closed[after], p.closed[row.by], p.anchors[row.by], p.Closed(after) && p.Closed(row.by)
}

// InPhase returns the lines of one type that stand in their phase and keep to the table.
func InPhase[T board.Body](p *Phases) []Entry[T] {
	var zero T
	from, to, _, ok := p.Span(zero.Type())
	if !ok {
		return nil
	}
	return entries[T](p, from, to)
}

// entries returns the lines of one type with indices from … to − 1 that are not against
// the table.
func entries[T board.Body](p *Phases, from, to int) (out []Entry[T]) {
	var zero T
	for i := from; i < to; i++ {
		l := &p.lines[i]
		var body T
		if l.Type == zero.Type() && p.refused[i] == nil && board.DecodeBody(*l, &body) == nil {
			out = append(out, Entry[T]{i + 1, l, body})
		}
	}
	return out
}

// late returns the lines of one type that stand after the anchor that closes their
// phase and name a block below a height: of each author's on one subject the first.
func late[T board.Body](p *Phases, below uint32) []Entry[T] {
	var zero T
	row := lineTypes[zero.Type()]
	if !p.Closed(row.by) {
		return nil
	}
	lines := keep(entries[T](p, p.closed[row.by], len(p.lines)), func(e Entry[T]) bool {
		return e.Line.Seen.Height < below
	})
	return firstOf(lines, row.subject)
}

// Counting returns the lines of [InPhase] that count: of each author's lines on
// one subject the first.
func Counting[T board.Body](p *Phases) []Entry[T] {
	var zero T
	subject := lineTypes[zero.Type()].subject
	if subject == nil {
		return InPhase[T](p)
	}
	return firstOf(InPhase[T](p), subject)
}

// firstOf returns of each author's lines on one subject the first.
func firstOf[T board.Body](lines []Entry[T], subject func(board.Body) string) []Entry[T] {
	seen := make(map[string]bool)
	return keep(lines, func(e Entry[T]) bool {
		key := string(e.Line.By[:]) + subject(e.Body)
		first := !seen[key]
		seen[key] = true
		return first
	})
}

// keep returns the elements that satisfy ok.
func keep[T any](in []T, ok func(T) bool) (out []T) {
	for _, v := range in {
		if ok(v) {
			out = append(out, v)
		}
	}
	return out
}
