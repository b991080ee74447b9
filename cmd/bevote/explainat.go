package main

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"bevote/internal/editor"
)

// explainAt prints what stands at a place of a policy file, as editors show it under
// the pointer.
func (c *console) explainAt(file, place string, asJSON bool) error {
	var line, column int
	if n, err := fmt.Sscanf(place+"\n", "%d:%d\n", &line, &column); n != 2 || err != nil || line < 1 || column < 1 {
		return usage("--at %s: want LINE:COLUMN, each from 1", place)
	}
	src, err := c.read(file)
	if err != nil {
		return err
	}
	offset, ok := offsetOf(src, line, column)
	if !ok {
		return usage("--at %s: %s has no such place", place, file)
	}
	text, at, ok := editor.NewFile(src, 0).Hover(offset)
	if !ok {
		return &exitError{codeNo, fmt.Errorf("%s:%s: nothing stands there", file, place)}
	}
	if asJSON {
		return c.printJSON(struct {
			Text  string    `json:"text"`
			Range textRange `json:"range"`
		}{text, rangeOf(at)})
	}
	fmt.Fprintln(c.out, text)
	return nil
}

// offsetOf returns the byte of a line and a column of a file, both from 1, the column
// in characters. A column may be one behind the line's last character.
func offsetOf(src []byte, line, column int) (offset int, ok bool) {
	for ; line > 1; line-- {
		end := bytes.IndexByte(src[offset:], '\n')
		if end < 0 {
			return 0, false
		}
		offset += end + 1
	}
	if offset == 0 && bytes.HasPrefix(src, []byte("\ufeff")) {
		offset = len("\ufeff")
	}
	for ; column > 1; column-- {
		if offset == len(src) || src[offset] == '\n' {
			return 0, false
		}
		_, size := utf8.DecodeRune(src[offset:])
		offset += size
	}
	return offset, true
}
