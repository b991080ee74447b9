package rehearsal

import (
	"slices"

	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Dealer writes the lines of one dealer: the commitment to a deal and the deal.
// Each method is called once, and reports whether it has written a line.
type Dealer interface {
	Commit(p sharing.Params) (board.Line, bool, error)
	Deal(p sharing.Params) (board.Line, bool, error)
}

// acts returns what is due of the voter, and of its Dealer in the place of its own dealing.
func (v *Voter) acts(view *roles.View) ([]roles.Act, error) {
	acts, err := v.Voter.Acts(view)
	if err != nil || v.Dealer == nil {
		return acts, err
	}
	acts = slices.DeleteFunc(acts, func(a roles.Act) bool { return a.What == "commit" || a.What == "deal" })
	if view.Setup.SlotOf(v.Key()) == 0 {
		return acts, nil
	}
	t := view.Election.Policy.Times
	for _, phase := range []struct {
		what         string
		after, until int
		by           uint32
		done         *bool
		write        func(sharing.Params) (board.Line, bool, error)
	}{
		{"commit", election.RollClosed, election.CommitsClosed, t.Commit, &v.committed, v.Dealer.Commit},
		{"deal", election.CommitsClosed, election.DealsClosed, t.Deal, &v.dealt, v.Dealer.Deal},
	} {
		if *phase.done || !view.Open(phase.after, phase.until, phase.by) {
			continue
		}
		*phase.done = true
		l, ok, err := phase.write(view.Setup.Params())
		if err != nil {
			return nil, err
		}
		if ok {
			acts = append(acts, roles.Act{What: phase.what, Line: &l, By: phase.by})
		}
	}
	return acts, nil
}
