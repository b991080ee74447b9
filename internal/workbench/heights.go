package workbench

import (
	"bytes"
	"fmt"

	"bevote/lang"
)

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
