package textdiff

import (
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// maxMarked is the length of a line, in characters, over which its changed words
// are not searched for: the whole line is the change.
const maxMarked = 1000

// markWords pairs, in each run of changes, the deleted lines with the added
// ones in their order, and marks the words that differ in each pair.
func markWords(lines []line) {
	for i := 0; i < len(lines); {
		from := i
		for i < len(lines) && lines[i].op == deleted {
			i++
		}
		middle := i
		for i < len(lines) && lines[i].op == added {
			i++
		}
		for n := range min(middle-from, i-middle) {
			a, b := &lines[from+n], &lines[middle+n]
			a.parts, b.parts = words(a.text(), b.text())
		}
		if i == from {
			i++ // a line of both texts
		}
	}
}

// words compares two lines character by character and widens what differs to
// whole words. Lines with little in common are left unmarked.
func words(a, b string) (partsA, partsB []part) {
	na, nb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if na > maxMarked || nb > maxMarked {
		return []part{{text: a}}, []part{{text: b}}
	}
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	common := 0
	var changedA, changedB []bool // by character
	for _, d := range dmp.DiffCleanupSemantic(dmp.DiffMain(a, b, false)) {
		n := utf8.RuneCountInString(d.Text)
		if d.Type != diffmatchpatch.DiffInsert {
			changedA = fill(changedA, n, d.Type == diffmatchpatch.DiffDelete)
		}
		if d.Type != diffmatchpatch.DiffDelete {
			changedB = fill(changedB, n, d.Type == diffmatchpatch.DiffInsert)
		}
		if d.Type == diffmatchpatch.DiffEqual {
			common += n
		}
	}
	if 3*common < max(na, nb) {
		return []part{{text: a}}, []part{{text: b}}
	}
	return split(a, changedA), split(b, changedB)
}

func fill(marks []bool, n int, changed bool) []bool {
	for range n {
		marks = append(marks, changed)
	}
	return marks
}

// split cuts a line into words and the separators between them, and joins
// neighbours that are both changed or both unchanged.
func split(line string, changed []bool) (parts []part) {
	runes := []rune(line)
	for i := 0; i < len(runes); {
		end := i + 1
		for end < len(runes) && inWord(runes[i]) && inWord(runes[end]) {
			end++
		}
		touched := false
		for _, c := range changed[i:end] {
			touched = touched || c
		}
		word := string(runes[i:end])
		if n := len(parts); n > 0 && parts[n-1].changed == touched {
			parts[n-1].text += word
		} else {
			parts = append(parts, part{word, touched})
		}
		i = end
	}
	if parts == nil {
		parts = []part{{}}
	}
	return parts
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
