package roles

import (
	"fmt"

	"bevote/lang"
	"bevote/verifier/election"
)

// leastBlocks are the blocks that each step of the exchange has at least, besides those until
// transactions are deep.
var leastBlocks = [5]uint32{
	election.T1: 2,                           // to request and be accepted, of several mixers in turn
	election.T2: 2,                           // to deposit
	election.T3: election.SessionTimeout + 1, // to issue: the last offer may wait so long for its challenge
	election.T4: 2,                           // to sweep, and to show vouchers
	election.T5: 2,                           // to pay
}

// spareBlocks are the weights by which the other blocks are shared out. Issuing is one session after
// the other and takes longest.
var spareBlocks = [5]uint32{2, 2, 4, 1, 1}

// Deadlines chooses T1 … T5, heights of last blocks, for a registry that is published at the tip
// from. The error says how many blocks the exchange needs:
//
//	from ─ requests ─ T1 ─ deposits ─ T2 ─ issues ─ T3 ─ vouchers ─ T4 ─ coins ─ T5 ─ late coins ─ roll by
//
// After T5 the supervisor waits one block for the last payouts and pays the coins that are missing,
// which are as deep as the policy asks when the roll is written.
func Deadlines(p *lang.Policy, from uint32) ([5]uint32, error) {
	var t [5]uint32
	deep, need, shares := p.Depth(), uint32(0), uint32(0)
	least := leastBlocks
	least[election.T3] += deep - 1 // until the last deposit is deep
	for i := range t {
		need, shares = need+least[i], shares+spareBlocks[i]
	}
	have, end := uint64(0), uint64(need)+uint64(deep)+2
	if p.Times.Roll > from {
		have = uint64(p.Times.Roll - from)
	}
	if have < end {
		return t, fmt.Errorf("%d blocks from the registry to `roll by`, want at least %d", have, end)
	}
	spare := have - end
	at, share := from, uint64(0)
	for i := range t {
		before := spare * share / uint64(shares)
		share += uint64(spareBlocks[i])
		at += least[i] + uint32(spare*share/uint64(shares)-before)
		t[i] = at
	}
	return t, nil
}
