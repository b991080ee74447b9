package verifier

import (
	"bevote/internal/cores"
	"bevote/verifier/election"
)

// judgeExchange reads the exchange, and judges every session and every voucher that is
// taken, on all cores. It returns nil without mixing. The election keeps each answer, so
// the setup and the checks read it without computing again.
func judgeExchange(ch *chained) *election.Exchange {
	if !ch.e.Policy.Mixed() {
		return nil
	}
	x := ch.e.Exchange(ch.lines, ch.sequence(), ch.replay)
	issuers := x.Issuers()
	ch.progress("checking the mixers' keys", 0, 0)
	cores.Each(len(issuers), func(i int) { _, _ = x.SchemeOf(issuers[i]) })
	done := ch.counter("checking the issues", len(x.Deposits))
	cores.Each(len(x.Deposits), func(i int) {
		_ = x.CheckIssue(x.Deposits[i])
		done()
	})
	if !x.Phases.Closed(election.IssuesClosed) {
		return x
	}
	var taken []*election.Voucher
	for _, v := range x.Vouchers {
		if x.Takes(v) {
			taken = append(taken, v)
		}
	}
	done = ch.counter("verifying vouchers", len(taken))
	cores.Each(len(taken), func(i int) {
		_ = x.VerifyVoucher(taken[i])
		done()
	})
	return x
}
