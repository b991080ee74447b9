package verifier

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// ErrOtherElection says that an earlier report or state is of another election.
var ErrOtherElection = errors.New("of another election")

// mark is how far an earlier audit had seen board and chain.
type mark struct {
	whose  string // in items
	lines  int
	head   [32]byte // of the board after that many lines
	height uint32
	hash   chainhash.Hash
}

// markNow is how far this audit sees.
func (a *audit) markNow() mark {
	return mark{lines: len(a.lines), head: a.heads[len(a.lines)-1], height: a.tip, hash: a.chain.Tip().Hash}
}

// marks gathers what earlier audits saw, and refuses those of other elections.
func (a *audit) marks() error {
	if s := a.opt.State; s != nil && s.policy != "" {
		if s.policy != a.e.Policy.ID() {
			return fmt.Errorf("the state is %w: %s, not %s", ErrOtherElection, s.policy, a.e.Policy.ID())
		}
		m := s.mark
		m.whose = "the state"
		a.earlier, a.reorgs = append(a.earlier, m), append(a.reorgs, s.reorgs...)
	}
	r := a.opt.Since
	if r == nil {
		return nil
	}
	if r.Policy != a.e.Policy.ID() {
		return fmt.Errorf("the earlier report is %w: %s, not %s", ErrOtherElection, r.Policy, a.e.Policy.ID())
	}
	m := mark{whose: "the earlier report", lines: r.Board.Lines, height: r.Tip.Height}
	head, err := hex.DecodeString(r.Board.Head)
	hash, err2 := chainhash.NewHashFromStr(r.Tip.Hash)
	if err != nil || len(head) != len(m.head) || err2 != nil {
		return errors.New("the earlier report names no board or no tip")
	}
	copy(m.head[:], head)
	m.hash = *hash
	a.earlier = append(a.earlier, m)
	return nil
}

// boardDiffers says how the board is no continuation of what was seen, or "".
func (a *audit) boardDiffers(m mark) string {
	switch {
	case m.lines < 1 || m.lines > len(a.lines):
		return fmt.Sprintf("%d lines, where %s had seen %d", len(a.lines), m.whose, m.lines)
	case a.heads[m.lines-1] != m.head:
		return fmt.Sprintf("not the line that %s had seen", m.whose)
	}
	return ""
}

// V99: the board goes on where earlier audits saw it end. Blocks may be
// replaced; which ones, is listed.
func (a *audit) prefix(s *sheet) {
	if len(a.earlier) == 0 {
		s.skip("no earlier report or state was given")
		return
	}
	for _, m := range a.earlier {
		s.expect(2)
		if words := a.boardDiffers(m); words != "" {
			s.fail(fmt.Sprintf("line %d", m.lines), "%s", words)
		} else {
			s.pass()
		}
		s.pass()
		if hash, known := a.chain.HashAt(m.height); !known || hash != m.hash {
			s.note(fmt.Sprintf("height %d", m.height), "the chain was reorganised: %s had seen block %s here", m.whose, m.hash)
		}
	}
	for _, words := range a.reorgs {
		s.note("chain", "%s", words)
	}
}
