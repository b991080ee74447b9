package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"bevote/lang"
)

// abstain is the name under which a split counts those who do not vote.
const abstain = "abstain"

// choices gives each of n voters a candidate's number, or 0 to abstain: as the
// split says, in an order drawn from r, or all drawn from r without one. Those
// whom the split does not mention abstain.
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

// drawChoices lets a tenth abstain; one candidate is the favourite of two thirds of
// the others, who for the rest choose among all.
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
