package report

import (
	"fmt"
	"slices"
	"strings"

	"bevote/verifier/result"
)

// ballotsDrawing draws each candidate's interval: certain ballots solid,
// possible ones faint, and the threshold as a line.
func ballotsDrawing(r *result.Report) *drawing {
	const row, top, bar = 68, 22, 18
	sorted := byCertainVotes(r.Counts)
	most := max(r.Threshold, r.Votes, 1)
	for _, c := range sorted {
		most = max(most, c.Max)
	}
	d := &drawing{ID: "ballots", Title: "Ballots of each candidate", Height: len(sorted)*row + 14}
	place := func(n int) float64 { return 100 * float64(max(n, 0)) / float64(most) }
	words := []string{fmt.Sprintf("The threshold is %s", plural(r.Threshold, "ballot"))}
	for i, c := range sorted {
		y := float64(i * row)
		name, tail := clean(c.Candidate), ""
		if display := displayName(r, c.Candidate); display != "" {
			name, tail = display, name
		}
		name = isolated(short(name, 26))
		if r.Winner != nil && *r.Winner == c.Candidate {
			name = "★ " + name
		}
		d.text("label", 0, y+16, "start", name).Tail = isolated(tail)
		d.text("span", 0, y+top+bar+17, "start", interval(c)+", "+thresholdWords(c, r.Threshold))
		d.rect("hollow", 0, y+top, 100, bar)
		d.rect("maybe", place(c.Min), y+top, place(c.Max)-place(c.Min), bar)
		d.rect("bar", 0, y+top, place(c.Min), bar)
		words = append(words, fmt.Sprintf("%s: %s, %s",
			candidateName(r, c.Candidate), interval(c), thresholdWords(c, r.Threshold)))
	}
	for i := range sorted {
		d.line("threshold", place(r.Threshold), float64(i*row+top-4), bar+8)
	}
	if len(sorted) > 0 {
		x := place(r.Threshold)
		d.text("axis", x, float64(len(sorted)*row+8), anchorAt(x), fmt.Sprintf("threshold %d", r.Threshold))
	}
	d.Words = strings.Join(words, "; ") + "."
	return d
}

// byCertainVotes sorts counts, most certain votes first.
func byCertainVotes(counts []result.Count) []result.Count {
	sorted := slices.Clone(counts)
	slices.SortStableFunc(sorted, func(a, b result.Count) int { return b.Min - a.Min })
	return sorted
}

// interval returns a count as "min to max", or as one number where it is
// certain.
func interval(c result.Count) string {
	if c.Min == c.Max {
		return fmt.Sprint(c.Min)
	}
	return fmt.Sprintf("%d to %d", c.Min, c.Max)
}
