package report

import (
	"fmt"
	"time"

	"bevote/verifier/result"
)

// minute returns a header's time for people, "" for the zero time.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// span returns two times in words, as far as they are known.
func span(from, to time.Time) string {
	switch {
	case from.IsZero() || from.Equal(to):
		return minute(from)
	case to.IsZero():
		return "from " + minute(from)
	}
	return minute(from) + " to " + minute(to)
}

// dated returns words about heights with their time in brackets, if it is known.
func dated(words, when string) string {
	if when == "" {
		return words
	}
	return words + " (" + when + ")"
}

// blocksOf returns the heights of a phase in words.
func blocksOf(p result.Phase) string {
	switch {
	case p.To == 0:
		return fmt.Sprintf("from %d", p.From)
	case p.To == p.From:
		return fmt.Sprint(p.From)
	case p.To < p.From:
		return "no blocks"
	}
	return fmt.Sprintf("%d–%d", p.From, p.To)
}

// datesOf returns the times of the headers of a phase in words, "" before it begins.
func datesOf(p result.Phase) string {
	if p.To > 0 && p.To < p.From {
		return ""
	}
	return span(p.Begins, p.Ends)
}

// phaseRows returns each phase with its heights and dates.
func phaseRows(r *result.Report) (out []fact) {
	if r.History == nil {
		return nil
	}
	for _, p := range r.History.Phases {
		out = append(out, fact{Name: phaseTitles[p.Name], Text: blocksOf(p), Note: datesOf(p)})
	}
	return out
}
