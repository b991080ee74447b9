package election

import (
	"bevote/lang"
	"bevote/verifier/board"
)

// Size is how much a board holds.
type Size struct {
	Lines, Bytes int64
	Longest      int // bytes of the longest line
}

// The greatest board that a policy may let its parties write: what a reader keeps of it
// has to fit into the memory of one computer. Files may be longer, since they may hold
// lines against the table.
const (
	MaxBoardLines = 2_500_000
	MaxBoardBytes = 1 << 30
)

// Fits reports whether a board of this size may be, with its longest line.
func (s Size) Fits() bool {
	return s.Lines <= MaxBoardLines && s.Bytes <= MaxBoardBytes && s.Longest <= board.MaxLine
}

// GreatestBoard returns the greatest size of a board under a policy: every entitled key
// writes as much as the table lets it.
func GreatestBoard(p *lang.Policy) (sum Size) {
	for _, row := range Rows(p) {
		sum.Lines += row.Greatest.Lines
		sum.Bytes += row.Greatest.Bytes
		sum.Longest = max(sum.Longest, row.Greatest.Longest)
	}
	return sum
}

// Row is a row of the table of lines, for a policy.
type Row struct {
	Type     board.Type
	Greatest Size
}

// Rows returns the rows of the types that an election under a policy has, in the order of
// the phases.
func Rows(p *lang.Policy) (out []Row) {
	for _, t := range board.Types() {
		row := lineTypes[t]
		dealing := row.after >= RollClosed && t != board.TypeOpening
		mixing := row.by > Announce && row.by < RollClosed
		if dealing && !p.Dealt() || mixing && !p.Mixed() {
			continue
		}
		out = append(out, Row{t, greatest(t, p)})
	}
	return out
}

// greatest returns how much of a type all entitled keys together may write.
func greatest(t board.Type, p *lang.Policy) Size {
	w := writersOf(t)
	lines := int64(w.keys(p)) * int64(w.lines(p))
	if w.all != nil {
		lines = min(lines, int64(w.all(p)))
	}
	longest := board.LineSize(t, w.size(p, 0).most)
	bytes := lines * int64(longest)
	if w.total != nil {
		bytes = int64(w.keys(p))*int64(w.total(p)) + lines*int64(board.LineSize(t, 0))
	}
	return Size{lines, bytes, longest}
}
