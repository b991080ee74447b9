package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"bevote/verifier/result"
)

// Sizes of the timeline's rows in pixels, and the number of columns into which
// its events are grouped.
const (
	rowHeight  = 44
	barAt      = 20 // from the row's top
	barHeight  = 16
	axisHeight = 26
	columns    = 120
)

// timelineDrawing draws one row for each phase: its blocks as a bar, its events
// as marks on the bar, and the tip as a line through all rows. Blocks after the
// tip are drawn hollow.
func timelineDrawing(r *result.Report) *drawing {
	s, tip := r.History, r.Tip.Height
	d := &drawing{ID: "timeline", Title: "Timeline over block heights", Height: len(s.Phases)*rowHeight + axisHeight}
	if len(s.Phases) == 0 {
		return nil
	}
	first, end, marks := extent(s, tip)
	sc := newScale(marks)
	now := sc.x(float64(tip) + 1)
	bottom := float64(len(s.Phases) * rowHeight)
	d.rect("ahead", now, 0, 100-now, bottom)
	for i, p := range s.Phases {
		d.bar(p, float64(i*rowHeight), sc, end, now)
	}
	d.line("tip", now, 0, bottom+4) // over the bars, under their words
	words := make([]string, 0, len(s.Phases))
	for i, p := range s.Phases {
		words = append(words, d.row(r, p, float64(i*rowHeight), sc))
	}
	d.axis(first, end, tip, now, bottom)
	d.Words = fmt.Sprintf("Heights of blocks, %d to %d; the chain's tip is %d. ", first, end-1, tip) +
		strings.Join(words, " ")
	return d
}

// extent returns the first block, the block after the last, and the marks of
// the scale: the bounds of each phase, and the tip.
func extent(s *result.History, tip uint32) (first, end uint32, marks []float64) {
	first, end = s.Phases[0].From, tip+1
	for _, p := range s.Phases {
		first, end = min(first, p.From), max(end, p.From+1, p.To+1)
	}
	for _, e := range s.Events {
		first, end = min(first, e.Height), max(end, e.Height+1)
	}
	marks = []float64{float64(first), float64(end), math.Max(float64(tip)+1, float64(first))}
	for _, p := range s.Phases {
		marks = append(marks, float64(p.From))
		if p.To > 0 {
			marks = append(marks, float64(p.To)+1)
		}
	}
	return first, end, marks
}

// phaseTitles are the rows' names.
var phaseTitles = map[string]string{
	result.PhaseRoll: "Roll", result.PhaseRegister: "Register", result.PhaseDeposit: "Deposit",
	result.PhaseIssue: "Issue", result.PhaseVoucher: "Voucher", result.PhasePayout: "Payout",
	result.PhaseCommit: "Commit", result.PhaseDeal: "Deal", result.PhaseSetup: "Joint key",
	result.PhaseVote: "Vote", result.PhaseClaim: "Claim", result.PhaseRefund: "Refund", result.PhaseReveal: "Openings",
}

// bar draws the blocks of a phase, filled up to the tip.
func (d *drawing) bar(p result.Phase, y float64, sc scale, end uint32, now float64) {
	to := p.To + 1
	if p.To == 0 {
		to = end
	}
	left, right := sc.x(float64(p.From)), sc.x(float64(to))
	d.rect("hollow", left, y+barAt, right-left, barHeight)
	if now > left {
		d.rect("phase", left, y+barAt, math.Min(right, now)-left, barHeight)
	}
}

// row draws the events of a phase, and returns them in words.
func (d *drawing) row(r *result.Report, p result.Phase, y float64, sc scale) string {
	span := blocksOf(p)
	title, done := phaseTitles[p.Name], d.marks(r, p.Name, y, sc)
	if done == "" {
		done = "nothing"
		if r.Tip.Height < p.From {
			done = "not yet"
		}
	}
	d.text("label", 0, y+14, "start", title).Tail = span
	d.text("span", 100, y+14, "end", done)
	return fmt.Sprintf("%s, %s: %s.", title, dated(span, datesOf(p)), done)
}

