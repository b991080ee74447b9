// Package lift reads a script back to its meaning. It executes a redeem script with
// unknown witness items and follows both outcomes of every decision of the spender.
// For each execution that succeeds it collects the signers, the locktime and the
// form of the witness.
//
//	script ── Paths ──▶ [{signers, after, witness} …] ── Check ──▶ the policy's paths?
//
// It promises that every set of signers that consensus lets spend is in the answer.
// It refuses what it does not understand with [ErrLift], and never guesses. It
// executes opcodes and does not depend on how scripts are compiled.
package lift

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bevote/templates"
)

// maxStates bounds the executions of one script; each fork is one more.
const maxStates = 10_000

// ErrLift is wrapped if a script was read and cannot be lifted.
var ErrLift = errors.New("cannot lift")

// Paths executes t symbolically and returns every way to spend it, each once, sorted
// by text and without names.
//
// roles gives names to keys, by the hex of a public key, the hex of its HASH160, or
// the name of a hole. A key without a name is called by its hex or its hole. The
// items of a witness are those of [templates.Path], and also
//
//	preimage:HASH   an item of which the script checks the HASH160 alone
//
// A path without signers needs no signature, only its items. Errors wrap [ErrLift].
func Paths(t templates.Template, roles map[string]string) ([]templates.Path, error) {
	ways, err := explore(t, roles)
	if err != nil {
		return nil, err
	}
	paths := make([]templates.Path, len(ways))
	for i, w := range ways {
		paths[i] = w.Path
	}
	return paths, nil
}

// way is a path, and what no contract holds of it.
type way struct {
	templates.Path
	flagged bool // an item that no signature covers selected it
}

// explore runs every execution of t to its end.
func explore(t templates.Template, roles map[string]string) ([]way, error) {
	if err := checkForm(t); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLift, err)
	}
	m := machine{ops: t.Ops(), roles: roles}
	pending := []*state{{}}
	for states := 0; len(pending) > 0; states++ {
		if states+len(pending) > maxStates {
			return nil, fmt.Errorf("%w: more than %d branches", ErrLift, maxStates)
		}
		s := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		next, err := m.run(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrLift, err)
		}
		pending = append(pending, next...)
	}
	slices.SortFunc(m.ways, func(a, b way) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(m.ways, func(a, b way) bool { return a.String() == b.String() }), nil
}

// checkForm refuses unknown opcodes and unbalanced conditionals, also in branches that
// do not run.
func checkForm(t templates.Template) error {
	depth := 0
	for _, op := range t.Ops() {
		code, ok := opcodeOf(op)
		if !ok {
			continue
		}
		if _, known := steps[code]; !known {
			return fmt.Errorf("unknown opcode %s", op)
		}
		switch {
		case opensBranch(code):
			depth++
		case closesBranch(code):
			depth--
		}
		if depth < 0 || depth == 0 && needsBranch(code) {
			return fmt.Errorf("%s without IF", op)
		}
	}
	if depth != 0 {
		return errors.New("IF without ENDIF")
	}
	return nil
}
