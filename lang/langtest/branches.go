package langtest

import (
	"fmt"
	"strings"

	"bevote/lang"
)

// Room in a redeem script, in bytes and signature operations, and upper bounds on
// what the parts of a branch take of it.
const (
	roomBytes    = 520
	roomSigOps   = 15
	baseBytes    = 125 // ballot, refund, and the claim's opcodes
	keyBytes     = 36  // a key's push and the opcodes of its check
	chooserBytes = 11  // an alternative's conditional and lock
)

// simple is the number of expressions, from the first, that a role standing for each
// candidate does not make longer.
const simple = 3

// latestLock is a height far behind the phases that are drawn.
const latestLock = 400

// expressions are conditions of a branch over the roles A to E. Keys and
// alternatives are those of the script: a role counts once for each place in the
// shortest form.
var expressions = []struct {
	text               string
	roles              int
	keys, alternatives int
}{
	{"A", 1, 1, 1},
	{"A and B", 2, 2, 1},
	{"A or B", 2, 2, 1}, // the last simple one
	{"A and B or C", 3, 3, 2},
	{"2 of { A, B, C }", 3, 3, 1},
	{"3 of { A, B, C, D }", 4, 4, 1},
	{"A and B and C and D", 4, 4, 1},
	{"A and 2 of { B, C, D }", 4, 4, 1},
	{"A and B or C and D", 4, 4, 2},
	{"A and C or A and D or B and C or B and D", 4, 4, 1},
	{"A and B or B and C or C and D", 4, 5, 3},
	{"2 of { A, B, C } and 1 of { D, E }", 5, 5, 1},
	{"A and B or A and C and D or B and E or C and E", 5, 9, 6},
}

// branches draws up to three branches that a script has room for.
func (s shape) branches(draw Draw, names []string) []string {
	keys, sigOps := 1, 2
	if s.win == lang.WinHardened {
		keys, sigOps = s.candidates, s.candidates+1
	}
	room := roomBytes - baseBytes - 34*keys
	var lines []string
	for i := range draw("branches", 4) {
		n := draw("expression", len(expressions))
		e, pool := expressions[n], s.roles(names, n < simple)
		text, each := e.text, false
		if e.roles > len(pool) {
			continue
		}
		for j := range e.roles {
			at := draw("role", len(pool))
			role := pool[at]
			pool = append(pool[:at:at], pool[at+1:]...)
			text = strings.ReplaceAll(text, string(rune('A'+j)), role)
			each = each || role == "candidate" || role == "joint" && s.each
		}
		keys, alternatives := e.keys, e.alternatives
		if each { // one expression for each candidate
			keys, alternatives = keys*s.candidates, alternatives*s.candidates
		}
		if room -= keyBytes*keys + chooserBytes*alternatives; room < 0 {
			break
		}
		if sigOps += keys; sigOps > roomSigOps {
			break
		}
		lock := []string{"", " after timeout", fmt.Sprintf(" after block %d", 1+draw("lock", latestLock))}[draw("locked", 3)]
		lines = append(lines, fmt.Sprintf("branch b%d when %s sign%s", i+1, text, lock))
	}
	return lines
}

// roles returns the roles of a branch, with varying also those that stand for each
// candidate.
func (s shape) roles(names []string, varying bool) []string {
	roles := append([]string{"supervisor", "voter"}, names...)
	if s.win != lang.WinCustodial && (varying || !s.each) {
		roles = append(roles, "joint")
	}
	if varying {
		roles = append(roles, "candidate")
	}
	return roles
}
