package report

import (
	"fmt"
	"math"
	"strings"

	"bevote/verifier/result"
)

// Sizes of a flow drawing in pixels: the height that all flows share by their
// amounts, the least height of one (two lines of words), and the gap between
// two.
const (
	flowRoom  = 150
	flowLeast = 46
	flowGap   = 8
	flowTop   = 26
)

// flowDrawing is a drawing of bands from one source to receivers.
type flowDrawing struct {
	id, title string
	unit      string // of the source: stake or deposit
	flows     []result.Flow
	words     func(result.Flow) (class, words string)
	count     func(result.Flow) string // "3 stakes", or ""
}

// stakesDrawing draws where the stakes went.
func stakesDrawing(s *result.History) *drawing {
	return flowDrawing{
		id: "money", title: "Where the stakes went", unit: "stake", flows: s.Flows,
		words: func(f result.Flow) (class, words string) { return flowWords(s, f) },
		count: func(f result.Flow) string { return plural(f.Stakes, "stake") },
	}.draw(totalStakes(s.Flows))
}

// totalStakes returns the number of stakes of all flows.
func totalStakes(flows []result.Flow) (n int) {
	for _, f := range flows {
		n += f.Stakes
	}
	return n
}

// draw draws one band for each receiver, from a source of n stakes or deposits
// on the left. A band is at least as high as its words, which have the amount.
func (st flowDrawing) draw(n int) *drawing {
	total := int64(0)
	for _, f := range st.flows {
		total += f.Sats
	}
	if total <= 0 {
		return nil
	}
	heights, all := make([]float64, len(st.flows)), 0.0
	for i, f := range st.flows {
		heights[i] = math.Max(flowLeast, flowRoom*float64(f.Sats)/float64(total))
		all += heights[i]
	}
	height := flowTop + all + flowGap*float64(len(st.flows)-1)
	d := &drawing{ID: st.id, Title: st.title, Height: int(math.Ceil(height)) + 2}
	locked := fmt.Sprintf("%s sat in %s", grouped(total), plural(n, st.unit))
	d.text("label", 0, 14, "start", locked)
	from, to := flowTop+(height-flowTop-all)/2, float64(flowTop)
	source := from
	words := []string{locked}
	hundredths := 100 / float64(d.Height)
	for i, f := range st.flows {
		class, title := st.words(f)
		amount := st.amount(f)
		d.put(shape{
			Kind: "band", Class: class, FromY: from * hundredths, FromH: heights[i] * hundredths,
			Y: to * hundredths, Height: heights[i] * hundredths,
		})
		d.rect("end "+class, 98, to, 2, heights[i])
		middle := to + heights[i]/2
		d.text("label", 96, middle-3, "end", title)
		d.text("span", 96, middle+14, "end", amount)
		words = append(words, title+" "+amount)
		from, to = from+heights[i], to+heights[i]+flowGap
	}
	d.rect("source", 0, source, 2, all)
	d.Words = strings.Join(words, "; ") + "."
	return d
}

// amount returns a flow's sum, count and fees in words.
func (st flowDrawing) amount(f result.Flow) string {
	amount := fmt.Sprintf("%s sat", grouped(f.Sats))
	if counted := st.count(f); counted != "" {
		amount += ", " + counted
	}
	if f.Fees > 0 {
		amount += fmt.Sprintf(", fees %s", grouped(f.Fees))
	}
	return amount
}

// flowWords returns the class of a flow's band, and where the stakes went.
func flowWords(s *result.History, f result.Flow) (class, words string) {
	to := short(displayName(s, f.To))
	switch f.Kind {
	case result.EventWin:
		return "win", "won by " + to
	case result.EventClaim:
		return "foul", "claimed for " + to
	case result.EventBranch:
		return "branch", "by branch " + to
	case result.EventRefund:
		return "refund", "refunded to voters"
	case result.EventAlien:
		return "foul", "by no path of the contract"
	}
	return "locked", "still locked"
}
