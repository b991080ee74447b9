package verifier

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// ErrOtherElection says that an earlier report or state is of another election.
var ErrOtherElection = errors.New("of another election")

// checkpoint is how far an earlier audit had seen board and chain.
type checkpoint struct {
	whose  string // in items
	lines  int
	head   [32]byte // of the board after that many lines
	height uint32
	hash   chainhash.Hash
}

// checkpoint is how far this audit sees.
func (ch *chained) checkpoint() checkpoint {
	return checkpoint{lines: len(ch.lines), head: ch.heads[len(ch.lines)-1], height: ch.tip, hash: ch.chain.Tip().Hash}
}

// readCheckpoints gathers what earlier audits saw, and refuses those of other
// elections.
func (in *inputs) readCheckpoints() error {
	if s := in.opt.State; s != nil && s.policy != "" {
		if s.policy != in.e.Policy.ID() {
			return fmt.Errorf("the state is %w: %s, not %s", ErrOtherElection, s.policy, in.e.Policy.ID())
		}
		c := s.checkpoint
		c.whose = "the state"
		in.earlier, in.replaced = append(in.earlier, c), append(in.replaced, s.reorgs...)
	}
	r := in.opt.Since
	if r == nil {
		return nil
	}
	if r.Policy != in.e.Policy.ID() {
		return fmt.Errorf("the earlier report is %w: %s, not %s", ErrOtherElection, r.Policy, in.e.Policy.ID())
	}
	c := checkpoint{whose: "the earlier report", lines: r.Board.Lines, height: r.Tip.Height}
	head, err := hex.DecodeString(r.Board.Head)
	hash, err2 := chainhash.NewHashFromStr(r.Tip.Hash)
	if err != nil || len(head) != len(c.head) || err2 != nil {
		return errors.New("the earlier report names no board or no tip")
	}
	copy(c.head[:], head)
	c.hash = *hash
	in.earlier = append(in.earlier, c)
	return nil
}

// boardDiffers says how the board is no continuation of what was seen, or "".
func (in *inputs) boardDiffers(m checkpoint) string {
	switch {
	case m.lines < 1 || m.lines > len(in.lines):
		return fmt.Sprintf("%d lines, where %s had seen %d", len(in.lines), m.whose, m.lines)
	case in.heads[m.lines-1] != m.head:
		return fmt.Sprintf("not the line that %s had seen", m.whose)
	}
	return ""
}
