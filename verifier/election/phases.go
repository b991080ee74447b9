package election

import "bevote/verifier/board"

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
//	             └─ roll, exchange ──┘└─ commits ┘
type Phases struct {
	lines   []board.Line
	dealt   bool
	anchors [LastAnchor + 1]*Anchor // by kind: the first of this election, or nil
	closed  [LastAnchor + 1]int     // by kind: lines in its prefix; −1 where there is no such prefix
}

// newPhases divides the board by the election's first anchor of each kind.
func newPhases(eid [32]byte, dealt bool, lines []board.Line, anchors []Anchor) *Phases {
	p := &Phases{lines: lines, dealt: dealt}
	heads := make(map[[32]byte]int, len(lines)+1)
	for i, l := range lines {
		heads[l.Prev] = i
	}
	if len(lines) > 0 {
		heads[lines[len(lines)-1].Hash()] = len(lines)
	} else {
		heads[eid] = 0
	}
	for k := range p.closed {
		p.closed[k] = -1
	}
	p.closed[0] = 0
	for i := range anchors {
		a := &anchors[i]
		if a.EID != eid || p.anchors[a.Kind] != nil {
			continue
		}
		p.anchors[a.Kind] = a
		if n, known := heads[a.Head]; known {
			p.closed[a.Kind] = n
		}
	}
	return p
}

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
// is closed; of openings, which no anchor closes, whether it has begun.
func (p *Phases) Span(t board.Type) (from, to int, by *Anchor, ok bool) {
	row := lineTypes[t]
	if row.by == 0 {
		last := TranscriptClosed
		if !p.dealt {
			last = RollClosed
		}
		return p.closed[last], len(p.lines), nil, p.Closed(last)
	}
	return p.closed[row.after], p.closed[row.by], p.anchors[row.by], p.Closed(row.after) && p.Closed(row.by)
}

// InPhase returns the lines of one type that stand in their phase and name a block
// below that of the anchor that closes it.
func InPhase[T board.Body](p *Phases) (out []Entry[T]) {
	var zero T
	t := zero.Type()
	from, to, by, ok := p.Span(t)
	for i := from; ok && i < to; i++ {
		l := &p.lines[i]
		var body T
		if l.Type == t && (by == nil || l.Seen.Height < by.Height) && board.DecodeBody(*l, &body) == nil {
			out = append(out, Entry[T]{i + 1, l, body})
		}
	}
	return out
}

// late returns the lines of one type that stand after the anchor that closes their
// phase and name a block below a height.
func late[T board.Body](p *Phases, below uint32) (out []Entry[T]) {
	var zero T
	t := zero.Type()
	_, from, _, ok := p.Span(t)
	for i := from; ok && i < len(p.lines); i++ {
		l := &p.lines[i]
		var body T
		if l.Type == t && l.Seen.Height < below && board.DecodeBody(*l, &body) == nil {
			out = append(out, Entry[T]{i + 1, l, body})
		}
	}
	return out
}

// Counting returns the lines of [InPhase] that count.
func Counting[T board.Body](p *Phases) []Entry[T] { return firsts(InPhase[T](p)) }

// firsts returns of each author's lines on one subject the first.
func firsts[T board.Body](entries []Entry[T]) []Entry[T] {
	var zero T
	subject := lineTypes[zero.Type()].subject
	if subject == nil {
		return entries
	}
	seen := make(map[string]bool)
	return keep(entries, func(e Entry[T]) bool {
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
