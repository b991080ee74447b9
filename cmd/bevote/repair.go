package main

import (
	"bytes"
	"fmt"
	"strings"

	"bevote/internal/terminal"
	"bevote/internal/workbench"
)

// change is one fix that was made, in JSON.
type change struct {
	Code  string    `json:"code"`
	Range textRange `json:"range"` // in the file as it was at that time
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

// repair makes every safe fix in a file, all or none, and says what it changed.
// It returns the text that is to be checked.
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
		c.say("%s:%d:%d: %s: %s", file, m.Fix.Line, m.Fix.Column, m.Code, told(m.Old, m.Fix.Text))
	}
	return fixed, changes, nil
}

// told says in a few words what was changed.
func told(old, new string) string {
	switch {
	case old == "":
		return "put in " + quoted(new)
	case new == "":
		return "took out " + quoted(old)
	default:
		return "wrote " + quoted(new) + " for " + quoted(old)
	}
}

// quoted shows a piece of a file on one line. What is not printable is spelled,
// `<U+200B>`, for it may be all that was changed.
func quoted(s string) string {
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