// column is a run of neighbouring blocks in one row, with its events of one
// kind.
type column struct {
	kind     result.EventKind
	at       int // 0 … columns
	from, to uint32
	n        int
	text     string // of a single event

	begins, ends time.Time // of the blocks' headers
}

// marks draws the events of a phase, grouped into columns, and returns their
// numbers in words.
func (d *drawing) marks(r *result.Report, phase string, y float64, sc scale) string {
	type place struct {
		kind result.EventKind
		at   int
	}
	found := make(map[place]*column)
	var order []*column
	n, most := make(map[result.EventKind]int), 0
	for _, e := range r.History.Events {
		if e.Phase != phase {
			continue
		}
		n[e.Kind]++
		at := place{e.Kind, int(sc.x(float64(e.Height)+0.5) * columns / 100)}
		c := found[at]
		if c == nil {
			c = &column{kind: e.Kind, at: at.at, from: e.Height, begins: e.At, text: e.Text}
			found[at], order = c, append(order, c)
		}
		c.to, c.ends, c.n = e.Height, e.At, c.n+1
		most = max(most, c.n)
	}
	for _, c := range order {
		d.mark(c, y, most, r.Winner != nil)
	}
	var words []string
	for _, kind := range kinds {
		if n[kind.of] > 0 {
			words = append(words, plural(n[kind.of], kind.name))
		}
	}
	return strings.Join(words, ", ")
}

// eventName is the name of the events of one kind, and the class of their marks.
type eventName struct {
	of          result.EventKind
	name, class string
}

// kinds are the names, in the order of the rows' words.
var kinds = []eventName{
	{result.EventAnchor, "anchor", "anchor"},
	{result.EventMixer, "mixer", "opening"},
	{result.EventDeposit, "deposit", "locked"},
	{result.EventIssue, "issue", "opening"},
	{result.EventSweep, "sweep", "anchor"},
	{result.EventVoucher, "voucher", "opening"},
	{result.EventCoin, "coin", "win"},
	{result.EventReturn, "return", "refund"},
	{result.EventVote, "vote", "vote"},
	{result.EventExcluded, "excluded vote", "foul"},
	{result.EventWin, "claim", "win"},
	{result.EventClaim, "other", "foul"},
	{result.EventRefund, "refund", "refund"},
	{result.EventBranch, "branch spend", "branch"},
	{result.EventAlien, "alien spend", "foul"},
	{result.EventOpening, "opening line", "opening"},
}

// mark draws one column: votes as a bar of a histogram, other events as a dot. The
// winning claim has the winner's colour if won is true.
func (d *drawing) mark(c *column, y float64, most int, won bool) {
	i := slices.IndexFunc(kinds, func(k eventName) bool { return k.of == c.kind })
	if i < 0 {
		return
	}
	x, middle := (float64(c.at)+0.5)*100/columns, y+barAt+barHeight/2
	var s *shape
	if c.kind == result.EventVote {
		height := barHeight * (0.4 + 0.6*float64(c.n)/float64(most))
		s = d.rect(kinds[i].class, x-0.35, y+barAt+barHeight-height, 0.7, height)
		s.Radius = 1
	} else {
		class := kinds[i].class
		if c.kind == result.EventWin && !won {
			class = "locked"
		}
		s = d.circle(class, math.Min(math.Max(x, 1.2), 98.8), middle, 5)
	}
	blocks := dated(fmt.Sprintf("block %d", c.from), minute(c.begins))
	if c.to != c.from {
		blocks = dated(fmt.Sprintf("blocks %d to %d", c.from, c.to), span(c.begins, c.ends))
	}
	s.Tip = blocks + ": " + plural(c.n, kinds[i].name)
	if c.n == 1 {
		s.Tip = blocks + ": " + clean(c.text)
	}
}

// axis prints the first block, the last and the tip where there is room.
func (d *drawing) axis(first, end, tip uint32, now, bottom float64) {
	y := bottom + 20
	d.text("tiplabel", now, y, anchorAt(now), fmt.Sprintf("tip: block %d", tip))
	if now > 45 {
		d.text("axis", 0, y, "start", fmt.Sprint(first))
	}
	if now < 65 {
		d.text("axis", 100, y, "end", fmt.Sprint(end-1))
	}
}
