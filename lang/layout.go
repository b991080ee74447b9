package lang

import (
	"slices"
	"strings"
)

// keywordWidths are the widths that keywords are padded to, by their kind: who and
// what, when, and how stakes are spent. Others are not padded.
var keywordWidths = map[string]int{
	"network": 10, "supervisor": 10, "voters": 10, "threshold": 10, "stake": 10, "fee": 10, "grace": 10, "announced": 10, "mixing": 10,
	"deposit": 7, "issue": 7, "voucher": 7, "payout": 7, "roll": 7, "commit": 7, "deal": 7, "setup": 7, "vote": 7, "claim": 7, "timeout": 7, "reveal": 7,
	"joint": 6, "win": 6, "refund": 6, "branch": 6, "target": 6, "allow": 6,
}

// parts returns the indices of the words that begin a part between the braces
// of a statement.
func (x parsed) parts() []int {
	brace := x.last - x.first // the closing one
	switch {
	case x.Candidate != nil: // { key pub:… pay addr:… }
		return []int{brace - 4, brace - 2}
	case x.Mixing != nil && x.Mixing.GroupBlind != nil: // mixing group-blind { modulus 2048 rounds 128 mixers 3 }
		return []int{3, 5, 7}
	case x.Mixing != nil && x.Mixing.BlindRSA != nil:
		return []int{3, 5}
	case x.Test != nil: // test "name" { at block 240 signers … expect win alice }
		expect := brace - 2
		if x.Test.Expect.Winner.Value != "" || x.Test.Expect.Branch.Value != "" {
			expect--
		}
		return []int{3, 6, expect}
	default:
		return nil
	}
}

// write makes lines of the items.
func (l *layout) write() {
	run, inside := 1, false
	var names columns
	for i, it := range l.items {
		closing := len(it.words) == 1
		switch after := i > 0 && l.items[i-1].head(); {
		case it.deep && !inside || closing: // next to a brace
			inside = !closing
		case it.blank || after:
			l.lines = append(l.lines, line{})
			run++
		}
		switch {
		case len(it.words) == 0:
			l.lines = append(l.lines, line{text: it.indent(0) + it.comment})
		case len(it.inner) > 0:
			l.broken(it)
			run++
		case !it.deep:
			l.lines = append(l.lines, line{text: spaced(it.words, nil), comment: it.comment})
		default:
			if i >= names.end {
				names = l.columns(i)
			}
			l.lines = append(l.lines, line{it.indent(0) + it.oneLine(names), it.comment, run})
		}
	}
}

// head reports whether the item is the version.
func (it item) head() bool { return !it.deep && len(it.words) == 2 }

// indent returns the white space before a line of the item, some levels deeper.
func (it item) indent(levels int) string {
	if it.deep {
		levels++
	}
	return strings.Repeat(" ", depth*levels)
}

// named reports whether the item is a statement that declares a name.
func (it item) named() bool {
	return it.deep && len(it.words) > 1 && len(it.inner) == 0 && slices.Contains(repeatable, it.words[0].Value) &&
		it.words[0].Value != "allow"
}

// display returns a candidate's display name, or "".
func (it item) display() string {
	if it.words[0].Value == "candidate" && it.words[2].is("String") {
		return it.words[2].Value
	}
	return ""
}

// columns are the widths of the longest name and the longest display name of
// neighbours that begin with the same keyword.
type columns struct {
	name, display int
	end           int // index of the item after the last neighbour
}

// columns measures the neighbours of which item i is the first.
func (l *layout) columns(i int) columns {
	c := columns{end: i}
	for ; c.end < len(l.items); c.end++ {
		it := l.items[c.end]
		if !it.named() || c.end > i && (it.blank || it.words[0].Value != l.items[i].words[0].Value) {
			break
		}
		c.name = max(c.name, columnsOf(it.words[1].Value))
		c.display = max(c.display, columnsOf(it.display()))
	}
	return c
}

// oneLine returns a statement on one line, without the indent.
func (it item) oneLine(names columns) string {
	cells := []string{padded(it.words[0].Value, keywordWidths[it.words[0].Value])}
	rest := 1
	if it.named() {
		cells = append(cells, padded(it.words[1].Value, names.name))
		rest = 2
	}
	if d := it.display(); d != "" {
		cells = append(cells, padded(d, names.display))
		rest = 3
	}
	parts := []int{}
	for _, p := range it.parts {
		parts = append(parts, p-rest)
	}
	return strings.Join(append(cells, spaced(it.words[rest:], parts)), " ")
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(width-columnsOf(text), 0))
}

// spaced joins words: one space between them, two before a part that is not the
// first, none before a comma or a percent sign.
func spaced(words []token, parts []int) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0 || w.Value == "," || w.Value == "%":
		case len(parts) > 0 && slices.Contains(parts[1:], i):
			b.WriteString("  ")
		default:
			b.WriteString(" ")
		}
		b.WriteString(w.Value)
	}
	return b.String()
}

// broken writes a statement with comments among its words: each comment ends its
// line, and each part begins one.
func (l *layout) broken(it item) {
	inner, closing := it.inner, -1
	if len(it.parts) > 0 {
		closing = len(it.words) - 1
	}
	from := 0
	for w := range it.words {
		last := w == len(it.words)-1
		ends := last || slices.Contains(it.parts, w+1) || w+1 == closing || len(inner) > 0 && inner[0].after == w
		if !ends {
			continue
		}
		levels := 1
		if from == 0 || from == closing {
			levels = 0
		} else if len(it.parts) > 0 && from > it.parts[0] && !slices.Contains(it.parts, from) {
			levels = 2 // a part goes on
		}
		x := line{text: it.indent(levels) + spaced(it.words[from:w+1], nil)}
		if last {
			x.comment = it.comment
		}
		if len(inner) > 0 && inner[0].after == w && !inner[0].own {
			x.comment = inner[0].text
			inner = inner[1:]
		}
		l.lines = append(l.lines, x)
		for ; len(inner) > 0 && inner[0].after == w; inner = inner[1:] {
			l.lines = append(l.lines, line{text: it.indent(1) + inner[0].text})
		}
		from = w + 1
	}
}
