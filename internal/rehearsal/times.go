package rehearsal

import "bevote/lang"

// Times are the heights of a play that its policy leaves open. Where the policy
// gives the last block of a phase, that block has its anchor.
type Times struct {
	Announce   uint32 // block of the announcement's anchor
	Coins      uint32 // block of the coins of a roll without mixing, at least
	Complaints uint32 // block of the complaints' anchor
	Count      uint32 // tip at which candidates count and claim
}

// firstSpend is the height of the first block that can spend a coinbase, that of
// block 1: coinbases mature after 100 blocks.
const firstSpend = 101

// schedule chooses the heights that a policy leaves open.
func schedule(p *lang.Policy) (Times, error) {
	d, roll := p.Depth(), p.Times.Roll
	if roll < firstSpend+2 {
		return Times{}, Unplayable("roll by block %d, but the supervisor has no coin before block %d: block %d is the earliest",
			roll, firstSpend, firstSpend+2)
	}
	// If there is time, the coins are d deep when the roll is written, and the
	// announcement is when the coins are paid.
	t := Times{Coins: max(firstSpend+1, below(roll, d))}
	t.Announce = max(firstSpend, min(below(t.Coins, d), t.Coins-1))
	t.Complaints = p.Times.Deal + (p.Times.Setup-p.Times.Deal)/2
	// The last votes are d deep when they are counted, if there is time.
	t.Count = min(p.Times.VoteTo+d-1, p.Times.Claim-1)
	if p.Mixed() {
		t.Announce = firstSpend + 1 // or later, if funding takes more blocks (Play.fund)
	}
	return t, nil
}

// below returns height − blocks, at least 0.
func below(height, blocks uint32) uint32 { return height - min(height, blocks) }
