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

var AnchorNames = [LastAnchor + 1]string{"", "announce", "roll", "commits", "deals", "complaints", "transcript"}

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
	Anchors [LastAnchor + 1]*Anchor // the anchor of each kind that counts, or nil
	Closed  [LastAnchor + 1]int     // how many lines it closes; −1 without an anchor or where its head is unknown
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
	for k := range p.Closed {
		p.Closed[k] = -1
	}
	p.Closed[0] = 0
	for i := range anchors {
		a := &anchors[i]
		if a.EID != eid || p.Anchors[a.Kind] != nil {
			continue
		}
		p.Anchors[a.Kind] = a
		if n, known := heads[a.Head]; known {
			p.Closed[a.Kind] = n
		}
	}
	return p
}

// Span returns the half-open range of line indices that may hold lines of a type,
// and the anchor that closes it (nil after the last); ok tells whether the
// phase has been closed, or for openings, begun.
func (p *Phases) Span(t board.Type) (from, to int, by *Anchor, ok bool) {
	between := func(k int) (int, int, *Anchor, bool) {
		return p.Closed[k-1], p.Closed[k], p.Anchors[k], p.Closed[k-1] >= 0 && p.Closed[k] >= 0
	}
	switch t {
	case board.TypeOpen:
		return between(Announce)
	case board.TypeCandidate:
		return 0, p.Closed[RollClosed], p.Anchors[RollClosed], p.Closed[RollClosed] >= 0
	case board.TypeRoll, board.TypeManager, board.TypeMixer, board.TypeRegistry, board.TypeRequest, board.TypeAccept,
		board.TypeDeposit, board.TypeOffer, board.TypeChallenge, board.TypeIssue, board.TypeVoucher, board.TypePayout,
		board.TypeSweep, board.TypeSettlement:
		return between(RollClosed)
	case board.TypeCommit:
		return between(CommitsClosed)
	case board.TypeDeal:
		return between(DealsClosed)
	case board.TypeComplaint:
		return between(ComplaintsClosed)
	case board.TypeTranscript, board.TypeAck:
		return between(TranscriptClosed)
	}
	last := TranscriptClosed
	if !p.dealt {
		last = RollClosed
	}
	return p.Closed[last], len(p.lines), nil, p.Closed[last] >= 0
}

// InPhase returns the lines of one type that lie in their phase and are not
// younger than the anchor that closes it. Of lines with the same author and
// subject the first counts; a nil subject lets every line count.
func InPhase[T board.Body](p *Phases, subject func(T) string) []Entry[T] {
	var zero T
	t := zero.Type()
	from, to, by, ok := p.Span(t)
	if !ok {
		return nil
	}
	var out []Entry[T]
	seen := make(map[string]bool)
	for i := from; i < to; i++ {
		l := &p.lines[i]
		var body T
		if l.Type != t || by != nil && l.Seen.Height >= by.Height || board.DecodeBody(*l, &body) != nil {
			continue
		}
		if subject != nil {
			key := string(l.By[:]) + subject(body)
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, Entry[T]{i + 1, l, body})
	}
	return out
}

// OnePerAuthor is the subject of types of which an author has one line a phase.
func OnePerAuthor[T board.Body](T) string { return "" }

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
