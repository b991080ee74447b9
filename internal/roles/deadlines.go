package roles

import (
	"fmt"

	"bevote/lang"
	"bevote/verifier/election"
)

// The blocks that each step of the exchange has at the least, beside those that
// transactions take to be deep.
var leastBlocks = [5]uint32{
	election.T1: 2,                           // to ask and be accepted, of several mixers in turn
	election.T2: 2,                           // to deposit
	election.T3: election.SessionTimeout + 1, // to issue: the last offer may wait so long for its challenge
	election.T4: 2,                           // to sweep, and to show vouchers
	election.T5: 2,                           // to pay
}

// spareBlocks divides the blocks that are left among the steps: issuing, one
// session after the other, takes longest.
var spareBlocks = [5]uint32{2, 2, 4, 1, 1}

// Deadlines chooses T1 … T5 for a registry that is published when the tip is at
// height from, as last blocks. Between T5 and `roll by` the supervisor waits a
// block for the last mixers to tell where they paid, and pays what they have not,
// so that coins are as deep as the policy asks when the roll is written. The error says how many blocks the exchange needs.
func Deadlines(p *lang.Policy, from uint32) ([5]uint32, error) {
	var t [5]uint32
	deep, need, shares := max(1, p.Confirmations), uint32(0), uint32(0)
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
