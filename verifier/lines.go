package verifier

import (
	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// countingLines returns the numbers of the board's lines that count, from 1
// (docs/protocol.md, "The board" and "Mixing"). The opening line counts. Any other
// line counts in a closed phase, if its author may write it; of several lines of one
// author on one subject the first counts. Openings need no later anchor.
func countingLines(f *facts) map[int]bool {
	p, out := f.e.Policy, make(map[int]bool)
	supervisor := func(key curve.PublicKey) bool { return key == p.Supervisor }
	opener := func(key curve.PublicKey) bool { _, entitled := f.author(key); return entitled }
	out[1] = supervisor(f.lines[0].By)
	addLines[board.Entry](f, out, f.setup.OnRoll)
	addLines[board.Roll](f, out, supervisor)
	addLines[board.Commit](f, out, f.setup.OnRoll)
	addLines[board.Deal](f, out, f.setup.OnRoll)
	addLines[board.Complaint](f, out, f.setup.OnRoll)
	for _, n := range f.setup.TranscriptLines {
		out[n] = true
	}
	for _, l := range f.setup.Acks {
		out[l.N] = true
	}
	for _, l := range f.setup.Late {
		out[l.N] = true
	}
	addLines[board.Opening](f, out, opener)
	if f.mix != nil {
		addExchangeLines(f, out, supervisor)
	}
	return out
}

// addExchangeLines adds the lines of registration and mixing that the exchange log
// does not ignore, by parties of the election.
func addExchangeLines(f *facts, out map[int]bool, supervisor func(curve.PublicKey) bool) {
	log := f.mix
	mixer := func(key curve.PublicKey) bool { return log.MixerOf(key) != nil }
	depositor := func(key curve.PublicKey) bool { return log.Registered[key] }
	addLines[board.Manager](f, out, supervisor)
	addLines[board.Mixer](f, out, mixer)
	addLines[board.Registry](f, out, supervisor)
	addLines[board.Deposit](f, out, depositor)
	addLines[board.Ready](f, out, depositor)
	addLines[board.Offer](f, out, mixer)
	addLines[board.Challenge](f, out, depositor)
	addLines[board.Issue](f, out, mixer)
	addLines[board.Voucher](f, out, func(key curve.PublicKey) bool { return f.mix.CheckPayable(f.mix.VoucherOf(key)) == nil })
	addLines[board.OpenedVouchers](f, out, supervisor)
	for _, l := range log.Ignored {
		delete(out, l.N)
	}
}

// addLines adds the lines of one type that count and whose author is entitled.
func addLines[T board.Body](f *facts, out map[int]bool, entitled func(curve.PublicKey) bool) {
	for _, l := range election.Counting[T](f.setup.Phases) {
		if entitled(l.Line.By) {
			out[l.N] = true
		}
	}
}
