package report

import (
	"strings"
	"unicode"

	"bevote/verifier/result"
)

// candidateName returns the name for people that the policy gives a candidate,
// with the identifier beside it: two candidates can have one name, or one the
// identifier of the other.
//
//	Alice Smith (alice)
func candidateName(r *result.Report, id string) string {
	return named(displayName(r, id), clean(id))
}

// phoneLabel is how many characters of a label fit across a phone.
const phoneLabel = 30

// shortCandidateName is candidateName, cut to a number of characters. The
// identifier is cut last.
func shortCandidateName(r *result.Report, id string, most int) string {
	const least = 6 // characters of the display name
	display, name := displayName(r, id), clean(id)
	if display == "" {
		return isolated(short(name, most))
	}
	most -= len(" ()")
	name = short(name, most-least)
	return named(short(display, most-len([]rune(name))), name)
}

// displayName returns the name for people that the policy gives a candidate, or
// "" where it gives none or the identifier itself.
func displayName(r *result.Report, id string) string {
	for _, c := range r.Counts {
		if c.Candidate == id && c.Display != id {
			return clean(c.Display)
		}
	}
	return ""
}

func named(display, id string) string {
	if display == "" {
		return isolated(id)
	}
	return isolated(display) + " (" + isolated(id) + ")"
}

// short cuts a name to a number of characters.
func short(name string, most int) string {
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// isolated puts a name with right-to-left characters between U+2068 and U+2069
// (UAX #9, first strong isolate), so that it does not reorder the numbers and
// words beside it. It comes after [clean], which refuses these characters.
func isolated(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(rightToLeft, r) }) {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// rightToLeft is the characters whose class in UAX #9 is R or AL, assigned or
// not (DerivedBidiClass.txt, defaults).
var rightToLeft = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0590, Hi: 0x08ff, Stride: 1}, {Lo: 0xfb1d, Hi: 0xfdff, Stride: 1},
		{Lo: 0xfe70, Hi: 0xfeff, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x10800, Hi: 0x10fff, Stride: 1}, {Lo: 0x1e800, Hi: 0x1efff, Stride: 1}},
}

// winnerWords names the winner, or says why there is none. No candidate's
// identifier has a blank or a colon.
func winnerWords(r *result.Report) string {
	if r.Winner != nil {
		return candidateName(r, *r.Winner)
	}
	switch {
	case r.Exit == result.ExitRefuted:
		return "none: refuted"
	case r.Exit == result.ExitSources:
		return "none: not judged"
	case r.Level == result.LevelNone, r.Exit == result.ExitUndetermined, r.Exit == result.ExitBug:
		return "none: undetermined"
	case r.Exit == result.ExitNotOver, strings.HasPrefix(r.Verdict, "not over"): // findings come before "not over"
		return "none yet: not over"
	case r.Level == result.L0 && strings.HasPrefix(r.Verdict, "ended"):
		return "none: ended early"
	}
	return "no candidate"
}
