package evidence

import (
	"fmt"
	"strconv"
)

// Findings counts and lists what one kind of test found in headers, blocks or
// sources. Expected is counted apart from Examined; that they differ is a bug of this
// package.
type Findings struct {
	Expected, Examined, Failed int
	Notes                      []Note // the first faults and remarks, at most 21
}

// Note is one fault or remark, and the place that it is about: "height 7", or
// "chain".
type Note struct{ Where, Message string }

// maxNotes is how many faults and remarks are listed. The others are counted.
const maxNotes = 20

// fail counts and lists a fault of the block at height. The caller counts the block
// as examined.
func (f *Findings) fail(height int32, format string, args ...any) {
	f.Failed++
	f.note(height, format, args...)
}

// note lists a remark, which is not a fault.
func (f *Findings) note(height int32, format string, args ...any) {
	switch {
	case len(f.Notes) < maxNotes:
		where := "height " + strconv.Itoa(int(height))
		f.Notes = append(f.Notes, Note{where, fmt.Sprintf(format, args...)})
	case len(f.Notes) == maxNotes:
		f.Notes = append(f.Notes, Note{"chain", "more of the same kind"})
	}
}
