package lift

import (
	"errors"
	"fmt"
	"slices"

	"bevote/templates"
)

// state is one execution, stopped before an operation.
type state struct {
	at      int
	stack   []value
	items   []witnessItem // in the order in which they were taken, from the top
	conds   []bool        // for each open IF, whether this side runs
	after   uint32
	keys    int    // keys of the multisigs that ran
	flagged bool   // an item that no signature covers decided
	refused string // reason of relays to refuse such a spend, or ""
}

// witnessItem holds the conditions that an execution has put on an item of the witness.
type witnessItem struct {
	use    use
	signer string // of a signature by a key of the script
	key    int    // of a signature by a key of the witness: that item, else −1
	owner  string // of an item with a required HASH160: the role whose key that is of, or the hash
	secret bool   // the hash is of no known key
}

type use int

const (
	unused use = iota
	useZero
	useOne
	useSignature
	useKey
)

// anyone is the role, in a witness, of a key that the spender chooses.
const anyone = "any"

func (s *state) clone() *state {
	c := *s
	c.stack = slices.Clone(s.stack)
	c.items = slices.Clone(s.items)
	c.conds = slices.Clone(s.conds)
	return &c
}

func (s *state) running() bool { return !slices.Contains(s.conds, false) }

func (s *state) push(v value) { s.stack = append(s.stack, v) }

// pop takes the top of the stack. Below its bottom is the witness, of which a new item
// is taken if the stack is empty.
func (s *state) pop() value {
	if n := len(s.stack); n > 0 {
		v := s.stack[n-1]
		s.stack = s.stack[:n-1]
		return v
	}
	s.items = append(s.items, witnessItem{key: -1})
	return value{kind: item, item: len(s.items) - 1}
}

// popNumber takes a number from 0 to most, which is a constant of the script.
func (s *state) popNumber(what string, most int64) (int, error) {
	v := s.pop()
	n, ok := constantNumber(v)
	if !ok || n < 0 || n > most {
		return 0, fmt.Errorf("%s is not a number from 0 to %d", what, most)
	}
	return int(n), nil
}

// use notes the use of an item. A script that uses one item in two ways cannot be
// lifted.
func (s *state) use(v value, u use) error {
	if v.kind != item {
		return errors.New("something else than a witness item decides")
	}
	w := &s.items[v.item]
	if w.use != unused || w.owner != "" {
		return fmt.Errorf("witness item %d serves two purposes", v.item+1)
	}
	w.use = u
	return nil
}

// decide returns the executions in which v is true and in which it is false, nil where
// there is none.
func (s *state) decide(v value) (yes, no *state, err error) {
	if truth, known := v.holds(); known {
		if truth {
			return s, nil, nil
		}
		return nil, s, nil
	}
	yes, no = s, s.clone()
	yes.flagged, no.flagged = true, true
	if err := yes.use(v, useOne); err != nil {
		return nil, nil, err
	}
	return yes, no, no.use(v, useZero)
}

// end returns the way to spend of an execution that ran to the end, nil if it fails.
func (s *state) end() (*way, error) {
	v := s.pop()
	yes, _, err := s.decide(v)
	if err != nil {
		return nil, err
	}
	if yes == nil {
		return nil, nil
	}
	if yes.refused != "" {
		return nil, fmt.Errorf("a spend that relays refuse: %s", yes.refused)
	}
	if n := len(yes.stack); n > 0 {
		return nil, fmt.Errorf("a spend that relays refuse: it leaves %d items too many", n)
	}
	w := &way{flagged: yes.flagged}
	w.After = yes.after
	w.Signers = []string{}
	for i := len(yes.items) - 1; i >= 0; i-- {
		text, signer, err := yes.describe(i)
		if err != nil {
			return nil, err
		}
		w.Witness = append(w.Witness, text)
		if signer != "" && !slices.Contains(w.Signers, signer) {
			w.Signers = append(w.Signers, signer)
		}
	}
	slices.Sort(w.Signers)
	w.Witness = append(w.Witness, "redeem")
	return w, nil
}

// describe returns the text of a witness item, and the signer of a signature.
func (s *state) describe(i int) (text, signer string, err error) {
	w := s.items[i]
	switch {
	case w.use == useZero:
		return "0", "", nil
	case w.use == useOne:
		return "1", "", nil
	case w.use == useSignature && w.key >= 0:
		owner := s.items[w.key].owner
		return "sig:" + orAnyone(owner), owner, nil
	case w.use == useSignature:
		return "sig:" + w.signer, w.signer, nil
	case w.use == useKey, w.owner != "" && !w.secret:
		return "pubkey:" + orAnyone(w.owner), "", nil
	case w.owner != "":
		return "preimage:" + w.owner, "", nil
	}
	return "", "", fmt.Errorf("witness item %d is not read", i+1)
}

func orAnyone(role string) string {
	if role == "" {
		return anyone
	}
	return role
}

// limit refuses executions over the consensus limit on opcodes.
func (s *state) limit(opcodes int) error {
	if n := opcodes + s.keys; n > templates.MaxOpcodes {
		return fmt.Errorf("%d opcodes, at most %d", n, templates.MaxOpcodes)
	}
	return nil
}
