package lift

import (
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

// machine executes one script.
type machine struct {
	ops   []templates.Op
	roles map[string]string
	ways  []way
}

// step executes one opcode on s and returns the executions that go on; s itself may be
// one of them.
type step func(m *machine, s *state) ([]*state, error)

// steps holds the opcodes that can be lifted.
var steps = map[byte]step{
	txscript.OP_IF:                  (*machine).branchIf,
	txscript.OP_NOTIF:               (*machine).branchIfNot,
	txscript.OP_ELSE:                (*machine).branchElse,
	txscript.OP_ENDIF:               (*machine).branchEnd,
	txscript.OP_DROP:                (*machine).drop,
	txscript.OP_DUP:                 (*machine).dup,
	txscript.OP_HASH160:             (*machine).hash160,
	txscript.OP_EQUALVERIFY:         (*machine).equalVerify,
	txscript.OP_VERIFY:              (*machine).verify,
	txscript.OP_CHECKSIG:            (*machine).checkSig,
	txscript.OP_CHECKSIGVERIFY:      verified((*machine).checkSig),
	txscript.OP_CHECKMULTISIG:       (*machine).checkMultisig,
	txscript.OP_CHECKMULTISIGVERIFY: verified((*machine).checkMultisig),
	txscript.OP_CHECKLOCKTIMEVERIFY: (*machine).checkLock,
}

func opensBranch(code byte) bool  { return code == txscript.OP_IF || code == txscript.OP_NOTIF }
func closesBranch(code byte) bool { return code == txscript.OP_ENDIF }
func needsBranch(code byte) bool  { return code == txscript.OP_ELSE }

// opcodeOf returns the operation's opcode. It is not ok for a push.
func opcodeOf(op templates.Op) (byte, bool) {
	push := op.Hole != "" || op.Data != nil || txscript.IsSmallInt(op.Code)
	return op.Code, !push
}

// run executes s until it forks or ends.
func (m *machine) run(s *state) ([]*state, error) {
	for s.at < len(m.ops) {
		op := m.ops[s.at]
		s.at++
		code, ok := opcodeOf(op)
		if !ok {
			if s.running() {
				s.push(pushed(op))
			}
			continue
		}
		if !s.running() && !opensBranch(code) && !closesBranch(code) && !needsBranch(code) {
			continue
		}
		next, err := steps[code](m, s)
		if err != nil {
			return nil, fmt.Errorf("%s, operation %d: %w", op, s.at, err)
		}
		if len(next) != 1 {
			return next, nil
		}
		s = next[0]
	}
	if err := s.limit(m.opcodes()); err != nil {
		return nil, err
	}
	w, err := s.end()
	if w != nil {
		m.ways = append(m.ways, *w)
	}
	return nil, err
}

// opcodes returns the number of opcodes as consensus counts them: all but pushes,
// whether they run or not.
func (m *machine) opcodes() int {
	n := 0
	for _, op := range m.ops {
		if _, ok := opcodeOf(op); ok {
			n++
		}
	}
	return n
}

func pushed(op templates.Op) value {
	if op.Hole != "" {
		return value{kind: hole, hole: op.Hole}
	}
	if op.Data != nil {
		return value{kind: constant, data: op.Data}
	}
	if n := txscript.AsSmallInt(op.Code); n > 0 {
		return value{kind: constant, data: []byte{byte(n)}}
	}
	return value{kind: constant}
}

// constantNumber reads a constant as a minimal number of up to 5 bytes.
func constantNumber(v value) (int64, bool) {
	if v.kind != constant {
		return 0, false
	}
	n, err := txscript.MakeScriptNum(v.data, true, 5)
	return int64(n), err == nil
}

func one(s *state) []*state { return []*state{s} }

// both returns the executions that are not nil.
func both(yes, no *state) []*state {
	var next []*state
	for _, s := range []*state{yes, no} {
		if s != nil {
			next = append(next, s)
		}
	}
	return next
}

func (m *machine) branchIf(s *state) ([]*state, error)    { return s.branch(true) }
func (m *machine) branchIfNot(s *state) ([]*state, error) { return s.branch(false) }

// branch opens a conditional. Its first side runs if the condition equals first.
//
//	condition →
func (s *state) branch(first bool) ([]*state, error) {
	if !s.running() {
		s.conds = append(s.conds, false) // the outer side does not run, so neither does
		return one(s), nil
	}
	yes, no, err := s.decide(s.pop())
	if err != nil {
		return nil, err
	}
	if yes != nil {
		yes.conds = append(yes.conds, first)
	}
	if no != nil {
		no.conds = append(no.conds, !first)
	}
	return both(yes, no), nil
}

func (m *machine) branchElse(s *state) ([]*state, error) {
	top := len(s.conds) - 1
	s.conds[top] = !s.conds[top]
	return one(s), nil
}

func (m *machine) branchEnd(s *state) ([]*state, error) {
	s.conds = s.conds[:len(s.conds)-1]
	return one(s), nil
}

func (m *machine) drop(s *state) ([]*state, error) {
	s.pop()
	return one(s), nil
}

func (m *machine) dup(s *state) ([]*state, error) {
	v := s.pop()
	s.push(v)
	s.push(v)
	return one(s), nil
}

func (m *machine) hash160(s *state) ([]*state, error) {
	v := s.pop()
	if v.kind != item {
		return nil, errors.New("the hash of what is no witness item")
	}
	s.push(value{kind: hashed, item: v.item})
	return one(s), nil
}

func (m *machine) verify(s *state) ([]*state, error) {
	yes, _, err := s.decide(s.pop())
	return both(yes, nil), err
}

// verified returns the step of a check followed by VERIFY.
func verified(check step) step {
	return func(m *machine, s *state) ([]*state, error) {
		outcomes, err := check(m, s)
		if err != nil {
			return nil, err
		}
		var next []*state
		for _, o := range outcomes {
			held, err := m.verify(o)
			if err != nil {
				return nil, err
			}
			next = append(next, held...)
		}
		return next, nil
	}
}
