package workbench

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
	"bevote/verifier/lift"
)

// Annotation is an operation of the script beside the clause of the policy that
// it comes from.
type Annotation struct {
	At     int    // byte of the filled script
	Hex    string // its bytes, … for what fills a hole
	Depth  int    // of the conditionals around it
	Op     string // as the template's text has it
	Line   int    // of the clause; 0 where the file leaves it to its default
	Clause string // in the policy's words
	Says   string // the operation's purpose
}

// Annotate returns the operations of the script in order, and with mixing those
// of the escrow. src is the policy's file. The script engine spends a stake and
// a deposit by every path: a check belongs to the clause in whose spends it
// comes out true.
func (b *Built) Annotate(src []byte) (script, escrow []Annotation, err error) {
	stake, err := standInOutput(src, trySeed)
	if err != nil {
		return nil, nil, err
	}
	if script, err = b.annotate(src, stake); err != nil {
		return nil, nil, err
	}
	ofEscrow, err := b.deposit()
	if ofEscrow == nil {
		return script, nil, err
	}
	deposit, err := stake.deposit()
	if err != nil {
		return nil, nil, err
	}
	escrow, err = ofEscrow.annotate(src, deposit)
	return script, escrow, err
}

// annotate annotates one script, which locks o.
func (b *Built) annotate(src []byte, o *lockedOutput) ([]Annotation, error) {
	traces, err := o.traces()
	if err != nil {
		return nil, err
	}
	ops := b.Template.Ops()
	n := &notes{
		policy: b.Policy, src: src, ops: ops, traces: traces,
		roles: lift.Roles(b.Policy), clause: make([]string, len(ops)), says: make([]string, len(ops)),
	}
	n.checks()
	n.others()
	return n.write(o.redeem, b.Policy.Salted), nil
}

// write puts the notes beside the operations.
func (n *notes) write(redeem []byte, salted bool) []Annotation {
	var all []Annotation
	at, depth := 0, 0
	for i, op := range n.ops {
		size := op.Size(salted)
		if code := opcode(op); code == txscript.OP_ELSE || code == txscript.OP_ENDIF {
			depth--
		}
		line, text := n.quote(n.clause[i])
		all = append(all, Annotation{at, spelled(op, redeem[at:at+size]), depth, op.String(), line, text, n.says[i]})
		if opensConditional(op) || opcode(op) == txscript.OP_ELSE {
			depth++
		}
		at += size
	}
	return all
}

// spelled returns an operation's bytes in hex. Of a constant they are the
// policy's, not those of its stand-in; a hole's are left open.
func spelled(op templates.Op, filled []byte) string {
	switch {
	case op.Hole != "":
		return hex.EncodeToString(filled[:pushed(filled)]) + "…"
	case op.Data != nil:
		return hex.EncodeToString(append(slices.Clone(filled[:pushed(filled)]), op.Data...))
	}
	return hex.EncodeToString(filled)
}

// pushed returns how many bytes of a push stand before its data.
func pushed(operation []byte) int {
	switch operation[0] {
	case txscript.OP_PUSHDATA1:
		return 2
	case txscript.OP_PUSHDATA2:
		return 3
	}
	return 1
}

// defaults are the clauses that a file may leave out.
var defaults = map[string]string{"ballots": "ballots plain", "target": "target p2sh { selector signature }"}

// quote returns a clause in the policy's words, and its line, 0 where the file
// leaves the clause to its default.
func (n *notes) quote(clause string) (line int, text string) {
	at := n.policy.Place(clause)
	if at == n.policy.Place("election") {
		return 0, defaults[clause]
	}
	return at.Line, strings.Join(slices.Collect(strings.FieldsSeq(string(n.src[at.Start:at.End]))), " ")
}

// trace is one accepted spend as the script engine ran it: which operations of
// the redeem script ran, and after which of them the top of the stack was true.
type trace struct {
	path      templates.Path
	ran, left []bool
}

// redeemIndex is the redeem script's place among the scripts of a P2SH spend,
// after the input's and the output's.
const redeemIndex = 2

// traces spends the stake by each of its paths.
func (o *lockedOutput) traces() ([]trace, error) {
	var all []trace
	for _, q := range o.built.Contract.Paths {
		tops, err := o.tops(q)
		if err != nil {
			return nil, fmt.Errorf("path %s: %w", q.Name, err)
		}
		all = append(all, follow(o.built.Template.Ops(), q, tops))
	}
	return all, nil
}

// tops runs a spend by the path and returns whether the top of the stack is
// true before each operation of the redeem script, and after the last.
func (o *lockedOutput) tops(q templates.Path) ([]bool, error) {
	tx, err := o.spend(q.Witness, q.After, notFinal, q.Signers[0])
	if err != nil {
		return nil, err
	}
	out := o.funding.TxOut[0]
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	tops := make([]bool, len(o.built.Template.Ops())+1)
	step := func(at *txscript.StepInfo) error {
		if n := len(at.Stack); at.ScriptIndex == redeemIndex && at.OpcodeIndex < len(tops) && n > 0 {
			tops[at.OpcodeIndex] = truthy(at.Stack[n-1])
		}
		return nil
	}
	vm, err := txscript.NewDebugEngine(out.PkScript, tx, 0, relayRules, nil, nil, out.Value, prev, step)
	if err != nil {
		return nil, err
	}
	return tops, vm.Execute()
}

// follow finds the operations that ran: all but those in a side of a conditional
// that was not taken.
func follow(ops []templates.Op, q templates.Path, tops []bool) trace {
	t := trace{q, make([]bool, len(ops)), make([]bool, len(ops))}
	var sides []bool // by open conditional: whether the side at hand runs
	for i, op := range ops {
		if op.Hole == "" && op.Data == nil {
			switch op.Code {
			case txscript.OP_ELSE:
				top := len(sides) - 1
				t.ran[i] = !slices.Contains(sides[:top], false)
				sides[top] = !sides[top]
				continue
			case txscript.OP_ENDIF:
				sides = sides[:len(sides)-1]
			}
		}
		t.ran[i] = !slices.Contains(sides, false)
		t.left[i] = t.ran[i] && tops[i+1]
		if opensConditional(op) {
			sides = append(sides, t.ran[i] && tops[i] == (op.Code == txscript.OP_IF))
		}
	}
	return t
}

func opensConditional(op templates.Op) bool {
	return op.Hole == "" && op.Data == nil && (op.Code == txscript.OP_IF || op.Code == txscript.OP_NOTIF)
}

// truthy reports whether the script engine takes an item for true: it is neither
// 0 nor −0.
func truthy(b []byte) bool {
	for i, x := range b {
		if x != 0 {
			return i != len(b)-1 || x != 0x80
		}
	}
	return false
}
