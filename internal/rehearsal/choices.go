package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"bevote/lang"
)

// abstain is the key of a split for voters who do not vote.
const abstain = "abstain"

// choices returns for each of n voters a candidate's number, or 0 to abstain. A
// split gives the number of votes by candidate, and r their order; the rest
// abstain. Without a split r draws the choices too.
func choices(p *lang.Policy, split map[string]int, n int, r *rand.Rand) ([]int, error) {
	if split == nil {
		return drawChoices(len(p.Candidates), n, r), nil
	}
	var out []int
	for _, name := range sorted(split) {
		j := p.CandidateNumber(name)
		switch {
		case j == 0 && name != abstain:
			return nil, Unplayable("votes for %q, who is not a candidate (%s)", name, candidateNames(p))
		case split[name] < 0:
			return nil, Unplayable("%d votes for %s", split[name], name)
		case split[name] > n-len(out):
			return nil, Unplayable("the split %s needs more than the roll's %d voters", describe(split), n)
		}
		out = append(out, slices.Repeat([]int{j}, split[name])...)
	}
	out = append(out, make([]int, n-len(out))...)
	r.Shuffle(n, func(a, b int) { out[a], out[b] = out[b], out[a] })
	return out, nil
}

// drawChoices draws n choices: 0 with probability 1/10, a favourite with 18/30,
// and any candidate, the favourite among them, with 9/30.
func drawChoices(candidates, n int, r *rand.Rand) []int {
	out := make([]int, n)
	favourite := 1 + r.IntN(candidates)
	for i := range out {
		switch roll := r.IntN(30); {
		case roll < 3:
			out[i] = 0
		case roll < 21:
			out[i] = favourite
		default:
			out[i] = 1 + r.IntN(candidates)
		}
	}
	return out
}

func sorted(split map[string]int) []string {
	names := make([]string, 0, len(split))
	for name := range split {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func describe(split map[string]int) string {
	var parts []string
	for _, name := range sorted(split) {
		parts = append(parts, fmt.Sprintf("%s=%d", name, split[name]))
	}
	return strings.Join(parts, ",")
}

func candidateNames(p *lang.Policy) string {
	var names []string
	for _, c := range p.Candidates {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
