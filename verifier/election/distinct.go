package election

import (
	"fmt"

	"bevote/internal/curve"
)

// findKnownPoints finds the counted votes whose ballot's R = r·G has the x-coordinate
// of one of [knownPoints]. Ballots that are alike are not compared here: which of two
// is the copy follows from their openings.
func findKnownPoints(s *Setup, votes []*Vote) {
	points := knownPoints(s)
	for _, v := range votes {
		if !v.Counted() {
			continue
		}
		r := v.Sealed.R.Key()
		if of := points[[32]byte(r[1:])]; of != "" {
			v.fault(KnownPoint, "R has the x-coordinate of %s", of)
		}
	}
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
