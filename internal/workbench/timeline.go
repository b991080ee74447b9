package workbench

import (
	"bytes"
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

// blocks says how many blocks there are, and how long they take.
func blocks(n uint32) string {
	if n == 1 {
		return "1 block, about " + duration(n) + ","
	}
	return fmt.Sprintf("%d blocks, about %s,", n, duration(n))
}

// milestone is a height of the policy, with the blocks of what anchors it.
type milestone struct {
	What   string `json:"what"` // announcement, or the statement without its height
	Height uint32 `json:"height"`
	From   uint32 `json:"anchor_from"` // first block in which its anchor counts; 0 without an anchor
	To     uint32 `json:"anchor_to"`   // last block
	Deep   uint32 `json:"anchor_deep"` // tip at which an anchor in the last block is deep
	After  uint32 `json:"after"`       // blocks after the last one of the announcement
}

// heights lists the policy's heights in their order, the announcement first.
func heights(p *lang.Policy) []milestone {
	t, last := p.Times, p.First()-1
	all := []milestone{{"announcement", last, p.AnnouncedFrom(), last, last + p.Depth() - 1, 0}}
	add := func(what string, height uint32, anchored bool) {
		m := milestone{What: what, Height: height, After: height - last}
		if anchored {
			m.From, m.To, m.Deep = height+1, height+p.Grace, height+p.Grace+p.Depth()-1
		}
		all = append(all, m)
	}
	if p.Mixed() {
		add("register by", t.Register, true)
		add("deposit by", t.Deposit, true)
		add("issue by", t.Issue, true)
		add("voucher by", t.Voucher, true)
		add("payout by", t.Payout, false)
	}
	add("roll by", t.Roll, true)
	if p.Dealt() {
		add("commit by", t.Commit, true)
		add("deal by", t.Deal, true)
		add("setup by", t.Setup, true)
	}
	add("vote from", t.VoteFrom, false)
	add("vote to", t.VoteTo, false)
	add("claim by", t.Claim, false)
	add("timeout", t.Timeout, false)
	add("reveal from", t.Reveal, false)
	return all
}

// AboutHeight says where a height of the policy lies, which may have errors: what
// anchors it, how long after the announcement it is, and how long after the block now
// where that is not 0. what is its statement, as "roll by" and "vote to", and anything
// else for a height of a branch or a test.
func AboutHeight(p *lang.Policy, what string, height, now uint32) string {
	all := heights(p)
	m := milestone{What: what, Height: height}
	for _, x := range all {
		if x.What == what && x.Height == height {
			m = x
		}
	}
	first := p.First()
	m.After = 0
	if first > 0 && height >= first {
		m.After = height - (first - 1)
	}
	return sentences("about height", struct {
		milestone
		Now uint32
	}{m, now})
}

// writeHeights writes the heights with their anchors, in blocks and days.
func writeHeights(b *bytes.Buffer, all []milestone, about string) {
	fmt.Fprintf(b, "\nHeights and their anchors\n\n")
	columns(b, func(row func(...any)) {
		row("", "block", "its anchor counts in", "and is deep at", "blocks", "days")
		for _, m := range all {
			anchor, deep := "-", "-"
			if m.To > 0 {
				anchor, deep = fmt.Sprintf("%d to %d", m.From, m.To), fmt.Sprint(m.Deep)
			}
			row(m.What, m.Height, anchor, deep, m.After, days(m.After))
		}
	})
	fmt.Fprintln(b)
	paragraph(b, "  ", about)
}

// days returns blocks in days of 144, to a tenth.
func days(blocks uint32) string { return fmt.Sprintf("%.1f", float64(blocks)/144) }
