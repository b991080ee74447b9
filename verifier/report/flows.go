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
	words     func(f result.Flow, most int) (class, words string) // cut to so many characters
	count     func(result.Flow) string                            // "3 stakes", or ""
}

// stakesDrawing draws where the stakes went.
func stakesDrawing(r *result.Report) *drawing {
	flows := r.History.Flows
	return flowDrawing{
		id: "money", title: "Where the stakes went", unit: "stake", flows: flows,
		words: func(f result.Flow, most int) (class, words string) { return flowWords(r, f, most) },
		count: func(f result.Flow) string { return plural(f.Stakes, "stake") },
	}.draw(totalStakes(flows))
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
		class, title := st.words(f, phoneLabel)
		_, whole := st.words(f, math.MaxInt)
		amount := st.amount(f)
		d.put(shape{
			Kind: "band", Class: class, FromY: from * hundredths, FromH: heights[i] * hundredths,
			Y: to * hundredths, Height: heights[i] * hundredths,
		})
		d.rect("end "+class, 98, to, 2, heights[i])
		middle := to + heights[i]/2
		d.text("label", 96, middle-3, "end", title)
		d.text("span", 96, middle+14, "end", amount)
		words = append(words, whole+" "+amount)
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

// flowWords returns the class of a flow's band, and where the stakes went. Names are
// cut so that the words have no more than most characters. If the report has no winner, a
// winning claim is shown as any other claim.
func flowWords(r *result.Report, f result.Flow, most int) (class, words string) {
	by := func(words string) string { return words + shortCandidateName(r, f.To, most-len(words)) }
	switch f.Kind {
	case result.EventWin:
		if r.Winner == nil {
			return "locked", by("claimed for ")
		}
		return "win", by("won by ")
	case result.EventClaim:
		return "foul", by("claimed for ")
	case result.EventBranch:
		return "branch", "by branch " + short(clean(f.To), most-len("by branch "))
	case result.EventRefund:
		return "refund", "refunded to voters"
	case result.EventAlien:
		return "foul", "by no path of the contract"
	}
	return "locked", "still locked"
}
