package election

import (
	"fmt"

	"bevote/internal/curve"
)

// findRelated finds votes whose ballots are alike, or whose R = r·G has the
// x-coordinate of another vote's or of a known point. Only votes that count are
// compared. A repeated ballot still counts: which of two is the copy is not known
// before the openings, and a copy opens for no candidate.
func findRelated(s *Setup, votes []*Vote) {
	seen := make(map[string]int)
	points := knownPoints(s)
	for _, v := range votes {
		if !v.Counted() {
			continue
		}
		if of := repeats(v, seen); of > 0 {
			v.fault(RepeatedBallot, "the ballot of slot %d again: at most one of the two can open", of)
			continue
		}
		r, slot := v.Sealed.R.Key(), fmt.Sprintf("slot %d", v.Index)
		if of := points[[32]byte(r[1:])]; of != "" {
			v.fault(RelatedPoint, "R has the x-coordinate of %s", of)
		}
		points[[32]byte(r[1:])] = slot
	}
}

// repeats returns the last slot whose ballot, R or ciphertext the vote repeats, or 0.
func repeats(v *Vote, seen map[string]int) (of int) {
	r := v.Sealed.R.Key()
	for _, part := range [][]byte{v.Ballot, r[:], v.Sealed.Cipher} {
		if other := seen[string(part)]; other > 0 {
			of = other
		}
		seen[string(part)] = v.Index
	}
	return of
}

// knownPoints maps x-coordinates to the names of their points: the generator, the
// keys of candidates and supervisor, the joint keys and the public shares.
func knownPoints(s *Setup) map[[32]byte]string {
	out := make(map[[32]byte]string)
	add := func(k curve.PublicKey, format string, args ...any) {
		out[[32]byte(k[1:])] = fmt.Sprintf(format, args...)
	}
	add(curve.BaseMul(curve.NewScalar(1)).Key(), "the generator")
	for _, c := range s.e.Policy.Candidates {
		add(c.Key, "the key of %s", c.Name)
	}
	add(s.e.Policy.Supervisor, "the supervisor's key")
	for key, shares := range s.Shares {
		if s.Dealing != nil && key < len(s.Dealing.Keys) {
			add(s.Dealing.Keys[key].Key.Key(), "a joint key")
		}
		for i, p := range shares {
			add(p.Key(), "the public share of slot %d", i+1)
		}
	}
	return out
}
