package rehearsal

import (
	"bevote/lang"
	"bevote/verifier/election"
)

// Times are the heights of a play that its policy leaves open.
type Times struct {
	Announce uint32 // block of the announcement
	Coins    uint32 // block of the first coins of a roll without mixing, at least
	LastCoin uint32 // block of the last coins, at most: they are deep when the entries are written
	Count    uint32 // tip at which candidates count and claim
}

// firstSpend is the height of the first block that can spend a coinbase, that of
// block 1: coinbases mature after 100 blocks.
const firstSpend = 101

// schedule chooses the heights that a policy leaves open.
func schedule(p *lang.Policy) (Times, error) {
	d, roll := p.Depth(), p.Times.Roll
	batches := uint32((p.Voters + election.MaxPayouts - 1) / election.MaxPayouts)
	if least := firstSpend + d + batches; roll < least {
		return Times{}, Unplayable("roll by block %d, but the supervisor has no coin before block %d: block %d is the earliest",
			roll, firstSpend, least)
	}
	t := Times{LastCoin: roll - d}
	t.Coins = t.LastCoin - batches + 1
	// If there is time, the announcement is d deep when the coins are paid.
	t.Announce = max(firstSpend, below(t.Coins, d))
	// The last votes are d deep when they are counted, if there is time.
	t.Count = min(p.Times.VoteTo+d-1, p.Times.Claim-1)
	if p.Mixed() {
		t.Announce = firstSpend + 1 // or later, if funding takes more blocks (Play.fund)
	}
	return t, nil
}

// below returns height − blocks, at least 0.
func below(height, blocks uint32) uint32 { return height - min(height, blocks) }
