package verifier

import (
	"fmt"
	"math"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/evidence"
	"bevote/verifier/result"
)

// rule is one row of the table of checks (docs/audit.md): its id for ever, its
// name, the class of its failure, when it applies, and its predicate.
type rule struct {
	ID, Name, Class string
	when            gate
	check           func(*audit, *sheet)
}

// gate tells why a check does not apply to an election, or "".
type gate func(*audit) string

// sheet is where a check writes what it expected, examined and found.
type sheet struct {
	expected, examined, failed, unresolved int
	items                                  []result.Item
	skipped, errored                       string
	fatal                                  bool // a class A/E failure that decides the election; a U of a counted vote or claim
}

// expect says how many things there are to examine, counted apart from the
// loop that examines them.
func (s *sheet) expect(n int) { s.expected += n }

// pass examines one thing and finds nothing.
func (s *sheet) pass() { s.examined++ }

// fail examines one thing and finds a fault.
func (s *sheet) fail(where, format string, args ...any) {
	s.examined++
	s.failed++
	s.note(where, format, args...)
}

// test passes if err is nil and fails with it otherwise.
func (s *sheet) test(where string, err error) {
	if err == nil {
		s.pass()
		return
	}
	s.fail(where, "%v", err)
}

// leave examines one thing that the evidence does not settle.
func (s *sheet) leave(where, format string, args ...any) {
	s.examined++
	s.unresolved++
	s.note(where, format, args...)
}

// maxListed is how many items a check lists: two for every voter that a roll can
// have. Somebody who wants to fill the auditor's memory can make more.
const maxListed = 2 * math.MaxUint16

// note lists something without counting it against anybody.
func (s *sheet) note(where, format string, args ...any) {
	switch {
	case len(s.items) < maxListed:
		s.items = append(s.items, result.Item{Where: where, Message: fmt.Sprintf(format, args...)})
	case len(s.items) == maxListed:
		s.items = append(s.items, result.Item{Where: "list", Message: "more of the same kind"})
	}
}

// take takes over what was found in the evidence.
func (s *sheet) take(f evidence.Findings) {
	s.expected, s.examined, s.failed = f.Expected, f.Examined, f.Failed
	for _, n := range f.Notes {
		s.items = append(s.items, result.Item(n))
	}
}

// presenceOnly notes under a check that says "there is no …" that proofs
// cannot show it.
func (a *audit) presenceOnly(s *sheet, what string) {
	if a.chain.Proven {
		s.expect(1)
		s.leave("evidence", "merkle proofs show what is there, and not that there is no %s", what)
	}
}

// skip says why the check does not apply after all.
func (s *sheet) skip(reason string) { s.skipped = reason }

// status sums the sheet up. A check that examined nothing where something was
// expected has failed.
func (s *sheet) status() result.Status {
	switch {
	case s.skipped != "":
		return result.Skipped
	case s.errored != "":
		return result.Errored
	case s.failed > 0 || s.expected > 0 && s.examined == 0:
		return result.Fail
	case s.unresolved > 0:
		return result.Unresolved
	}
	return result.Pass
}

// run applies a rule and returns its row of the report with its severity:
// E, I, A, W, U, or "" where nothing is wrong.
func (r rule) run(a *audit) (result.Check, string) {
	s := new(sheet)
	if reason := r.when(a); reason != "" {
		s.skip(reason)
	} else {
		r.check(a, s)
	}
	c := result.Check{ID: r.ID, Name: r.Name, Class: r.Class, Status: s.status(), Expected: s.expected,
		Examined: s.examined, Failed: s.failed, Reason: s.skipped + s.errored, Items: s.items}
	if c.Items == nil {
		c.Items = []result.Item{}
	}
	return c, r.severity(c.Status, s.fatal)
}

// severity is what a result means for the election.
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
		}
		return r.Class
	}
	return ""
}

// The gates, in the order of the phases.

func always(*audit) string { return "" }

func later(reason string) gate { return func(*audit) string { return reason } }

func mixed(a *audit) string {
	if !a.e.Policy.Mixed() {
		return "mixing none"
	}
	return rolled(a)
}

// exchanged lets a check apply where there is an exchange to look at. V22 names
// the absence of a registry.
func exchanged(a *audit) string {
	if reason := mixed(a); reason != "" || a.setup.Mixing.Registry != nil {
		return reason
	}
	return "there is no registry"
}

// schemed is exchanged with a group to verify by, which V20 asks for.
func schemed(a *audit) string {
	reason := exchanged(a)
	if reason != "" || a.e.Policy.Mixing.Scheme != lang.SchemeGroupBlind {
		return reason
	}
	if _, err := a.setup.Mixing.Group(); err != nil {
		return "there is no group to verify by"
	}
	return ""
}

func announced(a *audit) string {
	if a.setup.Phases.Anchors[election.Announce] == nil && a.tip < a.e.Policy.Times.Roll {
		return "not yet"
	}
	return ""
}

func rolled(a *audit) string {
	switch {
	case a.setup.Phases.Closed[election.RollClosed] >= 0:
		return ""
	case a.tip <= a.e.Policy.Times.Roll:
		return "not yet"
	}
	return "the roll is not anchored"
}

func dealt(a *audit) string {
	switch {
	case !a.e.Policy.Dealt():
		return "custodial"
	case rolled(a) != "":
		return rolled(a)
	case a.setup.Dealing != nil:
		return ""
	case a.setup.Ended != "":
		return "ended"
	case a.tip <= a.e.Policy.Times.Setup:
		return "not yet"
	}
	return "the dealing is not anchored"
}

func transcribed(a *audit) string {
	switch reason := dealt(a); {
	case reason != "":
		return reason
	case a.setup.Ended != "":
		return "ended"
	case a.setup.Phases.Closed[election.TranscriptClosed] >= 0:
		return ""
	case a.tip <= a.e.Policy.Times.Setup:
		return "not yet"
	}
	return "the transcript is not anchored"
}

// written lets a check apply where there is a transcript to look at. V42 names
// its absence.
func written(a *audit) string {
	if reason := transcribed(a); reason != "" || a.setup.Transcript != nil {
		return reason
	}
	return "there is no transcript"
}

// shared is written with public shares that can be read, which V42 asks for too.
func shared(a *audit) string {
	if reason := written(a); reason != "" || len(a.setup.Shares) == a.e.Policy.JointKeys() {
		return reason
	}
	return "the transcript's public shares cannot be read"
}

// custodialOr lets a check apply to custodial elections at once.
func custodialOr(g gate) gate {
	return func(a *audit) string {
		if !a.e.Policy.Dealt() {
			return ""
		}
		return g(a)
	}
}

func voting(a *audit) string {
	switch {
	case rolled(a) != "":
		return rolled(a)
	case a.setup.Ended != "":
		return "ended"
	case a.keys == nil && dealt(a) != "":
		return dealt(a)
	case a.tip < a.e.Policy.Times.VoteFrom:
		return "not yet"
	}
	return ""
}

func counting(a *audit) string {
	switch reason := voting(a); {
	case reason != "":
		return reason
	case len(a.tally.lines) == 0 && !a.over:
		return "not yet"
	}
	return ""
}
