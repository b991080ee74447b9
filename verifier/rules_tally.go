package verifier

import (
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
)

// family H: tally proofs
var tallyRules = []rule{
	{"V69", "TAL-SIGNED", "E", counting, (*audit).openingsSigned},
	{"V70", "TAL-DLEQ", "A", counting, (*audit).disavowalProofs},
	{"V71", "TAL-OPEN", "A", counting, (*audit).openingsRecompute},
	{"V72", "TAL-NEGATIVE", "A", counting, (*audit).disavowalsHold},
	{"V73", "TAL-PARTITION", "E", counting, (*audit).partition},
	{"V74", "TAL-COUNT", "A", counting, (*audit).totals},
	{"V75", "TAL-COMPLETE", "U", counting, (*audit).complete},
	{"V76", "TAL-INTERPOLATE", "E", counting, (*audit).interpolates},
	{"V77", "TAL-INVALID", "A", counting, (*audit).invalidBallots},
	{"V78", "TAL-INTERVAL", "–", voting, (*audit).intervals},
	{"V79", "TAL-AFTER-SETTLE", "A", counting, (*audit).afterSettle},
	{"V80", "TAL-NOT-EARLY", "A", counting, (*audit).notEarly},
}

// V69: what is read of ballots was signed by a candidate, or by the supervisor
// of a custodial election. What others sign does not count.
func (a *audit) openingsSigned(s *sheet) {
	s.expect(len(a.tally.lines))
	for _, l := range a.tally.lines {
		if _, entitled := a.author(l.Line.By); !entitled {
			s.note(fmt.Sprintf("line %d", l.N), "does not count: an opening by %s, who is no candidate", l.Line.By)
		}
		s.pass()
	}
}

// V70: each disavowal shows D = x·R for its author's key, this slot and coin.
func (a *audit) disavowalProofs(s *sheet) {
	s.expect(len(a.tally.disavowals))
	for _, d := range a.tally.disavowals {
		a.hold(s, d, d.proof)
	}
}

// V71: each opening recomputes its ballot byte for byte.
func (a *audit) openingsRecompute(s *sheet) {
	s.expect(len(a.tally.openings))
	for _, o := range a.tally.openings {
		a.hold(s, o, o.err)
	}
}

// V72: under each D shown, the ballot is not the author's.
func (a *audit) disavowalsHold(s *sheet) {
	for _, d := range a.tally.disavowals {
		if d.proof != nil {
			continue // V70 names it
		}
		s.expect(1)
		a.hold(s, d, d.err)
	}
}

// hold tests what a line says of a ballot, and names its author where that fails.
func (a *audit) hold(s *sheet, st statement, err error) {
	if err != nil {
		err = fmt.Errorf("%s: %w", a.party(st.author), err)
	}
	s.test(st.where(), err)
}

// V73: no ballot has two valid readings.
func (a *audit) partition(s *sheet) {
	s.expect(len(a.tally.readings))
	for _, r := range a.tally.readings {
		if r.second {
			s.fail(r.vote.Where(), "two valid openings say different things")
			continue
		}
		s.pass()
	}
}

// V74: each line's total is what its author's openings show.
func (a *audit) totals(s *sheet) {
	for _, l := range a.tally.lines {
		author, entitled := a.author(l.Line.By)
		if !entitled {
			continue // does not count
		}
		s.expect(1)
		if got := a.tally.own[author]; l.Body.Count != got {
			s.fail(fmt.Sprintf("line %d", l.N), "%s: counts %d ballots, the openings show %d", a.party(author), l.Body.Count, got)
			continue
		}
		s.pass()
	}
}

// V75: every counted ballot is opened, derived, proven invalid, or, with a joint
// key each, settled as not the winner's; the others are named with those who
// could open them.
func (a *audit) complete(s *sheet) {
	s.expect(len(a.tally.readings))
	for _, r := range a.tally.readings {
		if a.classified(r) {
			s.pass()
			continue
		}
		s.leave(r.vote.Where(), "not opened; %s could", a.whoCouldOpen(r))
	}
}

