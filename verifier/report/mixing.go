package report

import (
	"fmt"

	"bevote/verifier/result"
)

// crowd says how anonymous the coins of the roll are.
func crowd(m *result.Exchange) string {
	if m.Anonymity == 0 {
		return "no coin on the roll yet"
	}
	return fmt.Sprintf("each coin is one of %s or more", grouped(int64(m.Anonymity)))
}

// course sums the exchange up in one line.
func course(m *result.Exchange) string {
	words := fmt.Sprintf("%d of %d registered deposited, %d issued for; %d swept, %d returned; %d valid vouchers, %d paid",
		m.Deposits, m.Registered, m.Issued, m.Swept, m.Returned, m.Vouchers, m.Paid)
	if m.Late > 0 {
		words += fmt.Sprintf(", %d of them late", m.Late)
	}
	return words
}

// mixingRows are what a text says of the exchange.
func mixingRows(m *result.Exchange) []fact {
	rows := []fact{{Name: "anonymity", Text: fmt.Sprintf("%s (%s, %s)", crowd(m), clean(m.Scheme), plural(len(m.Mixers), "mixer"))}}
	if m.Root == "" {
		return rows
	}
	return append(rows, fact{Name: "exchange", Text: course(m)}, fact{Name: "registry", Text: clean(m.Root), Code: true})
}

// mixView is what the page shows of the exchange.
type mixView struct {
	Crowd  string
	Facts  []fact
	Money  *drawing // nil without a Story
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
		v.Facts = append(v.Facts, fact{Name: "exchange", Text: course(m)}, fact{Name: "left", Text: grouped(m.Residual) + " sat in the pool, as declared"},
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
		v.Money, v.Thick = depositMoney(s, m), len(s.Deposits) > 1
	}
	return v
}

// depositMoney draws where the deposits went.
func depositMoney(s *result.History, m *result.Exchange) *drawing {
	still := 0
	for _, f := range s.Deposits {
		if f.Kind == result.StillLocked {
			still = f.Stakes
		}
	}
	return stream{id: "deposits", title: "Where the deposits went", unit: "deposit", flows: s.Deposits, words: depositWords, counted: depositCount}.
		draw(m.Swept + m.Returned + still)
}

// depositWords say where deposits went, and the class of the band.
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
