package verifier

import (
	"slices"

	"bevote/verifier/election"
	"bevote/verifier/result"
)

// mixingSummary sums registration and exchange up, or returns nil without mixing.
func mixingSummary(f *facts) *result.Exchange {
	if !f.e.Policy.Mixed() {
		return nil
	}
	out := &result.Exchange{Scheme: f.e.Policy.Mixing.Scheme, Deadlines: []uint32{}, Mixers: []result.MixerCount{}}
	if f.mix == nil || f.mix.Registry == nil {
		return out
	}
	out.Root, out.Registered = f.mix.Registry.Root.String(), len(f.mix.Registry.Voters)
	out.Deadlines = slices.Clone([]uint32(f.mix.Registry.Deadlines))
	if f.mix.Settled != nil {
		out.Residual = f.mix.Settled.Residual
	}
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
	issued, crowds := issuedBy(f), crowds(f)
	for _, x := range f.mix.Mixers {
		out.Issued += issued[x]
		out.Mixers = append(out.Mixers, result.MixerCount{Name: x.Name, Key: x.Key.String(), Issued: issued[x]})
		if least, ok := crowds[x]; ok {
			out.Mixers[len(out.Mixers)-1].Anonymity = &least
		}
	}
	countCoins(f, out)
	for _, least := range crowds {
		if out.Anonymity == 0 || least < out.Anonymity {
			out.Anonymity = least
		}
	}
	return out
}

// countCoins counts valid vouchers and what became of them.
func countCoins(f *facts, out *result.Exchange) {
	for _, v := range f.mix.Vouchers {
		if f.mix.VerifyVoucher(v) != nil {
			continue
		}
		out.Vouchers++
		c := f.mix.CoinOf(v)
		if c == nil {
			continue
		}
		out.Paid++
		if c.By != v.Mixer.Key || c.Height > f.mix.Deadlines[election.T5] {
			out.Late++
		}
		for i, x := range f.mix.Mixers {
			if c.By == x.Key {
				out.Mixers[i].Paid++
			}
		}
	}
}

// crowds returns the size of the smallest anonymity set among the coins of the roll,
// by issuer, or under nil where vouchers do not name it.
func crowds(f *facts) map[*election.Mixer]int {
	out := make(map[*election.Mixer]int)
	for _, r := range f.setup.Roll {
		v := f.mix.VoucherOf(r.Key)
		if v == nil || f.mix.VerifyVoucher(v) != nil {
			continue
		}
		x, n := f.mix.IssuerOf(v), f.mix.AnonymitySet(v)
		if least, ok := out[x]; !ok || n < least {
			out[x] = n
		}
	}
	return out
}
