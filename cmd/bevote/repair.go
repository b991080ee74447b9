package main

import (
	"bytes"
	"fmt"
	"strings"

	"bevote/internal/terminal"
	"bevote/internal/workbench"
)

// change is the JSON form of one fix that was made.
type change struct {
	Code  string    `json:"code"`
	Range textRange `json:"range"` // in the text to which this fix was applied
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

// repair applies every safe fix to a file, all or none, and prints each. It
// returns the repaired text.
func (c *console) repair(file string, src []byte, o checkOptions) ([]byte, []change, error) {
	fixed, made, err := workbench.Repair(src, o.now)
	if err != nil {
		return nil, nil, bug(fmt.Errorf("%s: %w", file, err))
	}
	if file != "-" && !bytes.Equal(fixed, src) {
		if err := rewrite(file, fixed); err != nil {
			return nil, nil, err
		}
	}
	changes := []change{}
	for _, m := range made {
		changes = append(changes, change{m.Code, rangeOf(m.Fix.Span), m.Old, m.Fix.Text})
		c.printf("%s:%d:%d: %s: %s", file, m.Fix.Line, m.Fix.Column, m.Code, editWords(m.Old, m.Fix.Text))
	}
	return fixed, changes, nil
}

// editWords describes the replacement of old by new.
func editWords(old, new string) string {
	switch {
	case old == "":
		return "put in " + quotedPiece(new)
	case new == "":
		return "took out " + quotedPiece(old)
	default:
		return "wrote " + quotedPiece(new) + " for " + quotedPiece(old)
	}
}

// quotedPiece shows a piece of a file on one line. Characters that are not
// printable are spelled, as `<U+200B>`, since they may be all that changed.
func quotedPiece(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune(" \t\r\n", r):
			b.WriteByte(' ')
		case terminal.Printable(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "<%U>", r)
		}
	}
	text := []rune(oneLine(b.String()))
	switch {
	case len(text) == 0:
		return "a space"
	case len(text) > 60:
		text = append(text[:57], '…')
	}
	return "`" + string(text) + "`"
}
