package verifier

import (
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
)

// tallyRules are family H, openings and tally: V69–V80.
func tallyRules() []rule {
	return []rule{
		row("V69", "TAL-SIGNED", "E", counting, openingsSigned),
		row("V70", "TAL-DLEQ", "A", counting, disavowalProofs),
		row("V71", "TAL-OPEN", "A", counting, openingsRecompute),
		row("V72", "TAL-NEGATIVE", "A", counting, disavowalsHold),
		row("V73", "TAL-PARTITION", "E", counting, partition),
		row("V74", "TAL-COUNT", "A", counting, totals),
		row("V75", "TAL-COMPLETE", "U", counting, complete),
		row("V76", "TAL-INTERPOLATE", "E", counting, interpolates),
		row("V77", "TAL-INVALID", "A", counting, invalidBallots),
		row("V78", "TAL-INTERVAL", "–", voting, intervals),
		row("V79", "TAL-AFTER-SETTLE", "A", counting, afterSettle),
		row("V80", "TAL-NOT-EARLY", "A", counting, notEarly),
	}
}

// V69: openings that count are signed by a candidate, or by the supervisor of a
// custodial election, and each author names a slot once. Others are listed.
func openingsSigned(f *facts, ck *check) {
	ck.expect(len(f.tally.lines))
	ck.examined = len(f.tally.lines)
	listRefused(f, ck, func(t board.Type) bool { return t == board.TypeOpening })
	for _, r := range f.tally.again {
		ck.note(fmt.Sprintf("line %d", r.line), "%d of its statements do not count: their author named these slots before", r.number)
	}
}

// V70: the proof of each disavowal shows D = x·R for its author's key x·G, this slot
// and this coin.
func disavowalProofs(f *facts, ck *check) {
	ck.expect(len(f.tally.disavowals))
	for _, d := range f.tally.disavowals {
		testDisclosure(f, ck, d, d.proof)
	}
}

// V71: each opening recomputes its ballot byte for byte.
func openingsRecompute(f *facts, ck *check) {
	ck.expect(len(f.tally.openings))
	for _, o := range f.tally.openings {
		testDisclosure(f, ck, o, o.err)
	}
}

// V72: under each D shown, the ballot is not the author's.
func disavowalsHold(f *facts, ck *check) {
	for _, d := range f.tally.disavowals {
		if d.proof != nil {
			continue // V70 names it
		}
		ck.expect(1)
		testDisclosure(f, ck, d, d.err)
	}
}

// testDisclosure fails with the fault of a disclosure, under its author's name. Where the
// evidence may lack the vote, that there is none is not decided.
func testDisclosure(f *facts, ck *check, st disclosure, err error) {
	why := f.voteUnshown(st.line, st.slot)
	switch {
	case err != nil && st.ballot == nil && why != "":
		ck.leave(st.where(), "%s: no vote of the slot is shown; %s", f.party(st.author), why)
	case err != nil:
		ck.fail(st.where(), "%s: %v", f.party(st.author), err)
	default:
		ck.pass()
	}
}

// voteUnshown returns why the evidence may lack a vote of a slot that the author of a line
// knew, or "".
func (f *facts) voteUnshown(line, slot int) string {
	if slot < 1 || slot > len(f.setup.Roll) {
		return ""
	}
	if coinHidden(f, f.setup.Roll[slot-1]) {
		return "what became of the slot's coin is not shown"
	}
	return f.beyond(line)
}

// beyond returns that a line has seen a later block than the evidence shows, or "".
func (f *facts) beyond(line int) string {
	if seen := f.lines[line-1].Seen.Height; seen > f.tip {
		return fmt.Sprintf("its author has seen block %d, the evidence ends at %d", seen, f.tip)
	}
	return ""
}

// V73: no ballot has two valid readings.
func partition(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots))
	for _, b := range f.tally.ballots {
		if b.second {
			ck.fail(b.vote.Where(), "two valid openings say different things")
			continue
		}
		ck.pass()
	}
}

// V74: each line's total is what its author's openings show.
func totals(f *facts, ck *check) {
	for _, l := range f.tally.lines {
		author := f.e.Opener(l.Line.By)
		ck.expect(1)
		got, where := f.tally.own[author], fmt.Sprintf("line %d", l.N)
		switch {
		case l.Body.Count == got:
			ck.pass()
		case votesHidden(f) || f.beyond(l.N) != "":
			ck.leave(where, "%s: counts %d ballots, the openings show %d of the votes that are shown", f.party(author), l.Body.Count, got)
		default:
			ck.fail(where, "%s: counts %d ballots, the openings show %d", f.party(author), l.Body.Count, got)
		}
	}
}

