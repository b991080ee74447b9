package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/lang"
)

// fact is something that can be said of a policy in few words.
type fact struct{ what, is string }

// differences pairs two lists of facts and returns those that are not the same
// in both, in the order of the new one, those that are gone last.
func differences(before, after []fact) []Effect {
	effects := []Effect{}
	for _, f := range after {
		if was := find(before, f.what); was != f.is {
			effects = append(effects, Effect{f.what, was, f.is})
		}
	}
	for _, f := range before {
		gone := !slices.ContainsFunc(after, func(g fact) bool { return g.what == f.what })
		if gone && f.is != "" {
			effects = append(effects, Effect{f.what, f.is, ""})
		}
	}
	return effects
}

func find(facts []fact, what string) string {
	if at := slices.IndexFunc(facts, func(f fact) bool { return f.what == what }); at >= 0 {
		return facts[at].is
	}
	return ""
}

// trust lists the powers that a policy gives outside its script.
func trust(p *lang.Policy) []fact {
	all := []fact{
		{"rebuilds a joint key", rebuilds(p)},
		{"reads ballots", reads(p)},
		{"knows whose coin is whose", knows(p)},
		{"tells which mixer issued a voucher", opens(p)},
		{"pays coins and mixers from swept deposits", pays(p)},
	}
	bearer := func(key curve.PublicKey, who string) {
		all = append(all, fact{"the key " + shortKey("pub:"+key.String()) + " is", who})
	}
	bearer(p.Supervisor, "the supervisor's")
	for _, c := range p.Candidates {
		bearer(c.Key, "candidate "+c.Name+"'s")
	}
	for _, v := range p.Named {
		bearer(v.Key, "voter "+v.Name+"'s")
	}
	for _, m := range p.Mixing.Named {
		bearer(m.Key, "mixer "+m.Name+"'s")
	}
	return all
}

func rebuilds(p *lang.Policy) string {
	switch p.Joint {
	case lang.JointEach:
		return fmt.Sprintf("any %d of %d shares, of each candidate's own", p.K, p.Of)
	case lang.JointOne:
		return fmt.Sprintf("any %d of %d shares", p.K, p.Of)
	}
	return "nobody: there is none"
}

func reads(p *lang.Policy) string {
	switch {
	case !p.Dealt():
		return "the supervisor"
	case p.Salted:
		return "the candidate whom one names"
	}
	return fmt.Sprintf("whoever holds %d shares", p.K)
}

func knows(p *lang.Policy) string {
	switch {
	case len(p.Named) > 0:
		return "everybody"
	case !p.Mixed():
		return "the supervisor"
	}
	if p.Mixing.Scheme == lang.SchemeGroupBlind {
		return "the supervisor with a mixer, of the vouchers that it issued"
	}
	return "nobody"
}

func opens(p *lang.Policy) string {
	return map[string]string{lang.SchemeGroupBlind: "the supervisor, and that mixer", lang.SchemeBlindRSA: "everybody"}[p.Mixing.Scheme]
}

func pays(p *lang.Policy) string {
	if p.Mixed() {
		return "the supervisor"
	}
	return ""
}

// addresses says what becomes of the stakes' addresses. A ballot is bound to the
// policy id and the redeem script holds the ballot, so a new id moves them all.
func addresses(before, after *Built) string {
	const moved = "The addresses of all stakes change, and what was signed or published for one of the policies says nothing about the other"
	if before.Contract.Script != after.Contract.Script {
		return moved + ": the script is another one."
	}
	return moved + ": the script is the same, but ballots, which are in it, are bound to the policy id."
}

// facts lists the rest: what the policy says, when, and what it costs.
func facts(p *lang.Policy, e *Explanation) []fact {
	all := []fact{
		{"election", p.Election},
		{"network", p.Network},
		{"voters", fmt.Sprint(p.Voters)},
		{"threshold", fmt.Sprintf("%d of %d", p.K, p.Of)},
		{"stake", sat(p.Stake)},
		{"fee", fmt.Sprintf("%d sat/vB", p.Fee)},
		{"a voter's coin", sat(p.Coin())},
		{"confirmations", fmt.Sprint(p.Confirmations)},
		{"mixing", mixing(p.Mixing)},
		{"ballots", map[bool]string{false: "plain", true: "salted"}[p.Salted]},
		{"path selected by", "a " + p.Selector},
	}
	for _, c := range p.Candidates {
		all = append(all, fact{"claims of " + c.Name + " are paid to", c.Address}, fact{c.Name + " is shown as", c.Display})
	}
	for _, h := range heights(p.Times) {
		if h.is != "0" {
			all = append(all, h)
		}
	}
	for _, c := range e.Costs.Paths {
		all = append(all, fact{"one stake by " + c.Path, fmt.Sprintf("%d vB, %s", c.VSize, sat(c.Fee))})
	}
	for _, s := range e.Costs.Election {
		all = append(all, fact{s.What, fmt.Sprintf("%d vB in %d, %s", s.VSize, s.Transactions, sat(s.Fee))})
	}
	all = append(all, e.Mixing.facts()...)
	for _, l := range e.Limits {
		what, _, _ := strings.Cut(l.What, " (")
		all = append(all, fact{what, fmt.Sprintf("%d, %s", l.Have, l.bound())})
	}
	return all
}

// facts lists what mixing costs; none where nothing is mixed.
func (m *Mixing) facts() []fact {
	if m == nil {
		return nil
	}
	all := []fact{
		{"a voter's deposit", sat(m.Deposit)},
		{"exponentiations for each voter", fmt.Sprintf("%d, and %d an audit", m.Powers, m.Audit)},
		{"board for each voter's signature", fmt.Sprintf("%d bytes", m.Board)},
		{"voters signed for in a row", fmt.Sprint(m.Queue)},
	}
	for _, c := range m.Paths {
		all = append(all, fact{"one deposit by " + c.Path, fmt.Sprintf("%d vB, %s", c.VSize, sat(c.Fee))})
	}
	for _, s := range m.Fees {
		all = append(all, fact{s.What, fmt.Sprintf("%d vB in %d, %s", s.VSize, s.Transactions, sat(s.Fee))})
	}
	return all
}

func mixing(m lang.Mixing) string {
	switch m.Scheme {
	case lang.SchemeGroupBlind:
		return fmt.Sprintf("%s, %d bits, %d rounds, %d mixers", m.Scheme, m.Modulus, m.Rounds, m.Mixers)
	case lang.SchemeBlindRSA:
		return fmt.Sprintf("%s, %d bits, %d mixers", m.Scheme, m.Modulus, m.Mixers)
	}
	return m.Scheme
}

func heights(t lang.Times) []fact {
	named := func(what string, h uint32) fact { return fact{what, fmt.Sprint(h)} }
	return []fact{
		named("roll by block", t.Roll), named("commit by block", t.Commit), named("deal by block", t.Deal),
		named("setup by block", t.Setup), named("vote from block", t.VoteFrom), named("vote to block", t.VoteTo),
		named("claim by block", t.Claim), named("timeout block", t.Timeout), named("reveal from block", t.Reveal),
	}
}
