package verifier

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

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

// latestSeen returns the index of a line that has seen the highest block, or -1. Only lines with a right
// signature of a key of the policy decide, the first of each type: more of them do not count, and
// other authors are not known yet. What a candidate has seen must have been seen by a second one, so that
// none alone holds up an audit by naming a block that is still to come.
func latestSeen(in *inputs) int {
	authors := map[curve.PublicKey]bool{in.e.Policy.Supervisor: true}
	for _, c := range in.e.Policy.Candidates {
		authors[c.Key] = true
	}
	type first struct {
		by   curve.PublicKey
		kind board.Type
	}
	met, latest := make(map[first]bool), make(map[curve.PublicKey]int)
	for i, l := range in.lines {
		id := first{l.By, l.Type}
		before, seen := latest[l.By]
		if !authors[l.By] || met[id] || l.Body == nil || seen && l.Seen.Height <= in.lines[before].Seen.Height {
			continue
		}
		if in.signedWell(l) {
			met[id], latest[l.By] = true, i
		}
	}
	return in.agreedSeen(latest)
}

// agreedSeen returns the line of the supervisor, or the second highest of the candidates', whichever has
// seen more; −1 without one. latest has a line for each author.
func (in *inputs) agreedSeen(latest map[curve.PublicKey]int) int {
	bySeen := func(i, j int) int {
		return cmp.Or(cmp.Compare(in.lines[j].Seen.Height, in.lines[i].Seen.Height), cmp.Compare(i, j))
	}
	var agreed, candidates []int
	for by, i := range latest {
		if by == in.e.Policy.Supervisor {
			agreed = append(agreed, i)
		} else {
			candidates = append(candidates, i)
		}
	}
	if slices.SortFunc(candidates, bySeen); len(candidates) > 1 {
		agreed = append(agreed, candidates[1])
	}
	if slices.SortFunc(agreed, bySeen); len(agreed) > 0 {
		return agreed[0]
	}
	return -1
}

// signedWell reports whether a line has its author's signature.
func (in *inputs) signedWell(l board.Line) bool {
	return in.verifySigned([]curve.Signed{l.Signature(in.e.EID)}, curve.VerifySchnorrBatch)[0]
}
