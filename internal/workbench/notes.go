package workbench

import (
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/lang"
	"bevote/templates"
)

// notes are made in two rounds: checks with their keys first, then the operations
// around them. A clause is named as [lang.Policy.Place] names it.
type notes struct {
	policy *lang.Policy
	src    []byte
	ops    []templates.Op
	traces []trace
	roles  map[string]string

	clause []string
	says   []string
}

// checks notes every check of signatures with the operations that prepare it.
func (n *notes) checks() {
	for i, op := range n.ops {
		from := i
		switch code := opcode(op); code {
		case txscript.OP_CHECKSIG, txscript.OP_CHECKSIGVERIFY:
			from = n.single(i)
		case txscript.OP_CHECKMULTISIG, txscript.OP_CHECKMULTISIGVERIFY:
			from = n.several(i)
		default:
			continue
		}
		for j := from; j <= i; j++ {
			n.clause[j] = n.clauseOf(n.succeeding(i))
		}
	}
}

// single notes `<key> CHECKSIG` or `DUP HASH160 <hash> EQUALVERIFY CHECKSIG`
// and returns where it begins.
func (n *notes) single(check int) int {
	n.says[check] = "does it sign"
	if check == 0 {
		return check // by a key from the witness
	}
	if check >= 4 && opcode(n.ops[check-1]) == txscript.OP_EQUALVERIFY {
		n.says[check-2] = "the hash of " + n.whose(n.ops[check-2])
		n.says[check-4], n.says[check-3], n.says[check-1] = "the key that is pushed", "its hash", "is the same"
		return check - 4
	}
	n.says[check-1] = n.whose(n.ops[check-1])
	return check - 1
}

// several notes `k <key> … n CHECKMULTISIG` and returns where it begins.
func (n *notes) several(check int) int {
	if check == 0 {
		return check
	}
	count, ok := n.ops[check-1].Number()
	from := check - 2 - int(count)
	if !ok || from < 0 {
		return check
	}
	k, _ := n.ops[from].Number()
	n.says[from] = "how many sign"
	n.says[check-1] = "how many keys"
	n.says[check] = fmt.Sprintf("%d of these %d sign", k, count)
	for j := from + 1; j < check-1; j++ {
		n.says[j] = n.whose(n.ops[j])
	}
	return from
}

// whose names the owner of the key that an operation pushes.
func (n *notes) whose(op templates.Op) string {
	role := op.Hole
	if op.Data != nil {
		role = strings.TrimPrefix(op.String(), "0x")
	}
	if name, ok := n.roles[role]; ok {
		role = name
	}
	joint, name, sum := strings.Cut(role, "+")
	switch {
	case sum:
		return fmt.Sprintf("the sum of %s and %s's key", jointKey(joint), name)
	case isJoint(role):
		return jointKey(role)
	case templates.HoleKind(role) == templates.KindHash:
		return keyName(templates.HashedRole(role))
	case templates.HoleKind(role) == templates.KindBallot:
		return "the sealed ballot, in a key's place"
	}
	return keyName(role)
}

// succeeding returns the paths in whose spends a check came out true.
func (n *notes) succeeding(check int) []templates.Path {
	verifies := strings.HasSuffix(n.ops[check].String(), "VERIFY")
	return n.those(func(t trace) bool { return t.ran[check] && (verifies || t.left[check]) })
}

// running returns the paths whose spends run an operation.
func (n *notes) running(at int) []templates.Path {
	return n.those(func(t trace) bool { return t.ran[at] })
}

func (n *notes) those(do func(trace) bool) []templates.Path {
	var paths []templates.Path
	for _, t := range n.traces {
		if do(t) {
			paths = append(paths, t.path)
		}
	}
	return paths
}

// clauseOf returns the clause that all the paths come from, "" if there are
// several or none.
func (n *notes) clauseOf(paths []templates.Path) string {
	found := ""
	for _, q := range paths {
		clause := class(q)
		switch clause {
		case "branch":
			clause += " " + branchOf(q)
		case "sweep":
			clause = "mixing"
		case "return":
			clause = "roll"
		}
		if found != "" && found != clause {
			return ""
		}
		found = clause
	}
	return found
}

// others notes the operations around the checks, from first to last. A
// conditional belongs to the clause of the check that decides it; an operation
// that several paths run belongs to the conditional around it.
func (n *notes) others() {
	around := []string{n.whole()}
	for i, op := range n.ops {
		top := len(around) - 1
		switch code := opcode(op); {
		case op.Hole == "ballot":
			n.clause[i] = "ballots"
			if n.says[i] == "" {
				n.says[i] = "the sealed ballot"
			}
		case n.clause[i] != "":
		case opensConditional(op):
			n.clause[i], n.says[i] = n.deciding(i), conditionals[code]
		case code == txscript.OP_ELSE, code == txscript.OP_ENDIF:
			n.clause[i], n.says[i] = around[top], conditionals[code]
		case code == txscript.OP_DROP && i > 0:
			n.clause[i], n.says[i] = n.clause[i-1], "done with it"
		default:
			if n.clause[i] = n.clauseOf(n.running(i)); n.clause[i] == "" {
				n.clause[i] = around[top]
			}
			n.says[i] = n.value(i)
		}
		switch {
		case opensConditional(op):
			around = append(around, n.clause[i])
		case opcode(op) == txscript.OP_ENDIF:
			around = around[:top]
		}
	}
}

// whole returns the clause of a script as a whole.
func (n *notes) whole() string {
	if ofDeposit(n.traces[0].path) {
		return "mixing"
	}
	return "target"
}

var conditionals = map[byte]string{
	txscript.OP_IF: "if so", txscript.OP_NOTIF: "if not", txscript.OP_ELSE: "else", txscript.OP_ENDIF: "either way",
}

// deciding returns the clause of the check before a conditional. A conditional
// that is decided by the witness belongs to the script as a whole.
func (n *notes) deciding(at int) string {
	if at == 0 {
		return n.whole()
	}
	switch opcode(n.ops[at-1]) {
	case txscript.OP_CHECKSIG, txscript.OP_CHECKMULTISIG, txscript.OP_ENDIF:
		return n.clause[at-1]
	}
	return n.whole()
}

// value says what a number or a lock is for.
func (n *notes) value(at int) string {
	if opcode(n.ops[at]) == txscript.OP_CHECKLOCKTIMEVERIFY {
		return "in later blocks only"
	}
	number, ok := n.ops[at].Number()
	switch {
	case !ok:
		return ""
	case at+1 < len(n.ops) && opcode(n.ops[at+1]) == txscript.OP_CHECKLOCKTIMEVERIFY:
		return fmt.Sprintf("block %d", number)
	case number == 0:
		return "false"
	}
	return "true"
}

// opcode returns an operation's opcode, 0 for what pushes data.
func opcode(op templates.Op) byte {
	if op.Hole != "" || op.Data != nil {
		return 0
	}
	return op.Code
}
