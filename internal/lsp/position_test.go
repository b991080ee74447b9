package lsp

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// TestPositions has places of a text beside their positions.
func TestPositions(t *testing.T) {
	const text = "a𝔸b\r\né\u0301|\rx\n\n한"
	for _, row := range []struct {
		offset int
		at     position
	}{
		{0, position{0, 0}}, {1, position{0, 1}}, {5, position{0, 3}}, {6, position{0, 4}},
		{8, position{1, 0}}, {10, position{1, 1}}, {12, position{1, 2}}, {13, position{1, 3}},
		{14, position{2, 0}}, {15, position{2, 1}}, {16, position{3, 0}}, {17, position{4, 0}}, {20, position{4, 1}},
	} {
		l := newLines([]byte(text))
		if got := l.position(row.offset); got != row.at {
			t.Errorf("position of %d is %v, want %v", row.offset, got, row.at)
		}
		if got := l.offset(row.at); got != row.offset {
			t.Errorf("offset of %v is %d, want %d", row.at, got, row.offset)
		}
	}
	for at, want := range map[position]int{
		{0, 2}: 1, {0, 99}: 6, {1, 99}: 13, {9, 0}: 20, {-1, -1}: 0, {3, 5}: 16,
	} {
		if got := newLines([]byte(text)).offset(at); got != want {
			t.Errorf("offset of %v is %d, want %d", at, got, want)
		}
	}
}

// TestPositionsOfAnything compares with a text that is UTF-16 from the beginning.
func TestPositionsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "é", "𝔸", "\n", "\r", "\r\n", "\ufeff", "한", "\ufffd"})).Draw(t, "text"), "")
		l := newLines([]byte(text))
		p := position{}
		for i, r := range text {
			if got := l.position(i); got != p {
				t.Fatalf("position of %d in %q is %v, want %v", i, text, got, p)
			}
			inCRLF := r == '\n' && i > 0 && text[i-1] == '\r'
			if got := l.offset(p); got != i && !inCRLF {
				t.Fatalf("offset of %v in %q is %d, want %d", p, text, got, i)
			}
			p.Character += len(utf16.Encode([]rune{r}))
			if r == '\n' || r == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
				p = position{p.Line + 1, 0}
			}
		}
	})
}
