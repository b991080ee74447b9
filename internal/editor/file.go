// Package editor answers what an editor asks of a policy file at a place: what stands
// there, what may be typed, where a name is declared and used, and what is wrong.
//
// It promises that every answer is the command's own: diagnostics and fixes are those
// of `bevote check`, pages those of `bevote explain`, the layout that of `bevote fmt`.
// A file with mistakes gets what can be answered of it, and never a panic. Places are
// bytes of the file; package lsp turns them into those of the protocol.
package editor

import (
	"sync"

	"bevote/internal/workbench"
	"bevote/lang"
)

// File is a policy file as an editor holds it. It does not change, and may be asked by
// several goroutines.
type File struct {
	Text []byte
	Now  uint32 // height of the present block, 0 for none

	outline func() *lang.Outline // nil of a file that is not read at all
	found   func() found
}

// found are a file's diagnostics.
type found struct {
	diags []lang.Diagnostic
	err   error
}

// NewFile returns a file with a text, at a block height or 0.
func NewFile(text []byte, now uint32) *File {
	f := &File{Text: text, Now: now}
	f.outline = sync.OnceValue(func() *lang.Outline { return lang.NewOutline(text) })
	f.found = sync.OnceValue(func() found {
		_, diags, err := workbench.BuildAt(text, now)
		if err == nil {
			diags, err = workbench.Illustrate(text, diags)
		}
		return found{diags, err}
	})
	return f
}

// Diagnostics returns what `bevote check` finds. The error is a bug of this program.
func (f *File) Diagnostics() ([]lang.Diagnostic, error) {
	found := f.found()
	return found.diags, found.err
}

// Words returns the words of the file and its comments, in their order.
func (f *File) Words() []lang.Word {
	if o := f.outline(); o != nil {
		return o.Words
	}
	return nil
}

// word returns the word at an offset and its statement, which may have no keyword.
func (f *File) word(offset int) (w lang.Word, s lang.Statement, ok bool) {
	o := f.outline()
	if o == nil {
		return w, s, false
	}
	if w, ok = o.At(offset); ok && w.Statement >= 0 {
		s = o.Statements[w.Statement]
	}
	return w, s, ok
}
