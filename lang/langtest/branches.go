package langtest

import (
	"fmt"
	"strings"

	"bevote/lang"
)

// Room in a redeem script, in bytes and in signature operations, and what the
// parts of a branch take of it at the most: a key's push and an opcode or two
// for its check, and for each alternative its conditional and its lock.
const (
	roomBytes    = 520
	roomSigOps   = 15
	baseBytes    = 125 // ballot, refund, and the claim's opcodes
	keyBytes     = 36
	chooserBytes = 11
)

// simple is how many of the expressions stay as large as they say when a role
// stands for each candidate.
const simple = 3

// latestLock is far behind the phases that are drawn.
const latestLock = 400

// expressions are what a branch may say, over the roles A to E. Keys and
// alternatives are those of the script: a role that stands in several places
// of what has no shorter form counts more than once.
var expressions = []struct {
	text               string
	roles              int
	keys, alternatives int
}{
	{"A", 1, 1, 1},
	{"A and B", 2, 2, 1},
	{"A or B", 2, 2, 1}, // up to here also over what stands for each candidate
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

// branches draws up to three branches that a script still has room for.
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

// roles are who may sign in a branch; varying are those that stand for each
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
