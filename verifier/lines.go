package verifier

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// judged reports whether a line's signature and its block are looked at: of the lines
// that keep to the table all, but for entries that are not on the roll and show no coin.
// What the others say decides nothing.
func (p *prepared) judged(i int) bool {
	return i == 0 || p.setup.Phases.Refused(i) == nil && (p.lines[i].Type != board.TypeEntry || p.entitled(i))
}

// entitled reports whether an entry is on the roll or its key was paid a coin.
func (p *prepared) entitled(i int) bool {
	if slot := p.setup.SlotOf(p.lines[i].By); slot > 0 && p.setup.Roll[slot-1].N == i+1 || p.e.Policy.Mixed() {
		return true
	}
	_, paid := p.replay.Paid(p.lines[i].By)
	return paid
}

// maxRefused bounds the lines that a check lists because they are against the table.
const maxRefused = 100

// listRefused lists the lines of some types that are against the table of lines.
func listRefused(f *facts, ck *check, of func(board.Type) bool) {
	more := 0
	for i := range f.lines {
		l := &f.lines[i]
		why := f.refusal(i)
		if why == "" || !of(l.Type) {
			continue
		}
		if ck.refused++; ck.refused > maxRefused {
			more++
			continue
		}
		ck.note(fmt.Sprintf("line %d", i+1), "does not count: %s", why)
	}
	if more > 0 {
		ck.note("list", "%d more lines that do not count", more)
	}
}

// refusal returns why a line is against the table, or "".
func (p *prepared) refusal(i int) string {
	if r := p.screened[i]; r != nil {
		return r.Reason
	}
	if r := p.setup.Phases.Refused(i); r != nil {
		return r.Reason
	}
	if !p.judged(i) {
		return "an entry by a key without a coin of the supervisor's payments"
	}
	return ""
}

// countingLines returns the numbers of the board's lines that count, from 1
// (docs/protocol.md, "The table of lines" and "Mixing"). The opening line counts. Any
// other line counts in a closed phase, if it keeps to the table; of several lines of one
// author on one subject the first counts. Openings need no later anchor.
func countingLines(f *facts) map[int]bool {
	out := make(map[int]bool)
	out[1] = f.lines[0].By == f.e.Policy.Supervisor
	for _, l := range f.setup.Roll {
		out[l.N] = true
	}
	addLines[board.Roll](f, out)
	addLines[board.Commit](f, out)
	addLines[board.Deal](f, out)
	addLines[board.Complaint](f, out)
	addLines[board.Transcript](f, out)
	addLines[board.Ack](f, out)
	addLines[board.Opening](f, out)
	if f.setup.ExchangeLog != nil {
		addExchangeLines(f, out)
	}
	return out
}

// addExchangeLines adds the lines of registration and mixing that the exchange log
// does not ignore, by parties of the election.
func addExchangeLines(f *facts, out map[int]bool) {
	log := f.setup.ExchangeLog
	supervisor := func(key curve.PublicKey) bool { return key == f.e.Policy.Supervisor }
	mixer := func(key curve.PublicKey) bool { return log.MixerOf(key) != nil }
	depositor := func(key curve.PublicKey) bool { return log.Registered[key] }
	addLinesBy[board.Manager](f, out, supervisor)
	addLinesBy[board.Registry](f, out, supervisor)
	addLinesBy[board.Settlement](f, out, supervisor)
	addLinesBy[board.Mixer](f, out, mixer)
	addLinesBy[board.Accept](f, out, mixer)
	addLinesBy[board.Offer](f, out, mixer)
	addLinesBy[board.Issue](f, out, mixer)
	addLinesBy[board.Sweep](f, out, mixer)
	addLinesBy[board.Deposit](f, out, depositor)
	addLinesBy[board.Challenge](f, out, depositor)
	addLinesBy[board.Voucher](f, out, f.setup.OnRoll)
	addLinesBy[board.Request](f, out, func(key curve.PublicKey) bool { return depositor(key) || f.setup.OnRoll(key) })
	addLinesBy[board.Payout](f, out, func(key curve.PublicKey) bool { return mixer(key) || supervisor(key) })
	for _, l := range log.Ignored {
		delete(out, l.N)
	}
}

// addLinesBy adds the lines of one type that count and whose author is entitled.
func addLinesBy[T board.Body](f *facts, out map[int]bool, entitled func(curve.PublicKey) bool) {
	for _, l := range election.Counting[T](f.setup.Phases) {
		if entitled(l.Line.By) {
			out[l.N] = true
		}
	}
}

// addLines adds the lines of one type that count.
func addLines[T board.Body](f *facts, out map[int]bool) {
	for _, l := range election.Counting[T](f.setup.Phases) {
		out[l.N] = true
	}
}
