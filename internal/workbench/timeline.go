package workbench

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// phase is a run of blocks with one act. Where the act spends, the script
// enforces the first block; the others are rules of counting.
type phase struct {
	Name   string `json:"name"`
	From   uint32 `json:"from"`   // first block
	To     uint32 `json:"to"`     // last block; 0 where it never ends
	Script bool   `json:"script"` // enforced by the script, not by counting
	Says   string `json:"says"`
}

// timeline lists the phases: those of counting in their order, what spends by
// class of path, and the openings.
func timeline(p *lang.Policy, paths []templates.Path) []phase {
	t := p.Times
	var all []phase
	if p.Mixed() {
		all = append(all, phase{"mixing", t.Register, t.Payout, false, sentences("mixing phase", p)})
	}
	if p.Dealt() {
		all = append(all, phase{"setup", t.Roll, t.Setup + p.Grace, false, sentences("setup phase", p)})
	} else {
		all = append(all, phase{"roll", t.Roll, t.Roll + p.Grace, false, sentences("roll phase", p)})
	}
	if p.Mixed() {
		all = append(all, phase{"deposits return", t.Roll + 1, 0, true, sentences("deposits return phase", p)})
	}
	all = append(all,
		phase{"votes count", t.VoteFrom, t.VoteTo, false, ""},
		phase{"claims count", t.VoteTo + 1, t.Claim, false, ""},
	)
	seen := map[string]bool{}
	for _, c := range []string{"win", "branch", "refund"} {
		for _, q := range paths {
			name := spends(q)
			if class(q) != c || seen[name] {
				continue
			}
			seen[name] = true
			all = append(all, phase{name, max(firstBlock(q), t.VoteFrom), 0, true, ""})
		}
	}
	return append(all, phase{"ballots open", t.Reveal, 0, false, sentences("ballots open phase", p)})
}

// spends names the phase of a class of paths.
func spends(q templates.Path) string {
	switch c := class(q); c {
	case "win":
		return "claims spend"
	case "refund":
		return "refunds spend"
	default:
		return branchOf(q) + " spends"
	}
}

// chartWidth is the width of the chart's bars, in characters.
const chartWidth = 48

// chart draws the phases to scale, a row each: = counts, - spends, > never ends.
func chart(phases []phase) []string {
	low, high := phases[0].From, uint32(0)
	label := 0
	for _, f := range phases {
		low, high = min(low, f.From), max(high, f.From, f.To)
		label = max(label, len(f.Name))
	}
	high += (high-low)/10 + 1
	column := func(h uint32) int { return int(uint64(h-low) * chartWidth / uint64(high-low)) }
	var rows []string
	for _, f := range phases {
		mark, from, to, tip := "=", column(f.From), column(f.To+1), ""
		if f.Script {
			mark = "-"
		}
		if f.To == 0 {
			to, tip = chartWidth-1, ">"
		}
		bar := strings.Repeat(" ", from) + strings.Repeat(mark, max(to-from, 1)) + tip
		rows = append(rows, fmt.Sprintf("%-*s  |%-*s|  %s", label, f.Name, chartWidth, bar, f.blocks()))
	}
	return rows
}

// blocks says which blocks a phase has, and for how long.
func (f phase) blocks() string {
	switch {
	case f.To == 0:
		return fmt.Sprintf("%d and for ever", f.From)
	case f.From == f.To:
		return fmt.Sprint(f.From)
	}
	n := f.To - f.From + 1
	return fmt.Sprintf("%d to %d, about %s", f.From, f.To, duration(n))
}

// duration says how long blocks take at ten minutes each.
func duration(blocks uint32) string {
	switch minutes := 10 * uint64(blocks); {
	case minutes < 120:
		return fmt.Sprintf("%d minutes", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("%d hours", (minutes+30)/60)
	default:
		return fmt.Sprintf("%d days", (minutes+12*60)/(24*60))
	}
}
