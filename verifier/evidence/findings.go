package evidence

import (
	"fmt"
	"strconv"
)

// Findings is what one kind of test counted and found over headers, blocks or
// sources. Expected is counted apart from Examined: the two differ only by a
// bug of this package.
type Findings struct {
	Expected, Examined, Failed int
	Notes                      []Note // the first faults and remarks, at most 21
}

// Note is one fault or remark, and the place that it is about: "height 7", or
// "chain".
type Note struct{ Where, Message string }

// maxNotes is how many faults are listed; the others are counted. A chain of a
// million bad headers is one fault.
const maxNotes = 20

// fail lists a fault of the block at height and counts it. The caller counts
// the block as examined.
func (f *Findings) fail(height int32, format string, args ...any) {
	f.Failed++
	f.note(height, format, args...)
}

// note lists a remark that is no fault.
func (f *Findings) note(height int32, format string, args ...any) {
	switch {
	case len(f.Notes) < maxNotes:
		where := "height " + strconv.Itoa(int(height))
		f.Notes = append(f.Notes, Note{where, fmt.Sprintf(format, args...)})
	case len(f.Notes) == maxNotes:
		f.Notes = append(f.Notes, Note{"chain", "more of the same kind"})
	}
}
