package workbench

import (
	"fmt"
	"slices"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

// trace is what the script engine did in one accepted spend: which operations
// of the redeem script ran, and which of them left something true on top.
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
	var sides []bool // of each open conditional: does this side run
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
