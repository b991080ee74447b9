// Package lift goes from a script back to its meaning: it executes a redeem
// script with unknown witness items, follows both outcomes of everything that
// the spender can decide, and collects for each way to succeed who must sign,
// from which locktime on, and what the witness looks like.
//
// It promises that whoever can spend by consensus appears in the answer. What
// it does not understand it refuses with "cannot lift", never guesses. It
// knows nothing of how scripts are compiled: it executes opcodes.
package lift

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bevote/templates"
)

// maxStates bounds the executions of one script, each branch one: enough for
// any script of ours, and little to compute.
const maxStates = 10_000

// ErrLift is wrapped where a script was read but cannot be lifted.
var ErrLift = errors.New("cannot lift")

// Paths executes t symbolically and returns every way to spend it, each once,
// sorted by text and without names. Roles give names to keys: its keys are the
// hex of a public key, of a key's HASH160, or the name of a hole; what it does
// not know is called by its hex or its hole's name. A path without signers can
// be spent by anyone who has the items of its witness. Items are those of
// [templates.Path], and "preimage:HASH" for what only its HASH160 decides.
// Errors wrap [ErrLift].
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

// way is a path with what a contract does not say.
type way struct {
	templates.Path
	flagged bool // an item that nobody signs selected it
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

// checkForm refuses, before anything runs, what makes a script invalid or
// unknown in whichever branch it stands.
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
