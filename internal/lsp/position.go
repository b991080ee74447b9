package lsp

import (
	"sort"
	"unicode/utf8"
)

// position is a place in a text as the protocol counts it: line and character from 0,
// characters in units of UTF-16.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// span is a half-open range of a text.
type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// lines turns offsets of a text into positions and back. A line ends with LF, CR LF or
// CR alone.
type lines struct {
	text   []byte
	starts []int
}

func newLines(text []byte) *lines {
	l := &lines{text, []int{0}}
	for i, c := range text {
		if c == '\n' || c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// offset returns the byte of a position. One behind a line's end is that end, one
// behind the text its end, and one within a character its beginning.
func (l *lines) offset(p position) int {
	if p.Line >= len(l.starts) {
		return len(l.text)
	}
	at := l.starts[max(p.Line, 0)]
	for units := p.Character; units > 0 && at < len(l.text); {
		r, size := utf8.DecodeRune(l.text[at:])
		if units -= width(r); r == '\n' || r == '\r' || units < 0 {
			break
		}
		at += size
	}
	return at
}

// position returns the position of a byte.
func (l *lines) position(offset int) position {
	line := sort.SearchInts(l.starts, offset+1) - 1
	p := position{Line: line}
	for at := l.starts[line]; at < offset; {
		r, size := utf8.DecodeRune(l.text[at:])
		at += size
		p.Character += width(r)
	}
	return p
}

func (l *lines) span(start, end int) span { return span{l.position(start), l.position(end)} }

// width returns the units of UTF-16 that a character takes.
func width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
