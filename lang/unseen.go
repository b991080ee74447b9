package lang

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/rangetable"
)

// The joiners are invisible and choose the forms of the letters beside them.
const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

// unseen is the class, for a regular expression, of characters that no text or
// comment may hold. They are invisible or reorder the line, so that the file as shown
// differs from the file as parsed:
//
//	Cc, Zl, Zp   controls and line ends, other than tab
//	Cf           formats, such as those that turn the direction of writing
//	             (but Arabic signs that are seen: Prepended_Concatenation_Mark)
//	             Default_Ignorable_Code_Point: fillers, variation selectors
//	U+2800       the empty pattern of braille
//
// The joiners have a rule of their own, see misplacedJoiner.
var unseen = makeUnseen()

func makeUnseen() string {
	all := []rune{'\u2800'}
	for _, table := range []*unicode.RangeTable{
		unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
	} {
		rangetable.Visit(table, func(r rune) {
			if r != '\t' && r != nonJoiner && r != joiner && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
				all = append(all, r)
			}
		})
	}
	slices.Sort(all)
	var class strings.Builder
	for i := 0; i < len(all); {
		first := i
		for i++; i < len(all) && all[i] <= all[i-1]+1; i++ {
		}
		fmt.Fprintf(&class, `\x{%X}-\x{%X}`, all[first], all[i-1])
	}
	return class.String()
}

// freeform checks the contexts of joiners among other things (RFC 8264).
var freeform = precis.NewFreeform()

// misplacedJoiner returns the offset of the first joiner that is not where a script
// needs one, or -1. A non-joiner is between letters that would join, or either joiner
// follows a virama (RFC 5892, appendix A.1 and A.2).
func misplacedJoiner(text string) int {
	for at, r := range text {
		if isJoiner(r) {
			before, after := wordAround(text[:at], text[at+len(string(r)):])
			if _, err := freeform.String(before + string(r) + after); err != nil {
				return at
			}
		}
	}
	return -1
}

func isJoiner(r rune) bool { return r == nonJoiner || r == joiner }

// maxContext is the most bytes on each side of a joiner that decide about it.
const maxContext = 64

// wordAround returns the letters and marks that end before and begin after, without
// joiners, of at most maxContext bytes each.
func wordAround(before, after string) (string, string) {
	start, end := len(before), 0
	for start > 0 && len(before)-start < maxContext {
		r, size := utf8.DecodeLastRuneInString(before[:start])
		if !inWord(r) {
			break
		}
		start -= size
	}
	for end < len(after) && end < maxContext {
		r, size := utf8.DecodeRuneInString(after[end:])
		if !inWord(r) {
			break
		}
		end += size
	}
	return withoutJoiners(before[start:]), withoutJoiners(after[:end])
}

func inWord(r rune) bool { return isJoiner(r) || unicode.In(r, unicode.L, unicode.M) }

func withoutJoiners(text string) string {
	return strings.Map(func(r rune) rune {
		if isJoiner(r) {
			return -1
		}
		return r
	}, text)
}
