package verifier

import (
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// mixingSummary sums registration and exchange up, or returns nil without mixing.
func mixingSummary(f *facts) *result.Exchange {
	if !f.e.Policy.Mixed() {
		return nil
	}
	out := &result.Exchange{Scheme: f.e.Policy.Mixing.Scheme, Deadlines: []uint32{}, Mixers: []result.MixerCount{}}
	if f.mix.Registry == nil || f.mix.Phases.Lines(election.RegisterClosed) < 0 {
		return out
	}
	t := f.e.Policy.Times
	out.Root, out.Registered = f.mix.Registry.Root.String(), len(f.mix.Registry.Voters)
	out.Deadlines = []uint32{t.Register, t.Deposit, t.Issue, t.Voucher, t.Payout}
	for _, d := range f.mix.Deposits {
		if f.mix.CheckDeposit(d) == nil {
			out.Deposits++
		}
		switch f.mix.SpendPath(d) {
		case election.Swept:
			out.Swept++
		case election.Returned:
			out.Returned++
		}
	}
	crowds := crowds(f)
	for _, x := range f.mix.Mixers {
		count := result.MixerCount{Name: x.Name, Key: x.Key.String(), Paid: f.mix.CoinsBy(x)}
		for _, i := range x.Issuers {
			count.Issued += f.mix.Due(i)
			if least, ok := crowds[i]; ok {
				count.Anonymity = &least
			}
		}
		out.Issued += count.Issued
		out.Mixers = append(out.Mixers, count)
	}
	countCoins(f, out)
	for _, least := range crowds {
		if out.Anonymity == 0 || least < out.Anonymity {
			out.Anonymity = least
		}
	}
	return out
}

// countCoins counts payable vouchers and what became of them.
func countCoins(f *facts, out *result.Exchange) {
	for _, v := range f.mix.Payable() {
		out.Vouchers++
		c := f.mix.CoinOf(v)
		if c == nil {
			continue
		}
		out.Paid++
		if c.By != v.Mixer.Key {
			out.Late++
		}
	}
}

// crowds returns the size of the smallest anonymity set among the coins of the roll,
// by issuer, or under nil where vouchers do not name it.
func crowds(f *facts) map[*election.Issuer]int {
	out := make(map[*election.Issuer]int)
	for _, r := range f.setup.Roll {
		v := f.mix.VoucherOf(r.Key)
		if v == nil {
			continue
		}
		n := f.mix.AnonymitySet(v)
		if least, ok := out[v.Issuer]; !ok || n < least {
			out[v.Issuer] = n
		}
	}
	return out
}
