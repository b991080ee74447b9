package verifier

import (
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// judged reports whether a line's signature and its block are looked at: of the lines
// that keep to the table all, but for those that are taken only with a proof. These are
// entries of keys without a coin, or with mixing without a payable voucher, and vouchers
// beyond those that can be right. What they say decides nothing.
func (p *prepared) judged(i int) bool {
	l := &p.lines[i]
	switch {
	case i == 0:
		return true
	case p.setup.Phases.Refused(i) != nil:
		return false
	case l.Type == board.TypeEntry:
		return p.setup.OnRoll(l.By) || p.replay.MayEnter(p.mix, l.By)
	case l.Type == board.TypeVoucher && p.mix.Phases.Closed(election.VouchersClosed):
		v := p.mix.VoucherOf(l.By)
		return v != nil && v.N == i+1 && p.mix.Takes(v)
	}
	return true
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
	switch {
	case p.judged(i):
		return ""
	case p.lines[i].Type == board.TypeVoucher:
		return "a voucher beyond those that the issuers can have signed"
	case p.mix != nil:
		return "an entry by a key without a payable voucher"
	}
	return "an entry by a key without a coin of the supervisor's payments"
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
	for _, n := range f.setup.TranscriptLines {
		out[n] = true
	}
	for _, l := range f.setup.Acks {
		out[l.N] = true
	}
	for _, l := range f.setup.Late {
		out[l.N] = true
	}
	addLines[board.Opening](f, out)
	if f.mix != nil {
		addExchangeLines(f, out)
	}
	return out
}

// addExchangeLines adds the lines of registration and mixing that the exchange log
// does not ignore, by parties of the election.
func addExchangeLines(f *facts, out map[int]bool) {
	log := f.mix
	addLines[board.Manager](f, out)
	for _, x := range log.Mixers {
		out[x.N] = true
	}
	addLines[board.Registry](f, out)
	addLines[board.Deposit](f, out)
	addLines[board.Ready](f, out)
	addLines[board.Offer](f, out)
	addLines[board.Challenge](f, out)
	addLines[board.Issue](f, out)
	for _, v := range log.Payable() {
		out[v.N] = true
	}
	addLines[board.OpenedVouchers](f, out)
	for _, l := range log.Ignored {
		delete(out, l.N)
	}
}

// addLines adds the lines of one type that count.
func addLines[T board.Body](f *facts, out map[int]bool) {
	for _, l := range election.Counting[T](f.setup.Phases) {
		out[l.N] = true
	}
}