// V75: every counted ballot is resolved. The others are listed with the parties that
// could open them.
func complete(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots))
	for _, b := range f.tally.ballots {
		if resolved(f, b) {
			ck.pass()
			continue
		}
		ck.leave(b.vote.Where(), "not opened; %s could", whoCouldOpen(f, b))
	}
}

// resolved reports whether a ballot is a candidate's, proven invalid or, with a joint key
// for each candidate, not the winner's.
func resolved(f *facts, b *countedBallot) bool {
	notWinners := f.e.Policy.Joint == lang.JointEach && f.winner > 0 && !b.possible[f.winner-1]
	return b.settled() || notWinners
}

func whoCouldOpen(f *facts, b *countedBallot) string {
	if !f.e.Policy.Dealt() {
		return "the supervisor"
	}
	var names []string
	for j, possible := range b.possible {
		if possible {
			names = append(names, f.e.Policy.Candidates[j].Name)
		}
	}
	return strings.Join(names, ", ")
}

// V76: the opened shares of a joint key are of one polynomial of degree k−1,
// and k of them give the joint key's secret.
func interpolates(f *facts, ck *check) {
	if !f.e.Policy.Dealt() {
		ck.skip("custodial")
		return
	}
	k := f.e.Policy.K
	ck.expect(f.e.Policy.JointKeys())
	for i, joint := range f.setup.Dealing.Keys {
		where, opened := fmt.Sprintf("joint key %d", i+1), f.shares(i+1)
		switch {
		case !sharing.OnOnePolynomial(opened, k):
			ck.fail(where, "the %d opened shares are not of one polynomial of degree %d", len(opened), k-1)
		case len(opened) >= k && !curve.BaseMul(sharing.Interpolate(opened[:k], 0)).Equal(joint.Key):
			ck.fail(where, "the opened shares do not give its secret")
		default:
			ck.pass()
		}
	}
}

// V77: ballots that open for no candidate are listed with their slots.
func invalidBallots(f *facts, ck *check) {
	ck.expect(len(f.tally.ballots))
	for _, b := range f.tally.ballots {
		if b.invalid {
			ck.fail(b.vote.Where(), "the ballot is for no candidate")
			continue
		}
		ck.pass()
	}
}

// V78: the interval of every candidate's votes.
func intervals(f *facts, ck *check) {
	ck.expect(len(f.e.Policy.Candidates))
	for j, c := range f.e.Policy.Candidates {
		ck.note("candidate "+c.Name, "%d to %d votes", f.tally.min[j], f.tally.max[j])
		ck.pass()
	}
}

// V79: openings come when every counted stake is spent and d deep, or from
// `reveal from` on, whichever is first. V80 reports those before the vote closed.
func afterSettle(f *facts, ck *check) {
	due := f.e.Policy.Times.Reveal
	if len(f.unspent) == 0 {
		last := f.e.Policy.Times.VoteTo
		for _, sp := range f.spends {
			last = max(last, sp.at.Height)
		}
		due = min(due, last+f.e.Policy.Confirmations-1)
	}
	if f.chain.Proven && len(f.unspent) > 0 {
		// A proof may have been left out by the maker of the record.
		ck.expect(1)
		ck.leave("evidence", "%d stakes are not shown to be spent; merkle proofs cannot show that they were unspent",
			len(f.unspent))
		return
	}
	openedFrom(f, ck, f.e.Policy.Times.VoteTo, due, "due from block %d on")
}

// V80: there is no opening before the vote has closed.
func notEarly(f *facts, ck *check) {
	openedFrom(f, ck, 0, f.e.Policy.Times.VoteTo, "the vote closes with block %d")
}

// openedFrom fails the openings whose line names a block from floor to height − 1.
func openedFrom(f *facts, ck *check, floor, height uint32, rule string) {
	for _, l := range f.tally.lines {
		author := f.e.Opener(l.Line.By)
		ck.expect(1)
		seen, where := l.Line.Seen.Height, fmt.Sprintf("line %d", l.N)
		switch {
		case seen < floor || seen >= height:
			ck.pass()
		case f.beyond(l.N) != "":
			ck.leave(where, "%s: %s", f.party(author), f.beyond(l.N))
		default:
			ck.fail(where, "%s: has seen block %d, "+rule, f.party(author), seen, height)
		}
	}
}
