package verifier

import "bevote/verifier/election"

// likeness returns the parts of a ballot, and the values that no part of another
// ballot may have. Ballots are alike where one has such a value.
type likeness func(b *countedBallot) (own, others []string)

// sameParts: no two ballots have all bytes, R or the ciphertext in common.
func sameParts(b *countedBallot) (own, others []string) {
	r := b.vote.Sealed.R.Key()
	own = []string{"ballot" + string(b.vote.Ballot), "R" + string(r[:]), "cipher" + string(b.vote.Sealed.Cipher)}
	return own, own
}

// negatedPoint: no R is the negative of another. In the 33 bytes of a point the first
// gives the sign: 02 or 03 (SEC 1, section 2.3.3).
func negatedPoint(b *countedBallot) (own, others []string) {
	r := b.vote.Sealed.R.Key()
	own = []string{string(r[:])}
	r[0] ^= 1
	return own, []string{string(r[:])}
}

// alike is another ballot that is like a given one.
type alike struct {
	slot int
	copy bool // that one opens for a candidate, so that the given one is a copy
}

// findAlike returns the counted ballots that are like others and do not open. Of two
// ballots that are alike at most one opens, since a ballot is bound to its slot and
// coin; the other is the copy, wherever it stands in the chain. Until one opens it is
// not known which.
func findAlike(f *facts, by likeness) map[*election.Vote]alike {
	groups := make(map[string][]*countedBallot)
	opened := make(map[string]*countedBallot)
	for _, b := range f.tally.ballots {
		own, _ := by(b)
		for _, part := range own {
			groups[part] = append(groups[part], b)
			if b.choice > 0 {
				opened[part] = b
			}
		}
	}
	found := make(map[*election.Vote]alike)
	for _, b := range f.tally.ballots {
		if b.choice > 0 {
			continue
		}
		_, others := by(b)
		for _, part := range others {
			if original := opened[part]; original != nil {
				found[b.vote] = alike{original.vote.Index, true}
				break
			}
			if other := firstOther(groups[part], b); other != nil {
				found[b.vote] = alike{other.vote.Index, false}
			}
		}
	}
	return found
}

// firstOther returns the first ballot of a group but b, or nil.
func firstOther(group []*countedBallot, b *countedBallot) *countedBallot {
	for _, other := range group[:min(2, len(group))] {
		if other != b {
			return other
		}
	}
	return nil
}

// V67: no ballot, no R and no ciphertext occurs twice. The copy is at fault.
func uniqueBallots(f *facts, ck *check) {
	ck.expect(len(f.votes))
	found := findAlike(f, sameParts)
	for _, v := range f.votes {
		switch other, is := found[v]; {
		case is && other.copy:
			ck.fail(v.Where(), "a copy of the ballot of slot %d, which opens", other.slot)
		case is:
			ck.leave(v.Where(), "the ballot is that of slot %d too: which is the copy is not known before one opens", other.slot)
		default:
			ck.pass()
		}
	}
}

// V68: no R is a known point or another ballot's R, nor the negative of one. Equal ones
// are V67's.
func unrelatedPoints(f *facts, ck *check) {
	ck.expect(len(f.votes))
	found := findAlike(f, negatedPoint)
	for _, v := range f.votes {
		message, known := v.Broke(election.KnownPoint)
		switch other, is := found[v]; {
		case known:
			ck.fail(v.Where(), "%s", message)
		case is && other.copy:
			ck.fail(v.Where(), "R is the negative of that of slot %d, whose ballot opens", other.slot)
		case is:
			ck.leave(v.Where(), "R is the negative of that of slot %d: which is the copy is not known before one opens", other.slot)
		default:
			ck.pass()
		}
	}
}
