package verifier

import (
	"fmt"

	"bevote/verifier/election"
	"bevote/verifier/result"
)

// mixPhases are the registry's, in blocks. Each may begin with the announcement
// but the last, which begins when no deposits come any more.
func (a *audit) mixPhases(first uint32) (out []result.Phase) {
	if a.mix == nil || a.mix.Registry == nil || a.registryDeadlines(a.mix.Registry) != nil {
		return nil
	}
	for i, name := range []string{result.PhaseRequest, result.PhaseDeposit, result.PhaseIssue, result.PhaseVoucher, result.PhasePayout} {
		if i == election.T5 {
			first = a.mix.Deadlines[election.T2] + 1
		}
		out = append(out, result.Phase{Name: name, From: first, To: a.mix.Deadlines[i]})
	}
	return out
}

// tellExchange adds what happened to deposits and vouchers.
func (a *audit) tellExchange(s *result.History) {
	if len(a.mixPhases(0)) == 0 {
		return
	}
	written := func(seen uint32) uint32 { return seen + a.mix.Depth() - 1 } // the author's tip
	for _, l := range a.mix.Requests {
		addEvent(s, written(l.Line.Seen.Height), result.PhaseRequest, result.EventRequest, fmt.Sprintf("line %d", l.N), "a mixer is asked to %s", l.Body.For)
	}
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil {
			addEvent(s, a.mix.Height(d), result.PhaseDeposit, result.EventDeposit, "outpoint "+d.Outpoint.String(), "a deposit with mixer %s", d.Mixer.Name)
		}
		if a.mix.Right(d) == nil {
			addEvent(s, written(d.Answer.Seen), result.PhaseIssue, result.EventIssue, d.Where(), "mixer %s issues for a deposit", d.Mixer.Name)
		}
		if a.mix.Spent(d) == election.Returned {
			addEvent(s, a.mix.SpendOf(d).Height, result.PhaseRefund, result.EventReturn, "tx "+a.mix.SpendOf(d).ID.String(), "a deposit goes back to its owner")
		}
	}
	for _, sweep := range a.mix.SweepTxs() {
		addEvent(s, sweep.Height, result.PhaseVoucher, result.EventSweep, "tx "+sweep.ID.String(), "a sweep of %d deposits", len(sweep.Tx.TxIn))
	}
	for _, v := range a.mix.Vouchers {
		if a.mix.Valid(v) != nil {
			continue
		}
		addEvent(s, written(v.Seen), result.PhaseVoucher, result.EventVoucher, v.Where(), "a voucher for mixer %s", v.Mixer.Name)
		if c := a.mix.PaymentOf(v); c != nil {
			addEvent(s, c.Height, result.PhasePayout, result.EventCoin, "outpoint "+c.Outpoint.String(), "a coin for the voucher of line %d", v.N)
		}
	}
}

// depositFlows adds up where the deposits went.
func (a *audit) depositFlows() (out []result.Flow) {
	if a.mix == nil {
		return nil
	}
	sums := make(map[string]*result.Flow)
	for _, path := range []string{election.Swept, election.Returned, ""} {
		sums[path] = &result.Flow{}
	}
	for _, d := range a.mix.Deposits {
		if f := sums[a.mix.Spent(d)]; f != nil && a.mix.Sats(d) > 0 {
			f.Stakes++
			f.Sats += a.mix.Sats(d)
		}
	}
	coins := result.Flow{Kind: result.EventCoin}
	for _, v := range a.mix.Vouchers {
		if c := a.mix.PaymentOf(v); c != nil && a.mix.Valid(v) == nil {
			coins.Stakes++
			coins.Sats += c.Sats
		}
	}
	coins.Sats = min(coins.Sats, sums[election.Swept].Sats) // mixers lent the rest
	kept := result.Flow{Kind: result.EventKept, Stakes: 0, Sats: sums[election.Swept].Sats - coins.Sats}
	back, open := *sums[election.Returned], *sums[""]
	back.Kind, open.Kind = result.EventReturn, result.StillLocked
	for _, f := range []result.Flow{coins, kept, back, open} {
		if f.Sats > 0 {
			out = append(out, f)
		}
	}
	return out
}
