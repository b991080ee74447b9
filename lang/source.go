package lang

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

const bom = "\ufeff"

// source is a policy file's text without its byte order mark, with the tables that
// turn an offset into a line and a column.
type source struct {
	text  string
	base  int     // bytes of the byte order mark before text
	lines []int   // offsets of line starts
	runes []int32 // characters before each offset, one entry more than bytes
}

func newSource(src []byte) *source {
	s := &source{lines: []int{0}}
	if bytes.HasPrefix(src, []byte(bom)) {
		s.base = len(bom)
	}
	s.text = string(src[s.base:])
	s.runes = make([]int32, len(s.text)+1)
	for i := range len(s.text) {
		s.runes[i+1] = s.runes[i]
		if utf8.RuneStart(s.text[i]) {
			s.runes[i+1]++
		}
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line returns the number, from 0, of the line that holds the offset.
func (s *source) line(offset int) int {
	return sort.SearchInts(s.lines, offset+1) - 1
}

// lineText returns a line without its line end.
func (s *source) lineText(line int) string {
	end := len(s.text)
	if line+1 < len(s.lines) {
		end = s.lines[line+1] - 1
	}
	return strings.TrimSuffix(s.text[s.lines[line]:end], "\r")
}

// span returns the place in the file of the text's bytes [start, end).
func (s *source) span(start, end int) Span {
	line, column := s.position(start)
	endLine, endColumn := s.position(end)
	return Span{
		Start: start + s.base, End: end + s.base,
		Line: line, Column: column, EndLine: endLine, EndColumn: endColumn,
	}
}

// position returns the line and the column, from 1, of an offset.
func (s *source) position(offset int) (line, column int) {
	line = s.line(offset)
	return line + 1, int(s.runes[offset]-s.runes[s.lines[line]]) + 1
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func (s *source) invalidUTF8() int {
	if utf8.ValidString(s.text) {
		return -1
	}
	for i := 0; i < len(s.text); {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
