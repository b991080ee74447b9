package verifier

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"bevote/internal/cores"
	"bevote/verifier/election"
)

// judgeExchange judges every session and every voucher, on all cores. It returns
// nil without mixing, and before the roll is closed.
func judgeExchange(ch *chained, setup *election.Setup) *election.Exchange {
	log := setup.ExchangeLog
	if log == nil || !setup.Phases.Closed(election.RollClosed) {
		return nil
	}
	// The log keeps each answer, so the checks read it without computing again.
	ch.progress("checking the mixers' keys", 0, 0)
	cores.Each(len(log.Mixers), func(i int) { _, _ = log.SchemeOf(log.Mixers[i]) })
	done := ch.counter("checking the issues", len(log.Deposits))
	cores.Each(len(log.Deposits), func(i int) {
		_ = log.CheckIssue(log.Deposits[i])
		done()
	})
	vouchers := vouchersToJudge(setup)
	done = ch.counter("verifying vouchers", len(vouchers))
	cores.Each(len(vouchers), func(i int) {
		_ = log.VerifyVoucher(vouchers[i])
		done()
	})
	return ch.e.Exchange(log, ch.replay)
}

// errNotJudged is the answer for a voucher that vouchersToJudge leaves out.
var errNotJudged = errors.New("not judged: too many were shown that nobody paid")

// vouchersToJudge returns the vouchers to verify: all with a payout line or a key
// on the roll, and of the others at most 4·(registered voters) + 100. Verifying
// one by group-blind takes the better part of a second, and the board bounds
// vouchers by its length only. The others are chosen in the order of
// SHA-256(head ‖ key), where head is the roll's: it was not known when they were
// shown.
func vouchersToJudge(setup *election.Setup) []*election.Voucher {
	log := setup.ExchangeLog
	var paid, unpaid []*election.Voucher
	for _, v := range log.Vouchers {
		if len(v.Payouts) > 0 || setup.OnRoll(v.By) {
			paid = append(paid, v)
		} else {
			unpaid = append(unpaid, v)
		}
	}
	if most := 4*len(log.Registered) + 100; len(unpaid) > most {
		order := make(map[*election.Voucher][32]byte, len(unpaid))
		for _, v := range unpaid {
			order[v] = sha256.Sum256(append(log.Head[:], v.By[:]...))
		}
		slices.SortFunc(unpaid, func(v, w *election.Voucher) int {
			x, y := order[v], order[w]
			return bytes.Compare(x[:], y[:])
		})
		for _, v := range unpaid[most:] {
			v.Dismiss(errNotJudged)
		}
		unpaid = unpaid[:most]
	}
	return append(paid, unpaid...)
}
