package report

import (
	"fmt"

	"bevote/verifier/result"
)

// crowd returns the size of the smallest anonymity set in words.
func crowd(m *result.Exchange) string {
	if m.Anonymity == 0 {
		return "no coin on the roll yet"
	}
	return fmt.Sprintf("each coin is one of %s or more", grouped(int64(m.Anonymity)))
}

// exchangeSummary returns the numbers of the mixing phase in one line.
func exchangeSummary(m *result.Exchange) string {
	words := fmt.Sprintf("%d of %d registered deposited, %d issued for; %d swept, %d returned; %d payable vouchers, %d paid",
		m.Deposits, m.Registered, m.Issued, m.Swept, m.Returned, m.Vouchers, m.Paid)
	if m.Late > 0 {
		words += fmt.Sprintf(", %d of them late", m.Late)
	}
	return words
}

// mixingRows returns the rows of the text about the mixing phase.
func mixingRows(m *result.Exchange) []fact {
	anonymity := fmt.Sprintf("%s (%s, %s)", crowd(m), clean(m.Scheme), plural(len(m.Mixers), "mixer"))
	rows := []fact{{Name: "anonymity", Text: anonymity}}
	if m.Root == "" {
		return rows
	}
	return append(rows, fact{Name: "exchange", Text: exchangeSummary(m)},
		fact{Name: "registry", Text: clean(m.Root), Code: true})
}

// mixView is what the page shows of the mixing phase.
type mixView struct {
	Crowd  string
	Facts  []fact
	Money  *drawing // nil without a History
	Thick  bool
	Mixers []mixerView
	Crowds bool // vouchers name their issuer
}

type mixerView struct {
	Name, Crowd  string
	Issued, Paid int
}

func newMixView(r *result.Report) *mixView {
	m := r.Mixing
	if m == nil {
		return nil
	}
	v := &mixView{Crowd: crowd(m), Facts: []fact{{Name: "scheme", Text: clean(m.Scheme)}}}
	if m.Root != "" {
		v.Facts = append(v.Facts, fact{Name: "exchange", Text: exchangeSummary(m)},
			fact{Name: "registry", Text: clean(m.Root), Code: true})
	}
	for _, x := range m.Mixers {
		row := mixerView{Name: clean(x.Name), Issued: x.Issued, Paid: x.Paid}
		if x.Anonymity != nil {
			row.Crowd, v.Crowds = grouped(int64(*x.Anonymity)), true
		}
		v.Mixers = append(v.Mixers, row)
	}
	if s := r.History; s != nil {
		v.Money, v.Thick = depositsDrawing(s, m), len(s.Deposits) > 1
	}
	return v
}

// depositsDrawing draws where the deposits went.
func depositsDrawing(s *result.History, m *result.Exchange) *drawing {
	still := 0
	for _, f := range s.Deposits {
		if f.Kind == result.StillLocked {
			still = f.Stakes
		}
	}
	d := flowDrawing{
		id: "deposits", title: "Where the deposits went", unit: "deposit",
		flows: s.Deposits, count: depositCount,
		words: func(f result.Flow, _ int) (class, words string) { return depositWords(f) },
	}
	return d.draw(m.Swept + m.Returned + still)
}

// depositWords returns the class of a flow's band, and where the deposits went.
func depositWords(f result.Flow) (class, words string) {
	switch f.Kind {
	case result.EventCoin:
		return "win", "anonymous coins"
	case result.EventKept:
		return "branch", "fees, and left in the pool"
	case result.EventReturn:
		return "refund", "returned to depositors"
	}
	return "locked", "still in escrow"
}

func depositCount(f result.Flow) string {
	switch f.Kind {
	case result.EventCoin:
		return plural(f.Stakes, "coin")
	case result.EventKept:
		return ""
	}
	return plural(f.Stakes, "deposit")
}
