package rehearsal

import (
	"bevote/lang"
)

// Times are the heights of the blocks in which things happen. The policy gives
// last blocks; a rehearsal uses them, except where something has to settle.
type Times struct {
	Announce, Coins uint32
	Complaints      uint32
	Count           uint32 // the tip at which candidates count and claim
}

// firstSpend is the height of the first block that can spend a coinbase of
// regtest: that of block 1.
const firstSpend = 101

// schedule chooses the heights that a policy leaves open.
func schedule(p *lang.Policy) (Times, error) {
	d, roll := max(1, p.Confirmations), p.Times.Roll
	if roll < firstSpend+2 {
		return Times{}, Unplayable("roll by block %d, but the supervisor has no coin before block %d: block %d is the earliest",
			roll, firstSpend, firstSpend+2)
	}
	// The coins are as deep as the policy asks when the roll is written, and
	// the announcement when the coins are paid, if there is time for both.
	t := Times{Coins: max(firstSpend+1, back(roll, d))}
	t.Announce = max(firstSpend, min(back(t.Coins, d), t.Coins-1))
	t.Complaints = p.Times.Deal + (p.Times.Setup-p.Times.Deal)/2
	// Votes are deep when they are counted, if the claim still comes in time.
	t.Count = min(p.Times.VoteTo+d-1, p.Times.Claim-1)
	if p.Mixed() {
		t.Announce = firstSpend + 1 // unless what is given away takes longer (endow)
	}
	return t, nil
}

func back(height, blocks uint32) uint32 { return height - min(height, blocks) }
