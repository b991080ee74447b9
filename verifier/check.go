package verifier

import (
	"fmt"
	"math"

	"bevote/verifier/evidence"
	"bevote/verifier/result"
)

// check is where a rule writes what it expected, examined and found.
type check struct {
	expected, examined, failed, unresolved int
	items                                  []result.Item
	skipped, errored                       string
	fatal                                  bool // a class A/E failure that decides the election; a U of a counted vote or claim
}

// expect says how many things there are to examine, counted apart from the
// loop that examines them.
func (ck *check) expect(n int) { ck.expected += n }

// pass examines one thing and finds nothing.
func (ck *check) pass() { ck.examined++ }

// fail examines one thing and finds a fault.
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

// leave examines one thing that the evidence does not settle.
func (ck *check) leave(where, format string, args ...any) {
	ck.examined++
	ck.unresolved++
	ck.note(where, format, args...)
}

// maxListed is how many items a check lists: two for every voter that a roll can
// have. Somebody who wants to fill the auditor's memory can make more.
const maxListed = 2 * math.MaxUint16

// note lists something without counting it against anybody.
func (ck *check) note(where, format string, args ...any) {
	switch {
	case len(ck.items) < maxListed:
		ck.items = append(ck.items, result.Item{Where: where, Message: fmt.Sprintf(format, args...)})
	case len(ck.items) == maxListed:
		ck.items = append(ck.items, result.Item{Where: "list", Message: "more of the same kind"})
	}
}

// take takes over what was found in the evidence.
func (ck *check) take(f evidence.Findings) {
	ck.expected, ck.examined, ck.failed = f.Expected, f.Examined, f.Failed
	for _, n := range f.Notes {
		ck.items = append(ck.items, result.Item(n))
	}
}

// skip says why the check does not apply after all.
func (ck *check) skip(reason string) { ck.skipped = reason }

// status sums the check up. A check that examined nothing where something was
// expected has failed.
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
