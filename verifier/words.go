package verifier

import (
	"bevote/lang"
	"bevote/verifier/result"
)

// properties are the paper's seven (2.1), with what this audit checks of each
// and what no check can show. Linked is how many deposits V36 found joined to a
// coin.
func properties(p *lang.Policy, m *result.Mixed, linked int) []result.Property {
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
