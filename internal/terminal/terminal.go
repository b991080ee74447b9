// Package terminal lays out text for a terminal: what is safe to print, where
// lines break, how large numbers are grouped.
//
// It promises that no text, whatever file it comes from, can move the cursor,
// change a colour, turn the direction of writing, or hide a part of itself. It
// has no state and does not interpret the texts.
package terminal

import (
	"strings"
	"unicode"
)

// Visible returns s as it is safe to print on one line, in valid UTF-8. Each
// character that is not [Printable], and each byte that is not UTF-8, becomes
// U+FFFD, so the number of characters stays. Visible of Visible changes
// nothing.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !Printable(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Printable reports whether a terminal shows r and does nothing else:
//
//	L M N P S, U+0020    letters, marks, numbers, punctuation, symbols    true
//	  of these, default ignorable: fillers that are shown as nothing      false
//	Cc                   control: C0 with tab and line ends, DEL, C1      false
//	Cf                   format: bidi controls, zero width, BOM, tags     false
//	Zs Zl Zp             other spaces, line and paragraph separators      false
//	Co Cn Cs             private use, unassigned, surrogates              false
//
// Classes are Unicode's general categories, default ignorable is its property
// of that name (UAX #44), bidi controls are those of UAX #9. Variation
// selectors are marks: names in ideographs need them. Letters of scripts that
// are written from right to left are printable; they reorder their own line
// and no other.
func Printable(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}
