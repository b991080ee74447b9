package verifier

import (
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// properties are the paper's seven (2.1), with what this audit checks of each
// and what no check can show. Linked is how many deposits V36 found joined to a
// coin.
func properties(p *lang.Policy, m *result.Exchange, linked int) []result.Property {
	mixing := func(with, without string) string {
		if m == nil {
			return without
		}
		return with
	}
	return []result.Property{
		anonymity(p, m, linked),
		{Name: "validity", Checked: "each slot of the roll has at most one counted vote, for one candidate (V27, V52–V54, V67, V71, V73)" +
			mixing(", and there are no more slots than deposits of registered keys that were issued for (V23, V26, V29–V33)", ""),
			Not: mixing("that behind each registered key is another person entitled to vote", "that a roll key belongs to a person entitled to vote")},
		{Name: "robustness", Checked: "the stakes add up, are locked as the policy says, and were claimed or refunded by its paths alone (V59, V81–V95, V104)" +
			mixing("; the deposits add up, and whoever took something on in the exchange did it (V34, V37, V105)", ""),
			Not: "that every voter who wanted to vote could"},
		{Name: "fairness", Checked: "no ballot was opened on the board before the vote closed (V80)", Not: "that nobody pooled shares or read ballots in private before"},
		{Name: "receipt-freeness", Checked: "nothing: a voter who shows the share proves the vote", Not: "bought and coerced votes"},
		{Name: "verifiability", Checked: "anyone with this record recomputes keys, " + mixing("issues, vouchers, ", "") +
			"votes, tally, claims and refunds from signed lines and whole blocks", Not: "what never reached the board or the chain"},
		{Name: "scalability", Checked: mixing("one deposit, one blind signature, ", "") + "one stake and one ballot for each voter; no script grows with their number",
			Not: "the fees of the day" + mixing(", and how long voters wait for a mixer, which issues to one after the other", "")},
	}
}

// undetectable lists what no chain can show; it is part of every report.
func undetectable() []string {
	return []string{
		"U01 voters, or malware on their machines, who pool k shares off the chain",
		"U02 a voter who also gives the share to a second candidate",
		"U03 losers who pool their ballots afterwards",
		"U04 a candidate who watches its own running count, and with plain ballots anyone with k shares who reads all of them before the vote closes",
		"U05 mixers who collude, with each other or with the supervisor, and link coins to voters",
		"U06 the slot of somebody who dropped out, voted by a mixer or the supervisor while the voter stays silent",
		"U07 votes that were bought or coerced: a voter can prove the vote",
		"U08 a voter's device that voted otherwise than it was told",
		"U09 a registry padded with invented persons",
		"U10 who really controls a payout script",
		"U11 a supervisor or keeper who leaves lines off the board or does not anchor them",
		"U12 votes or claims that were kept out of blocks",
		"U13 openings shown to somebody privately before they were due",
		"U14 network addresses by which anonymous voters gave themselves away",
	}
}

// manual lists what a person must check.
func manual(p *lang.Policy) []string {
	out := []string{
		"that the roll is not longer than the number of people entitled to vote",
		"that each candidate's name goes with its key and payout, by a channel other than this record",
		"that each voter finds the own slot, public share and vote in the record",
		"that the policy id is the one that voters were told before they voted",
	}
	if p.Mixed() {
		out = append(out, "that the registry's commitments hide as many different people, all entitled to vote: the supervisor's private file shows it",
			"that the registry lists everybody who registered, and that the mixers are independent of each other and of the supervisor")
	}
	if !p.Dealt() {
		out = append(out, "that the supervisor, who can read every ballot and take every stake, is trusted")
	}
	return out
}

// mixed sums registration and exchange up, or returns nil without mixing.
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

// crowds returns the smallest crowd among the coins of the roll by issuer, or
// under nil where vouchers do not name it.
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

// anonymity is the property in words. Linked is how many deposits V36 found
// joined to a coin.
func anonymity(p *lang.Policy, m *result.Exchange, linked int) result.Property {
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

func crowdWords(m *result.Exchange, linked int) string {
	paths := "no path of up to %d transactions is shown to lead from a deposit to a coin around the %d mixers"
	if linked > 0 {
		paths = fmt.Sprintf("deposits that a path of up to %%d transactions joins to a coin around the %%d mixers: %d", linked)
	}
	return fmt.Sprintf("by the vouchers each coin of the roll is one of %d or more, the deposits that had been issued for when its voucher was shown; "+
		paths+" (V29–V38)", m.Anonymity, election.MaxHops, len(m.Mixers))
}
