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
	m := setup.ExchangeLog
	if m == nil || !setup.Phases.Closed(election.RollClosed) {
		return nil
	}
	ch.progress("checking the mixers' keys", 0, 0)
	cores.Each(len(m.Mixers), func(i int) { _, _ = m.SchemeOf(m.Mixers[i]) }) // V20 reads the answers
	done := ch.counter("checking the issues", len(m.Deposits))
	cores.Each(len(m.Deposits), func(i int) {
		_ = m.CheckIssue(m.Deposits[i])
		done()
	})
	vouchers := vouchersThatMatter(setup)
	done = ch.counter("verifying vouchers", len(vouchers))
	cores.Each(len(vouchers), func(i int) {
		_ = m.VerifyVoucher(vouchers[i])
		done()
	})
	return ch.e.Exchange(m, ch.replay)
}

// errUnread is what the auditor says of a voucher that it does not judge.
var errUnread = errors.New("not judged: too many were shown that nobody paid")

// vouchersThatMatter lists the vouchers to judge: all that somebody says was
// paid, and of the others four for each who registered, and a hundred. Roll keys
// are anybody's, and each voucher takes the better part of a second: whoever a
// mixer accepts could else keep auditors busy for as long as the board has room.
// Which of the others are judged follows from a hash that nobody knew when they
// were shown. What the supervisor pays late is among the first.
func vouchersThatMatter(setup *election.Setup) []*election.Voucher {
	m := setup.ExchangeLog
	var paid, unpaid []*election.Voucher
	for _, v := range m.Vouchers {
		if len(v.Payouts) > 0 || setup.OnRoll(v.By) {
			paid = append(paid, v)
		} else {
			unpaid = append(unpaid, v)
		}
	}
	if most := 4*len(m.Registered) + 100; len(unpaid) > most {
		order := make(map[*election.Voucher][32]byte, len(unpaid))
		for _, v := range unpaid {
			order[v] = sha256.Sum256(append(m.Head[:], v.By[:]...))
		}
		slices.SortFunc(unpaid, func(v, w *election.Voucher) int {
			x, y := order[v], order[w]
			return bytes.Compare(x[:], y[:])
		})
		for _, v := range unpaid[most:] {
			v.Dismiss(errUnread)
		}
		unpaid = unpaid[:most]
	}
	return append(paid, unpaid...)
}
