package verifier

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/cores"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
)

// refundRules are family J, refunds: V92–V97.
func refundRules() []rule {
	return []rule{
		row("V92", "REF-PATH", "E/W", voting, refundPath),
		row("V93", "REF-HEIGHT", "E/W", voting, refundHeight),
		row("V94", "REF-KEY", "E/W", voting, refundKey),
		row("V95", "REF-STATE", "E/W", voting, refundState),
		row("V96", "REF-RACE", "W", voting, refundRace),
		row("V97", "REF-NOWINNER", "E", voting, noWinner),
	}
}

func refunds(f *facts) (out []*spend) {
	for _, sp := range f.spends {
		if sp.class == "refund" {
			out = append(out, sp)
		}
	}
	return out
}

// V92: a refund has a locktime of block T or later, and a sequence that keeps it in
// force (BIP 65).
func refundPath(f *facts, ck *check) {
	ck.expect(len(refunds(f)))
	for _, sp := range refunds(f) {
		tx, timeout := sp.at.Tx, f.e.Policy.Times.Timeout
		switch {
		case tx.LockTime < timeout || tx.LockTime >= txscript.LockTimeThreshold:
			ck.fail(sp.where(), "locktime %d, want %d or later", tx.LockTime, timeout)
		case tx.TxIn[sp.at.Input].Sequence == 0xffffffff:
			ck.fail(sp.where(), "a final sequence switches the locktime off")
		default:
			ck.pass()
		}
	}
}

// V93: no refund before block T+1.
func refundHeight(f *facts, ck *check) {
	ck.expect(len(refunds(f)))
	for _, sp := range refunds(f) {
		if timeout := f.e.Policy.Times.Timeout; sp.at.Height <= timeout {
			ck.fail(sp.where(), "in block %d, refunds begin with %d", sp.at.Height, timeout+1)
			continue
		}
		ck.pass()
	}
}

// V94: a refund is signed by the roll key of its slot.
func refundKey(f *facts, ck *check) {
	refunds := refunds(f)
	ck.expect(len(refunds))
	faults := make([]error, len(refunds))
	cores.Each(len(refunds), func(i int) { faults[i] = verifyRefund(f, refunds[i]) })
	for i, sp := range refunds {
		ck.test(sp.where(), faults[i])
	}
}

func verifyRefund(f *facts, sp *spend) error {
	key := f.setup.Roll[sp.vote.Index-1].Key
	if sp.key != nil && !bytes.Equal(sp.key, key[:]) {
		return fmt.Errorf("by key %x, want the roll key of slot %d", sp.key, sp.vote.Index)
	}
	return sp.signedBy(sp.sig, key)
}

// V95: every counted stake is unspent or spent by a path of the contract. Spends by
// branches are listed; no rule restricts them.
func refundState(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots))
	ck.examined = len(f.unspent)
	for _, sp := range f.spends {
		switch sp.class {
		case "alien":
			ck.fail(sp.where(), "spends the stake of slot %d by no path of the contract", sp.vote.Index)
			continue
		case "win", "refund":
		default:
			ck.note(sp.where(), "the stake of slot %d is taken by %s in block %d", sp.vote.Index, sp.class, sp.at.Height)
		}
		ck.pass()
	}
}

// V97: where no candidate can have k ballots, there is no claim by `claim by`.
func noWinner(f *facts, ck *check) {
	for _, most := range f.tally.max {
		if most >= f.e.Policy.K {
			return // 0/0: this candidate can have k
		}
	}
	for _, c := range f.claims {
		if f.late(c) {
			continue // V87 reports it
		}
		ck.expect(1)
		if votesHidden(f) {
			ck.leave(c.where(), "claimed for %s; votes may be hidden", f.candidate(c.claimant))
			continue
		}
		ck.fail(c.where(), "claimed for %s although no candidate can have %d ballots", f.candidate(c.claimant), f.e.Policy.K)
	}
}

// V96: no stake has both a refund and another spend. A mempool holds one spend of an
// output, so the two are in two mempools, in one mempool at two audits, or in a
// mempool and a block.
func refundRace(f *facts, ck *check) {
	confirmed := make(map[*election.Vote]*spend)
	for _, sp := range f.spends {
		confirmed[sp.vote] = sp
	}
	for _, b := range f.tally.ballots {
		spends := f.pending[b.vote.Stake]
		if len(spends) == 0 {
			continue
		}
		ck.expect(1)
		where := fmt.Sprintf("slot %d, stake %s", b.vote.Index, b.vote.Stake)
		sp := confirmed[b.vote]
		if sp != nil && !slices.ContainsFunc(spends, func(p pendingSpend) bool { return p.tx.TxHash() == sp.at.ID }) {
			seen := fmt.Sprintf("in block %d", sp.at.Height)
			spends = append(slices.Clip(spends), pendingSpend{sp.at.Tx, sp.at.Input, sp.class, seen})
		}
		refund := slices.IndexFunc(spends, func(p pendingSpend) bool { return p.class == "refund" })
		other := slices.IndexFunc(spends, func(p pendingSpend) bool { return p.class != "refund" })
		if refund >= 0 && other >= 0 {
			ck.fail(where, "%s; %s", spends[other], spends[refund])
			continue
		}
		ck.pass()
		if sp == nil {
			ck.note(where, "%s", spends[0])
		}
	}
	if ck.expected > 0 {
		return
	}
	if f.noPool != nil {
		ck.skip(f.noPool.Error())
		return
	}
	ck.skip("no pool shows a spend of a stake")
}
