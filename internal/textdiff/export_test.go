package textdiff

// The bounds and the line prefixes, exported for tests.
const (
	MaxLines = maxLines
	MaxBytes = maxBytes
	Same     = byte(same)
	Deleted  = byte(deleted)
	Added    = byte(added)
)

// Hunk is a hunk, exported for tests.
type Hunk struct {
	A, B  Span
	Lines []Line
}

// Span is a run of lines.
type Span struct{ First, Count int }

// Line is a line without its end.
type Line struct {
	Op   byte
	Text string
}

// Hunks returns the hunks of a diff.
func Hunks(d *Diff) (all []Hunk) {
	for _, h := range d.hunks {
		out := Hunk{A: Span{h.a.first, h.a.count}, B: Span{h.b.first, h.b.count}}
		for _, l := range h.lines {
			out.Lines = append(out.Lines, Line{byte(l.op), l.text()})
		}
		all = append(all, out)
	}
	return all
}
