package election

import (
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Unopened returns the counted votes whose ballots are not recomputed by any opening in
// the lines. Of each author that may open, the first opening of a slot counts.
func (e *Election) Unopened(s *Setup, votes []*Vote, lines []board.Line) (unopened []*Vote) {
	type statement struct{ by, slot int }
	met := make(map[statement]bool)
	opened := make(map[int][]board.Opened) // by roll slot
	for _, l := range lines {
		by := e.Opener(l.By)
		var body board.Opening
		if by < 0 || l.Type != board.TypeOpening || board.DecodeBody(l, &body) != nil {
			continue
		}
		for _, o := range body.Openings {
			if at := (statement{by, o.I}); !met[at] {
				met[at] = true
				opened[o.I] = append(opened[o.I], o)
			}
		}
	}
	for _, v := range Counted(votes) {
		if !slices.ContainsFunc(opened[v.Index], func(o board.Opened) bool { return e.opens(s, v, o) }) {
			unopened = append(unopened, v)
		}
	}
	return unopened
}

// opens reports whether an opening recomputes a vote's ballot.
func (e *Election) opens(s *Setup, v *Vote, o board.Opened) bool {
	if o.J > len(e.Policy.Candidates) {
		return false
	}
	share, err := curve.DecodeScalar(o.S)
	public, err2 := s.PublicShare(v.Index, e.Policy.KeyNumber(o.J))
	m := ballot.Plain{Share: share, Candidate: o.J, Salt: o.Salt}
	at := ballot.Place{EID: e.EID, Outpoint: v.Outpoint, PublicShare: public}
	return err == nil && err2 == nil && ballot.Recomputes(v.Ballot, m, at, e.SealKeys[o.J-1])
}
