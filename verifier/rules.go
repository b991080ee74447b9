package verifier

import (
	"fmt"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// rule is one row of the tables in docs/audit.md: id, name, class of a failure,
// when it applies, and its predicate.
type rule struct {
	ID, Name, Class string
	when            precondition
	judge           func(*facts, *check)

	review  func(*facts, *result.Report, *check) // replaces judge in a rule about the report's other rows
	textual bool                                 // applies to a policy with errors too; when is not asked
}

// row returns a rule that compares the facts.
func row(id, name, class string, when precondition, judge func(*facts, *check)) rule {
	return rule{ID: id, Name: name, Class: class, when: when, judge: judge}
}

// precondition returns why a check does not apply to an election, or "".
type precondition func(*facts) string

// presenceOnly leaves a check of the form "there is no …" unresolved where the
// evidence is merkle proofs.
func presenceOnly(f *facts, ck *check, what string) {
	if f.chain.Proven {
		ck.expect(1)
		ck.leave("evidence", "merkle proofs show what is there, and not that there is no %s", what)
	}
}

// coinUnshown reports whether the evidence does not hold the creation of a slot's coin
// or who paid it, and does not show that there is none either.
func coinUnshown(f *facts, r election.Slot) bool {
	c := f.replay.Coin(r.Outpoint)
	switch {
	case c == nil || c.Created == nil:
		return f.chain.Proven || !f.showsBeginning()
	case f.chain.Proven:
		return !f.e.Policy.Mixed() && !c.Payment() // an earlier payment may not be shown
	}
	return false
}

// beginning says where the evidence begins.
func (ch *chained) beginning() string {
	if ch.chain.Proven {
		return "merkle proofs show what is there, and not what is not"
	}
	return fmt.Sprintf("the blocks begin at %d", ch.shown)
}

// run applies a rule and returns its row of the report with its severity:
// E, I, A, W, U, or "" where nothing is wrong. Only rules with a review read the
// report.
//
// Rules of class E and U are given the facts at the election's end. Of class A/E and E/W
// the row is about all facts, and it is fatal if the facts at the end fail too.
func (r rule) run(f *facts, report *result.Report) (result.Check, string) {
	if f.atEnd != nil && (r.Class == "E" || r.Class == "U") {
		f = f.atEnd
	}
	ck := r.apply(f, report)
	c := result.Check{ID: r.ID, Name: r.Name, Class: r.Class, Status: ck.status(), Expected: ck.expected,
		Examined: ck.examined, Failed: ck.failed, Reason: ck.skipped + ck.errored, Items: ck.items}
	if c.Items == nil {
		c.Items = []result.Item{}
	}
	severity := r.severity(c.Status, ck.fatal)
	if severity == "E" && r.Class != "E" && f.atEnd != nil {
		if then := r.apply(f.atEnd, report); r.severity(then.status(), then.fatal) != "E" {
			severity = map[string]string{"A/E": "A", "E/W": "W"}[r.Class]
		}
	}
	return c, severity
}

// apply judges the facts.
func (r rule) apply(f *facts, report *result.Report) *check {
	ck := new(check)
	switch reason := r.inapplicable(f); {
	case reason != "":
		ck.skip(reason)
	case r.review != nil:
		r.review(f, report, ck)
	default:
		r.judge(f, ck)
	}
	return ck
}

// inapplicable returns why the rule does not apply, or "".
func (r rule) inapplicable(f *facts) string {
	switch {
	case r.textual:
		return ""
	case f.policyErr != nil:
		return "the policy has errors"
	}
	return r.when(f)
}

// severity returns the weight of a status by the rule's class (docs/audit.md,
// "How to read a report").
func (r rule) severity(status result.Status, fatal bool) string {
	switch status {
	case result.Unresolved:
		if fatal {
			return "U"
		}
	case result.Fail:
		switch r.Class {
		case "E/W":
			return "E"
		case "A/E":
			if fatal {
				return "E"
			}
			return "A"
		case "A/W":
			if fatal {
				return "A"
			}
			return "W"
		}
		return r.Class
	}
	return ""
}

// The preconditions, in the order of the phases.

func always(*facts) string { return "" }

// mixed applies with mixing, once the registry's anchor has closed the registration.
func mixed(f *facts) string {
	if !f.e.Policy.Mixed() {
		return "mixing none"
	}
	return closed(f, election.RegisterClosed)
}

// closed applies where the anchor of a kind closes its phase.
func closed(f *facts, kind int) string {
	switch {
	case f.setup.Phases.Closed(kind):
		return ""
	case f.setup.Ended != "":
		return "ended"
	case f.tip <= f.last(kind):
		return "not yet"
	}
	return "the " + election.AnchorName(kind) + " anchor is not shown"
}

// exchanged applies where there is a registry. V22 reports its absence.
func exchanged(f *facts) string {
	if reason := mixed(f); reason != "" || f.mix.Registry != nil {
		return reason
	}
	return "there is no registry"
}

// after is [exchanged] once the anchor of a kind has closed its phase, where, with
// group-blind, the manager's modulus gives a group to verify by. V20 reports the absence
// of a group.
func after(kind int) precondition {
	return func(f *facts) string {
		switch reason := exchanged(f); {
		case reason != "":
			return reason
		case closed(f, kind) != "":
			return closed(f, kind)
		}
		if f.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind {
			if _, err := f.mix.Group(); err != nil {
				return "there is no group to verify by"
			}
		}
		return ""
	}
}

// settled is [after] the vouchers, when the coins and repayments of the exchange are due.
func settled(f *facts) string {
	if reason := after(election.VouchersClosed)(f); reason != "" {
		return reason
	}
	if f.tip < f.e.Policy.Times.Roll {
		return "not yet"
	}
	return ""
}

func announced(f *facts) string {
	if f.setup.Phases.Anchor(election.Announce) == nil && f.tip < f.e.Policy.First() {
		return "not yet"
	}
	return ""
}

func rolled(f *facts) string {
	switch {
	case f.setup.Phases.Closed(election.RollClosed):
		return ""
	case f.setup.Ended != "":
		return "ended"
	case f.tip <= f.last(election.RollClosed):
		return "not yet"
	}
	return "the roll is not anchored"
}

func dealt(f *facts) string {
	switch {
	case !f.e.Policy.Dealt():
		return "custodial"
	case rolled(f) != "":
		return rolled(f)
	case f.setup.Dealing != nil:
		return ""
	case f.setup.Ended != "":
		return "ended"
	case f.tip <= f.last(election.SetupClosed):
		return "not yet"
	}
	return "the dealing is not anchored"
}

func transcribed(f *facts) string {
	switch reason := dealt(f); {
	case reason != "":
		return reason
	case f.setup.Ended != "" && f.setup.TranscriptFault == nil:
		return "ended"
	}
	return ""
}

// last returns the last block in which the anchor of a kind counts, 0 where the election
// owes none.
func (f *facts) last(kind int) uint32 {
	for _, d := range f.e.Due() {
		if d.Kind == kind {
			return d.Last
		}
	}
	return 0
}

// written applies where there is a transcript. V42 reports its absence.
func written(f *facts) string {
	if reason := transcribed(f); reason != "" || f.setup.Transcript != nil {
		return reason
	}
	return "there is no transcript"
}

// shared is [written] where the transcript's public shares are points. V42 checks
// that they are.
func shared(f *facts) string {
	if reason := written(f); reason != "" || len(f.setup.Shares) == f.e.Policy.JointKeys() {
		return reason
	}
	return "the transcript's public shares cannot be read"
}

// custodialOr applies to custodial elections in every phase, and to others by g.
func custodialOr(g precondition) precondition {
	return func(f *facts) string {
		if !f.e.Policy.Dealt() {
			return ""
		}
		return g(f)
	}
}

func voting(f *facts) string {
	switch {
	case rolled(f) != "":
		return rolled(f)
	case f.setup.Ended != "":
		return "ended"
	case f.keys == nil && dealt(f) != "":
		return dealt(f)
	case f.tip < f.e.Policy.Times.VoteFrom:
		return "not yet"
	}
	return ""
}

func counting(f *facts) string {
	switch reason := voting(f); {
	case reason != "":
		return reason
	case len(f.tally.lines) == 0 && !f.over:
		return "not yet"
	}
	return ""
}