// classified tells whether a ballot needs nobody any more.
func (a *audit) classified(r *reading) bool {
	notWinners := a.e.Policy.Joint == lang.JointEach && a.winner > 0 && !r.possible[a.winner-1]
	return r.settled() || notWinners
}

func (a *audit) whoCouldOpen(r *reading) string {
	if !a.e.Policy.Dealt() {
		return "the supervisor"
	}
	var names []string
	for j, possible := range r.possible {
		if possible {
			names = append(names, a.e.Policy.Candidates[j].Name)
		}
	}
	return strings.Join(names, ", ")
}

// V76: the opened shares of a joint key are of one polynomial of degree k−1,
// and k of them give the joint key's secret.
func (a *audit) interpolates(s *sheet) {
	if !a.e.Policy.Dealt() {
		s.skip("custodial")
		return
	}
	k := a.e.Policy.K
	s.expect(a.e.Policy.JointKeys())
	for i, joint := range a.setup.Dealing.Keys {
		where, opened := fmt.Sprintf("joint key %d", i+1), a.shares(i+1)
		switch {
		case !sharing.OnOnePolynomial(opened, k):
			s.fail(where, "the %d opened shares are not of one polynomial of degree %d", len(opened), k-1)
		case len(opened) >= k && !curve.BaseMul(sharing.Interpolate(opened[:k], 0)).Equal(joint.Key):
			s.fail(where, "the opened shares do not give its secret")
		default:
			s.pass()
		}
	}
}

// V77: ballots for nobody, with their voters' slots.
func (a *audit) invalidBallots(s *sheet) {
	s.expect(len(a.tally.readings))
	for _, r := range a.tally.readings {
		if r.invalid {
			s.fail(r.vote.Where(), "the ballot is for no candidate")
			continue
		}
		s.pass()
	}
}

// V78: the interval of every candidate's votes.
func (a *audit) intervals(s *sheet) {
	s.expect(len(a.e.Policy.Candidates))
	for j, c := range a.e.Policy.Candidates {
		s.note("candidate "+c.Name, "%d to %d votes", a.tally.min[j], a.tally.max[j])
		s.pass()
	}
}

// V79: openings come when every counted stake is spent and d deep, or from
// `reveal from` on, whichever is first. Those during the vote are V80's.
func (a *audit) afterSettle(s *sheet) {
	due := a.e.Policy.Times.Reveal
	if len(a.unspent) == 0 {
		last := a.e.Policy.Times.VoteTo
		for _, sp := range a.spends {
			last = max(last, sp.at.Height)
		}
		due = min(due, last+a.e.Policy.Confirmations-1)
	}
	if a.chain.Proven && len(a.unspent) > 0 {
		// Who leaves a proof out must not make others guilty.
		s.expect(1)
		s.leave("evidence", "%d stakes are not shown to be spent; merkle proofs cannot show that they were unspent", len(a.unspent))
		return
	}
	a.openedFrom(s, a.e.Policy.Times.VoteTo, due, "due from block %d on")
}

// V80: no opening before the vote has closed.
func (a *audit) notEarly(s *sheet) {
	a.openedFrom(s, 0, a.e.Policy.Times.VoteTo, "the vote closes with block %d")
}

// openedFrom fails the openings before a height. Those before floor are
// another check's.
func (a *audit) openedFrom(s *sheet, floor, height uint32, rule string) {
	for _, l := range a.tally.lines {
		author, entitled := a.author(l.Line.By)
		if !entitled {
			continue // does not count
		}
		s.expect(1)
		if seen := l.Line.Seen.Height; seen >= floor && seen < height {
			s.fail(fmt.Sprintf("line %d", l.N), "%s: has seen block %d, "+rule, a.party(author), seen, height)
			continue
		}
		s.pass()
	}
}
