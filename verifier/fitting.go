package verifier

import (
	"errors"
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/evidence"
)

// ErrBehind is the cause of an [evidence.SourceError]: a node does not yet have the
// blocks that the board's lines name.
var ErrBehind = errors.New("the node is behind")

// checkFit compares a live node's headers with the blocks that the board's lines
// name, before any block is read. The error is an [evidence.SourceError] if the node
// has other blocks at all heights that it has of these, or ends below one of them.
// For the chain of a record, V02 reports such a difference.
func checkFit(in *inputs, chain *evidence.Chain) error {
	if !in.opt.Live {
		return nil
	}
	fail := func(err error) error { return &evidence.SourceError{Source: evidence.NameOf(chain.Source()), Err: err} }
	tip, shared, other := chain.Tip().Height, false, -1
	for i, l := range in.lines {
		switch hash, known := chain.HashAt(l.Seen.Height); {
		case l.Seen.Height == 0: // all chains of a network have it
		case known && hash == l.Seen.Hash:
			shared = true
		case known && other < 0:
			other = i
		}
	}
	if other >= 0 && !shared {
		seen := in.lines[other].Seen
		return fail(fmt.Errorf("the node has another chain than this election: block %d is not %s, "+
			"which line %d of the board has seen", seen.Height, seen.Hash, other+1))
	}
	if i := latestSeen(in); i >= 0 && in.lines[i].Seen.Height > tip {
		return fail(fmt.Errorf("%w: its chain ends at block %d, line %d of the board has seen block %d",
			ErrBehind, tip, i+1, in.lines[i].Seen.Height))
	}
	return nil
}

// latestSeen returns the index of a line that has seen the highest block, or -1. Only lines
// that the supervisor has signed decide, the first of each type: no other party may hold up
// an audit by a block that is still to come.
func latestSeen(in *inputs) int {
	met, latest := make(map[board.Type]bool), -1
	for i, l := range in.lines {
		if l.By != in.e.Policy.Supervisor || met[l.Type] || l.Body == nil || latest >= 0 && l.Seen.Height <= in.lines[latest].Seen.Height {
			continue
		}
		if in.signedWell(l) {
			met[l.Type], latest = true, i
		}
	}
	return latest
}

// signedWell reports whether a line has its author's signature.
func (in *inputs) signedWell(l board.Line) bool {
	return in.verifySigned([]curve.Signed{l.Signature(in.e.EID)}, curve.VerifySchnorrBatch)[0]
}
