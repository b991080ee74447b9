package workbench

import (
	"fmt"

	"bevote/lang"
)

// aloud is what a designer must have heard before an election: what the script
// does not hold, and who may see what. A claim of everything takes that many
// transactions.
func aloud(p *lang.Policy, sweeps int) []string {
	return []string{threshold(p), nothingExpires(p, sweeps), whoReads(p), whoseCoins(p)}
}

// threshold says where k is, since it is nowhere in the script.
func threshold(p *lang.Policy) string {
	if !p.Dealt() {
		return fmt.Sprintf("The threshold, %d of %d, is not in the script, and nothing is dealt that would hold it: "+
			"the supervisor counts, and the auditor counts again from the openings.", p.K, p.Of)
	}
	key := "the joint key was"
	if p.Joint == lang.JointEach {
		key = "each candidate's joint key was"
	}
	return fmt.Sprintf("The threshold, %d of %d, is not in the script. It lives in how %s dealt among the voters: "+
		"any %d shares give the secret, whoever holds them and however they came by them. "+
		"The audit checks the dealing and the count; the chain checks neither.", p.K, p.Of, key, p.K)
}

// nothingExpires says what heights do not do, and names the last one to act:
// the claim is mined a block later at the soonest, should count, and a sweep of
// one transaction a block should be buried before refunds can begin.
func nothingExpires(p *lang.Policy, sweeps int) string {
	t := p.Times
	last := lastSend(p, sweeps)
	return fmt.Sprintf("Nothing expires. `vote to` (block %d) and `claim by` (block %d) are rules of counting: later votes and "+
		"claims are taken by the chain all the same, and so is a claim before the vote has closed; none of them counts. From block %d on claims and refunds race for every "+
		"stake that is left, for ever. The last height at which a claim should be sent is %d: it is mined in block %d at the "+
		"soonest, still counts there, and with one transaction a block the sweep is buried %d deep before the race begins.",
		t.VoteTo, t.Claim, t.Timeout+1, last, last+1, p.Confirmations)
}

// lastSend is the height of the chain up to which a claim should be sent.
func lastSend(p *lang.Policy, sweeps int) uint32 {
	safe := int64(p.Times.Timeout) - int64(p.Confirmations) - int64(sweeps) + 1
	return uint32(max(min(int64(p.Times.Claim)-1, safe), 0))
}

// whoReads says who can read a ballot that others sealed, and when.
func whoReads(p *lang.Policy) string {
	switch {
	case !p.Dealt():
		return "Ballots are sealed to the supervisor, who can read every one from the moment it is published. " +
			"The supervisor's openings show everybody how each ballot was cast."
	case p.Salted:
		return "Ballots are salted: each can be read by the candidate whom it names, from the moment it is published, and by " +
			"nobody else until that candidate opens it. Shares do not open the others."
	case p.Joint == lang.JointEach:
		return fmt.Sprintf("Ballots are plain. Whoever holds %d shares of a candidate's joint key can tell of every ballot whether "+
			"it is that candidate's, even before the vote closes; after the openings everybody can tell for the winner.", p.K)
	}
	return fmt.Sprintf("Ballots are plain. Whoever holds %d shares can read every ballot, even before the vote closes: %d voters "+
		"together, or a candidate with %d ballots. After the openings everybody can.", p.K, p.K, p.K)
}

// whoseCoins says who knows which voter's a coin is.
func whoseCoins(p *lang.Policy) string {
	switch {
	case len(p.Named) > 0:
		return "The voters are named: everybody who reads this policy knows whose each ballot is."
	case !p.Mixed():
		return "Nothing is mixed. The supervisor pays each voter's coin and knows whose it is; so the supervisor, and whoever " +
			"reads the supervisor's files, can put a name to every ballot that is opened."
	}
	return fmt.Sprintf("Coins are mixed by %d mixers (%s), and a ballot is as anonymous as its coin: what that hides and from whom "+
		"is said under Mixing. No script and no audit shows that nobody told.", p.Mixing.Mixers, p.Mixing.Scheme)
}
