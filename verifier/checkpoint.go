package verifier

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// ErrOtherElection is the error of an earlier report or a [State] that has
// another policy id than the record.
var ErrOtherElection = errors.New("of another election")

// checkpoint is the end of board and chain in one audit.
type checkpoint struct {
	whose  string         // "the state" or "the earlier report", in items
	lines  int            // of the board
	head   [32]byte       // hash of the last of these lines
	height uint32         // of the tip
	hash   chainhash.Hash // of the tip
}

// checkpoint returns the checkpoint of this audit.
func (ch *chained) checkpoint() checkpoint {
	return checkpoint{lines: len(ch.lines), head: ch.heads[len(ch.lines)-1], height: ch.tip, hash: ch.chain.Tip().Hash}
}

// readCheckpoints reads the checkpoints of the state and of the earlier report.
// It returns [ErrOtherElection], or an error if the earlier report has no board or tip.
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
	head, headErr := hex.DecodeString(r.Board.Head)
	hash, hashErr := chainhash.NewHashFromStr(r.Tip.Hash)
	if headErr != nil || len(head) != len(c.head) || hashErr != nil {
		return errors.New("the earlier report names no board or no tip")
	}
	copy(c.head[:], head)
	c.hash = *hash
	in.earlier = append(in.earlier, c)
	return nil
}

// differs returns how the board differs from one that begins with the lines of a
// checkpoint, or "". Foul says that the difference is in lines that an anchor closed when
// the checkpoint was made: further on a board may go on in several ways.
func (p *prepared) differs(c checkpoint) (words string, foul bool) {
	closed := 0 // by anchors in blocks up to the checkpoint's tip
	for kind, a := range p.setup.Phases.Anchors() {
		if a != nil && a.Height <= c.height {
			closed = max(closed, p.setup.Phases.Lines(kind))
		}
	}
	switch {
	case c.lines < 1 || c.lines > len(p.lines):
		words = fmt.Sprintf("%d lines, where %s had seen %d", len(p.lines), c.whose, c.lines)
	case p.heads[c.lines-1] != c.head:
		words = fmt.Sprintf("not the line that %s had seen", c.whose)
	default:
		return "", false
	}
	return words, c.lines <= closed
}
