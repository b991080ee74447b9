package verifier

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"bevote/verifier/election"
)

// sumRules are family L, sums: V104–V108.
func sumRules() []rule {
	return []rule{
		row("V104", "CONS-LOCKED", "E/W", voting, conserved),
		row("V105", "CONS-MIX", "A", after(election.IssuesClosed), mixConserved),
		row("V106", "CONS-COUNT", "E", voting, countsAddUp),
		row("V107", "NO-ALIEN", "W", voting, aliens),
		row("V108", "TURNOUT", "W", voting, turnout),
	}
}

// V104: stakes locked = claimed + refunded + spent by branches + unspent, in satoshis
// of the outputs themselves.
func conserved(f *facts, ck *check) {
	ck.expect(1)
	locked := f.e.Policy.Stake * int64(len(f.tally.ballots))
	sums := make(map[string]int64)
	for _, sp := range f.spends {
		sums[sp.class] += f.replay.Stake(sp.vote.Stake).Out.Value
	}
	for _, v := range f.unspent {
		sums["open"] += f.replay.Stake(v.Stake).Out.Value
	}
	total := int64(0)
	for _, sum := range sums {
		total += sum
	}
	if total != locked {
		ck.fail("stakes", "%d sat locked, %d accounted for", locked, total)
		return
	}
	ck.pass()
	ck.note("stakes", "%d sat locked: %d claimed, %d refunded, %d open", locked, sums["win"], sums["refund"], sums["open"])
	for _, class := range slices.Sorted(maps.Keys(sums)) {
		if strings.HasPrefix(class, "branch.") {
			ck.note("stakes", "%d sat taken by %s", sums[class], class)
		}
	}
}

// V106: counted votes = ballots of all candidates + ballots without a choice.
func countsAddUp(f *facts, ck *check) {
	ck.expect(1)
	sum, rest := 0, 0
	for _, n := range f.tally.min {
		sum += n
	}
	for _, b := range f.tally.ballots {
		if b.choice == 0 {
			rest++
		}
	}
	counted := 0
	for _, v := range f.votes {
		if v.Counted() {
			counted++
		}
	}
	if sum+rest != counted {
		ck.fail("votes", "%d counted, %d in the tally", counted, sum+rest)
		return
	}
	ck.pass()
}

// V107 lists ballots in transactions that spend no coin of the roll, and payments to
// scripts of stakes.
func aliens(f *facts, ck *check) {
	presenceOnly(f, ck, "other ballot")
	n := f.replay.Lookalikes.Len()
	ck.expect(n)
	ck.examined, ck.failed = ck.examined+n, ck.failed+n
	f.replay.Lookalikes.Show(ck.note)
}

// V108: there are no more votes than slots. Slots without a vote are listed.
func turnout(f *facts, ck *check) {
	ck.expect(1)
	voted := make(map[int]bool)
	for _, v := range f.votes {
		voted[v.Index] = true
	}
	if len(f.tally.ballots) > len(f.setup.Roll) {
		ck.fail("votes", "%d votes of %d slots", len(f.tally.ballots), len(f.setup.Roll))
		return
	}
	ck.pass()
	for i := range f.setup.Roll {
		if !voted[i+1] {
			ck.note(fmt.Sprintf("slot %d", i+1), "did not vote")
		}
	}
}

// V105: deposits = swept + returned + unspent, in satoshis, each by a path of the
// contract.
func mixConserved(f *facts, ck *check) {
	in, now := int64(0), make(map[string]int64)
	for _, d := range f.mix.Deposits {
		ck.expect(1)
		sats, path := f.mix.Sats(d), f.mix.SpendPath(d)
		in += sats
		if err := spentFault(f, d, path); err != nil {
			ck.fail(d.Where(), "mixer %s and the supervisor, or the depositor: %v", d.Mixer.Name, err)
		} else {
			ck.pass()
		}
		now[path] += sats
	}
	ck.expect(1)
	if sum := now[""] + now[election.Swept] + now[election.Returned]; sum != in {
		ck.fail("deposits", "%d sat deposited, %d accounted for", in, sum)
	} else {
		ck.pass()
	}
	ck.note("deposits", "%d sat deposited: %d swept, %d returned, %d still there",
		in, now[election.Swept], now[election.Returned], now[""])
	if settled(f) != "" {
		return
	}
	repaid, late := int64(0), 0
	for _, x := range f.mix.Mixers {
		repaid += f.mix.Repayment(x)
	}
	for _, v := range f.mix.Payable() {
		if c := f.mix.CoinOf(v); c != nil && c.By == f.e.Policy.Supervisor {
			late++
		}
	}
	ck.note("pool", "%d sat swept: %d owed to mixers, %d late coins", now[election.Swept], repaid, late)
}
