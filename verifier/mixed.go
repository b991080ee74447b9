package verifier

import (
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// mixed sums registration and exchange up, or returns nil without mixing.
func (a *audit) mixed() *result.Mixed {
	if !a.e.Policy.Mixed() {
		return nil
	}
	out := &result.Mixed{Scheme: a.e.Policy.Mixing.Scheme, Deadlines: []uint32{}, Mixers: []result.MixerCount{}}
	if a.mix == nil || a.mix.Registry == nil {
		return out
	}
	out.Root, out.Registered = a.mix.Registry.Root.String(), len(a.mix.Registry.Voters)
	out.Deadlines = slices.Clone([]uint32(a.mix.Registry.Deadlines))
	if a.mix.Settled != nil {
		out.Residual = a.mix.Settled.Residual
	}
	for _, d := range a.mix.Deposits {
		if a.mix.Good(d) == nil {
			out.Deposits++
		}
		switch a.mix.Spent(d) {
		case election.Swept:
			out.Swept++
		case election.Returned:
			out.Returned++
		}
	}
	issued, crowds := a.issued(), a.crowds()
	for _, x := range a.mix.Mixers {
		out.Issued += issued[x]
		out.Mixers = append(out.Mixers, result.MixerCount{Name: x.Name, Key: x.Key.String(), Issued: issued[x]})
		if least, ok := crowds[x]; ok {
			out.Mixers[len(out.Mixers)-1].Anonymity = &least
		}
	}
	a.countCoins(out)
	for _, least := range crowds {
		if out.Anonymity == 0 || least < out.Anonymity {
			out.Anonymity = least
		}
	}
	return out
}

// countCoins counts valid vouchers and what became of them.
func (a *audit) countCoins(out *result.Mixed) {
	for _, v := range a.mix.Vouchers {
		if a.mix.Valid(v) != nil {
			continue
		}
		out.Vouchers++
		c := a.mix.PaymentOf(v)
		if c == nil {
			continue
		}
		out.Paid++
		if c.By != v.Mixer.Key || c.Height > a.mix.Deadlines[election.T5] {
			out.Late++
		}
		for i, x := range a.mix.Mixers {
			if c.By == x.Key {
				out.Mixers[i].Paid++
			}
		}
	}
}

// crowds returns the smallest crowd among the coins of the roll by issuer, or
// under nil where vouchers do not name it.
func (a *audit) crowds() map[*election.Mixer]int {
	out := make(map[*election.Mixer]int)
	for _, r := range a.setup.Roll {
		v := a.mix.VoucherOf(r.Key)
		if v == nil || a.mix.Valid(v) != nil {
			continue
		}
		x, n := a.mix.IssuerOf(v), a.mix.Crowd(v)
		if least, ok := out[x]; !ok || n < least {
			out[x] = n
		}
	}
	return out
}

// anonymity is the property in words. Linked is how many deposits V36 found
// joined to a coin.
func anonymity(p *lang.Policy, m *result.Mixed, linked int) result.Property {
	q := result.Property{Name: "anonymity"}
	switch {
	case m == nil && len(p.Named) > 0:
		q.Checked = "nothing: the policy names its voters"
	case m == nil:
		q.Checked = "nothing: with `mixing none` the supervisor paid every roll key and can know whose it is"
	case m.Anonymity == 0:
		q.Checked = "nothing yet: no coin is on the roll"
	default:
		q.Checked = crowdWords(m, linked)
	}
	q.Not = "who stands behind a roll key, to whoever watched it being registered or paid"
	if m != nil {
		q.Not = "what mixers and supervisor know if they put it together, and what the network shows of who wrote a line or sent a transaction; " +
			"who is alone in doing something at some time stands out; "
		if m.Scheme == lang.SchemeBlindRSA {
			q.Not += "vouchers name the mixer that issued them, so each mixer's depositors are a crowd of their own"
		} else {
			q.Not += "the supervisor can open each voucher to the mixer that issued it, and a mixer knows its own: to them its depositors are a crowd of their own"
		}
	}
	return q
}

func crowdWords(m *result.Mixed, linked int) string {
	paths := "no path of up to %d transactions is shown to lead from a deposit to a coin around the %d mixers"
	if linked > 0 {
		paths = fmt.Sprintf("deposits that a path of up to %%d transactions joins to a coin around the %%d mixers: %d", linked)
	}
	return fmt.Sprintf("by the vouchers each coin of the roll is one of %d or more, the deposits that had been issued for when its voucher was shown; "+
		paths+" (V29–V38)", m.Anonymity, election.MaxHops, len(m.Mixers))
}
