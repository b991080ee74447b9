package election

import (
	"bytes"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// The anchors' kinds, in the order of the phases that they close.
const (
	Announce = 1 + iota
	RollClosed
	CommitsClosed
	DealsClosed
	ComplaintsClosed
	TranscriptClosed

	LastAnchor = TranscriptClosed
)

// AnchorName returns the word for a kind of anchor.
func AnchorName(kind int) string {
	return [...]string{"", "announce", "roll", "commits", "deals", "complaints", "transcript"}[kind]
}

// Entry is a board line with its number (from 1) and its decoded body.
type Entry[T board.Body] struct {
	N    int
	Line *board.Line
	Body T
}

// Phases divides a board by its anchors: phase k is what lies between the
// prefixes that anchors k−1 and k commit to.
type Phases struct {
	lines   []board.Line
	dealt   bool
	anchors [LastAnchor + 1]*Anchor // the anchor of each kind that counts, or nil
	closed  [LastAnchor + 1]int     // how many lines it closes; −1 without an anchor or where its head is unknown
}

// newPhases takes of each kind the first anchor that the supervisor made for
// this election.
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

// Span returns the half-open range of line indices that may hold lines of a type,
// and the anchor that closes it (nil after the last). It reports whether the
// phase has been closed, or for openings, begun.
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

// InPhase returns the lines of one type that lie in their phase and are not
// younger than the anchor that closes it.
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

// Counting returns those lines of [InPhase] that count: of the lines that an
// author wrote on one subject, the first.
func Counting[T board.Body](p *Phases) []Entry[T] {
	var zero T
	subject := lineTypes[zero.Type()].subject
	if subject == nil {
		return InPhase[T](p)
	}
	seen := make(map[string]bool)
	return keep(InPhase[T](p), func(e Entry[T]) bool {
		key := string(e.Line.By[:]) + subject(e.Body)
		first := !seen[key]
		seen[key] = true
		return first
	})
}

// Anchor is a transaction that spends from the supervisor's key and commits to
// a prefix of the board.
type Anchor struct {
	Kind   int
	EID    [32]byte
	Head   [32]byte
	Height uint32
	TxID   string
}

// anchorMagic begins the data of every anchor: BEV1 ‖ kind(1) ‖ eid(32) ‖ head(32).
var anchorMagic = []byte("BEV1")

// AnchorData is what an anchor's OP_RETURN carries, 69 bytes.
func AnchorData(kind int, eid, head [32]byte) []byte {
	return curve.Encoder(nil).Raw(anchorMagic).Raw([]byte{byte(kind)}).Raw(eid[:]).Raw(head[:])
}

// parseAnchor reads AnchorData back.
func parseAnchor(data []byte) (a Anchor, ok bool) {
	if len(data) != len(anchorMagic)+1+64 || !bytes.HasPrefix(data, anchorMagic) {
		return a, false
	}
	a.Kind = int(data[4])
	copy(a.EID[:], data[5:37])
	copy(a.Head[:], data[37:])
	return a, a.Kind >= Announce && a.Kind <= LastAnchor
}
