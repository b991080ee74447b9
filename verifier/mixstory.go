package verifier

import "fmt"

// The kinds of event and of flow that mixing has.
const (
	EventRequest EventKind = "request"
	EventDeposit EventKind = "deposit"
	EventIssue   EventKind = "issue"
	EventVoucher EventKind = "voucher"
	EventCoin    EventKind = "coin"
	EventSweep   EventKind = "sweep"
	EventReturn  EventKind = "return"
	EventKept    EventKind = "kept" // of a flow: fees, and what is left in the pool
)

// The phases of the exchange, which end with T1 … T5.
const (
	PhaseRequest = "request"
	PhaseDeposit = "deposit"
	PhaseIssue   = "issue"
	PhaseVoucher = "voucher"
	PhasePayout  = "payout"
)

// mixPhases are the registry's, in blocks. Each may begin with the announcement
// but the last, which begins when no deposits come any more.
func (a *audit) mixPhases(first uint32) (out []Phase) {
	if a.mix == nil || a.mix.Registry == nil || a.registryDeadlines(a.mix.Registry) != nil {
		return nil
	}
	for i, name := range []string{PhaseRequest, PhaseDeposit, PhaseIssue, PhaseVoucher, PhasePayout} {
		if i == T5 {
			first = a.mix.Deadlines[T2] + 1
		}
		out = append(out, Phase{name, first, a.mix.Deadlines[i]})
	}
	return out
}

// tellExchange adds what happened to deposits and vouchers.
func (a *audit) tellExchange(s *Story) {
	if len(a.mixPhases(0)) == 0 {
		return
	}
	written := func(seen uint32) uint32 { return seen + a.mix.depth() - 1 } // the author's tip
	for _, l := range a.mix.Requests {
		s.add(written(l.Line.Seen.Height), PhaseRequest, EventRequest, fmt.Sprintf("line %d", l.N), "a mixer is asked to %s", l.Body.For)
	}
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil {
			s.add(a.mix.Height(d), PhaseDeposit, EventDeposit, "outpoint "+d.Outpoint.String(), "a deposit with mixer %s", d.Mixer.Name)
		}
		if a.mix.Right(d) == nil {
			s.add(written(d.Answer.Seen), PhaseIssue, EventIssue, d.where(), "mixer %s issues for a deposit", d.Mixer.Name)
		}
		if a.mix.Spent(d) == returned {
			s.add(a.mix.spending(d).Height, PhaseRefund, EventReturn, "tx "+a.mix.spending(d).ID.String(), "a deposit goes back to its owner")
		}
	}
	for _, sweep := range a.mix.sweeps() {
		s.add(sweep.Height, PhaseVoucher, EventSweep, "tx "+sweep.ID.String(), "a sweep of %d deposits", len(sweep.Tx.TxIn))
	}
	for _, v := range a.mix.Vouchers {
		if a.mix.Valid(v) != nil {
			continue
		}
		s.add(written(v.Seen), PhaseVoucher, EventVoucher, v.where(), "a voucher for mixer %s", v.Mixer.Name)
		if c := a.mix.paid(v); c != nil {
			s.add(c.Height, PhasePayout, EventCoin, "outpoint "+c.Outpoint.String(), "a coin for the voucher of line %d", v.N)
		}
	}
}

// depositFlows adds up where the deposits went.
func (a *audit) depositFlows() (out []Flow) {
	if a.mix == nil {
		return nil
	}
	sums := make(map[string]*Flow)
	for _, path := range []string{swept, returned, ""} {
		sums[path] = &Flow{}
	}
	for _, d := range a.mix.Deposits {
		if f := sums[a.mix.Spent(d)]; f != nil && a.mix.Sats(d) > 0 {
			f.Stakes++
			f.Sats += a.mix.Sats(d)
		}
	}
	coins := Flow{Kind: EventCoin}
	for _, v := range a.mix.Vouchers {
		if c := a.mix.paid(v); c != nil && a.mix.Valid(v) == nil {
			coins.Stakes++
			coins.Sats += c.Sats
		}
	}
	coins.Sats = min(coins.Sats, sums[swept].Sats) // mixers lent the rest
	kept := Flow{Kind: EventKept, Stakes: 0, Sats: sums[swept].Sats - coins.Sats}
	back, open := *sums[returned], *sums[""]
	back.Kind, open.Kind = EventReturn, StillLocked
	for _, f := range []Flow{coins, kept, back, open} {
		if f.Sats > 0 {
			out = append(out, f)
		}
	}
	return out
}
