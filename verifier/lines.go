package verifier

import (
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// maxRefused bounds the lines that a check lists because they are against the table.
const maxRefused = 100

// listRefused lists the lines of some types that are against the table of lines.
func listRefused(f *facts, ck *check, of func(board.Type) bool) {
	more := 0
	for i := range f.lines {
		l := &f.lines[i]
		why := f.refusal(i)
		if why == "" || !of(l.Type) || f.tookWrongly(i) {
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

// tookWrongly reports whether a line has a false signature, or names a block that is not of
// the chain: V02 lists it.
func (p *prepared) tookWrongly(i int) bool {
	r := p.setup.Phases.Refused(i)
	return r != nil && (r.Code == election.RefusedSignature || r.Code == election.RefusedSeen)
}

// refusal returns why a line is against the table, or "".
func (p *prepared) refusal(i int) string {
	if r := p.screened[i]; r != nil {
		return r.Reason
	}
	if r := p.setup.Phases.Refused(i); r != nil {
		return r.Reason
	}
	return p.unproven(i)
}

// unproven returns why a line does not count that any key may write with a proof, or "":
// an entry of a key without a coin, or with mixing without a payable voucher, and a voucher
// beyond those that can be right.
func (p *prepared) unproven(i int) string {
	l := &p.lines[i]
	switch {
	case i == 0:
	case l.Type == board.TypeEntry && !p.setup.OnRoll(l.By) && !p.replay.MayEnter(p.mix, l.By):
		if p.mix != nil {
			return "an entry by a key without a payable voucher"
		}
		return "an entry by a key without a coin of the supervisor's payments"
	case l.Type == board.TypeVoucher && p.mix.Phases.Closed(election.VouchersClosed):
		if v := p.mix.VoucherOf(l.By); v == nil || v.N != i+1 || !p.mix.Takes(v) {
			return "a voucher beyond those that the issuers can have signed"
		}
	}
	return ""
}
