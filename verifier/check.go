package verifier

import (
	"fmt"

	"bevote/verifier/evidence"
	"bevote/verifier/result"
)

// check collects what a rule expected, examined and found.
type check struct {
	expected, examined, failed, unresolved int
	items                                  []result.Item
	refused                                int // lines that were found against the table, listed or not
	skipped, errored                       string
	fatal                                  bool // of class A/E: it decides the election; of A/W: a party is at fault; of U: of a counted vote or claim
}

// expect adds n to the things that there are to examine. They are counted apart
// from the loop that examines them, so that V110 can compare.
func (ck *check) expect(n int) { ck.expected += n }

// pass counts one thing that was examined and has no fault.
func (ck *check) pass() { ck.examined++ }

// fail counts one thing that was examined and has a fault.
func (ck *check) fail(where, format string, args ...any) {
	ck.examined++
	ck.failed++
	ck.note(where, format, args...)
}

// test passes if err is nil and fails with it otherwise.
func (ck *check) test(where string, err error) {
	if err == nil {
		ck.pass()
		return
	}
	ck.fail(where, "%v", err)
}

// leave counts one thing that the evidence does not decide. The check is
// UNRESOLVED unless something else failed.
func (ck *check) leave(where, format string, args ...any) {
	ck.examined++
	ck.unresolved++
	ck.note(where, format, args...)
}

// maxListed bounds the items of a check: two for each of the 200,000 voters that a
// roll can have. A board or a chain can hold more than that.
const maxListed = 2 * 200_000

// note lists an item that is no failure.
func (ck *check) note(where, format string, args ...any) {
	switch {
	case len(ck.items) < maxListed:
		ck.items = append(ck.items, result.Item{Where: where, Message: fmt.Sprintf(format, args...)})
	case len(ck.items) == maxListed:
		ck.items = append(ck.items, result.Item{Where: "list", Message: "more of the same kind"})
	}
}

// take copies counts and notes of package evidence.
func (ck *check) take(f evidence.Findings) {
	ck.expected, ck.examined, ck.failed = f.Expected, f.Examined, f.Failed
	for _, n := range f.Notes {
		ck.items = append(ck.items, result.Item(n))
	}
}

// skip makes the check SKIPPED, with the reason.
func (ck *check) skip(reason string) { ck.skipped = reason }

// status returns the check's status. A check that examined nothing where
// something was expected has failed.
func (ck *check) status() result.Status {
	switch {
	case ck.skipped != "":
		return result.Skipped
	case ck.errored != "":
		return result.Errored
	case ck.failed > 0 || ck.expected > 0 && ck.examined == 0:
		return result.Fail
	case ck.unresolved > 0:
		return result.Unresolved
	}
	return result.Pass
}
