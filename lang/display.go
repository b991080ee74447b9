package lang

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/mtibben/confusables"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxAlike is the most warnings of names that look alike.
const maxAlike = 20

// display reads a candidate's display name, which may be absent.
func (c *checker) display(t lexer.Token) string {
	text := strings.Trim(t.Value, `"`)
	if text != "" && strings.TrimSpace(text) == "" {
		c.report("E0001", c.at(t), "expected a name that can be seen, found an empty text").Help =
			"write the candidate's name, or leave the text out"
	}
	return text
}

// label is a name of a candidate: the identifier, or the display name.
type label struct {
	candidate string
	text      string
	span      Span
}

// labels returns the names of the candidates in the order of the file, without those
// of a candidate that is declared again.
func (c *checker) labels() []label {
	var all []label
	seen := map[string]bool{}
	for _, s := range c.lines["candidate"] {
		name, display := s.Candidate.Name, s.Candidate.Display
		if seen[name.Value] {
			continue
		}
		seen[name.Value] = true
		all = append(all, label{name.Value, name.Value, c.at(name)})
		if text := strings.Trim(display.Value, `"`); strings.TrimSpace(text) != "" {
			all = append(all, label{name.Value, text, c.at(display)})
		}
	}
	return all
}

// sameNames reports candidates with one name (E0109), and warns of names that look
// alike (W0110). A candidate has two names, the identifier and the display name.
func (c *checker) sameNames() {
	named, looks := map[string]label{}, map[string]label{}
	reported := map[[2]string]bool{} // pairs of candidates
	alike := 0
	for _, l := range c.labels() {
		key := caseless(l.text)
		if before, ok := named[key]; ok {
			pair := [2]string{before.candidate, l.candidate}
			if before.candidate != l.candidate && !reported[pair] {
				reported[pair] = true
				c.sameName(before, l)
			}
			continue
		}
		named[key] = l
		for _, skeleton := range skeletons(l.text) {
			before, ok := looks[skeleton]
			if !ok {
				looks[skeleton] = l
				continue
			}
			pair := [2]string{before.candidate, l.candidate}
			if before.candidate != l.candidate && !reported[pair] && alike < maxAlike {
				reported[pair] = true
				alike++
				c.alike(before, l)
			}
		}
	}
}

func (c *checker) sameName(before, l label) {
	d := c.report("E0109", l.span, "`%s` and `%s` have one name", before.candidate, l.candidate)
	d.Secondary = []Label{{before.span, "already the name of `" + before.candidate + "`"}}
	if before.text != l.text {
		d.Notes = []string{"names are compared without regard to case, width and spaces"}
	}
	d.Help = "give one of them another name"
}

func (c *checker) alike(before, l label) {
	d := c.report("W0110", l.span, "the names of `%s` and `%s` look alike", before.candidate, l.candidate)
	d.Secondary = []Label{{before.span, "looks like this"}}
	d.Help = "give one of them a name that looks different"
}

// caseless returns a key that is equal for names that differ in case, spacing or
// compatibility forms only: without joiners, compatibility-normalised and case-folded
// (Unicode, section 3.13, D146), with single spaces.
func caseless(text string) string {
	fold := cases.Fold()
	key := norm.NFKC.String(fold.String(norm.NFKC.String(fold.String(norm.NFD.String(withoutJoiners(text))))))
	return strings.Join(strings.Fields(key), " ")
}

// skeletons returns two keys of a name: the skeleton of UTS 39 (section 4) of the name
// as it is, and that of its caseless form. Two names look alike if they have a key in
// common.
func skeletons(text string) []string {
	plain := confusables.Skeleton(norm.NFKC.String(withoutJoiners(text)))
	return []string{caseless(plain), caseless(confusables.Skeleton(caseless(text)))}
}
