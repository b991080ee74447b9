package agent

import (
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// writing is what is written in the phase that an anchor closes, and by whom.
type writing struct {
	of   board.Type
	from string
	what string
}

// phases has the lines that others write before an anchor.
var phases = map[int]writing{
	election.DepositsClosed: {board.TypeDeposit, "depositors", "deposits"},
	election.IssuesClosed:   {board.TypeIssue, "mixers", "issues"},
	election.VouchersClosed: {board.TypeVoucher, "depositors", "vouchers"},
	election.RollClosed:     {board.TypeEntry, "voters", "entries"},
	election.CommitsClosed:  {board.TypeCommit, "voters", "commitments"},
	election.DealsClosed:    {board.TypeDeal, "voters", "deals"},
}

// unopened is the counted votes that no opening of the board shows. To find them takes long.
type unopened struct {
	of    *roles.Count
	lines int
	votes int
}

// unopened returns how many of the counted votes no opening shows.
func (a *Agent) unopened(view *roles.View, count *roles.Count) int {
	if u := &a.opened; u.of != count || u.lines != len(view.Lines) {
		*u = unopened{count, len(view.Lines), len(a.e.Unopened(view.Setup, count.All, view.Lines))}
	}
	return a.opened.votes
}

// progress returns the name of the phase, and what is waited for.
func (a *Agent) progress(view *roles.View) (phase string, waits []Wait) {
	if view.Setup.Ended != "" {
		return "ended: " + view.Setup.Ended, nil
	}
	_, due, owed := view.Replay.NextAnchor()
	if !owed {
		return a.voting(view)
	}
	name := election.AnchorName(due.Kind)
	if w, ok := phases[due.Kind]; ok && view.Tip < due.By {
		of := len(view.Setup.Roll)
		if of == 0 {
			of = view.Election.Policy.Voters
		}
		waits = append(waits, Wait{What: w.what, From: w.from, Have: authors(view, w.of), Of: of, By: due.By})
	}
	return name, append(waits, Wait{What: "the " + name + " anchor", From: "the supervisor", By: due.Last})
}

// authors returns how many keys have written lines of a type.
func authors(view *roles.View, of board.Type) int {
	seen := make(map[[33]byte]bool)
	for i := range view.Lines {
		if view.Lines[i].Type == of {
			seen[view.Lines[i].By] = true
		}
	}
	return len(seen)
}

// voting returns what is waited for after the last anchor.
func (a *Agent) voting(view *roles.View) (phase string, waits []Wait) {
	t, roll := view.Election.Policy.Times, len(view.Setup.Roll)
	count, err := view.Count()
	if count == nil || err != nil {
		spent := 0
		for _, slot := range view.Setup.Roll {
			if c := view.Replay.Coin(slot.Outpoint); c != nil && c.Spent != nil {
				spent++
			}
		}
		return "vote", []Wait{{What: "votes", From: "voters", Have: spent, Of: roll, By: t.VoteTo}}
	}
	spent := 0
	for _, v := range count.Counted {
		if _, gone := view.Replay.StakeSpent(v.Stake); gone {
			spent++
		}
	}
	of := len(count.Counted)
	switch {
	case spent < of && view.Tip < t.Claim:
		waits = append(waits, Wait{What: "claims", From: "the winner", Have: spent, Of: of, By: t.Claim})
	case spent < of:
		waits = append(waits, Wait{What: "refunds", From: "voters", Have: spent, Of: of})
	}
	if shown := of - a.unopened(view, count); shown < of {
		waits = append(waits, Wait{What: "openings", From: "candidates", Have: shown, Of: of})
	}
	return "count", waits
}

// over reports whether nothing more can come of the role, apart from what is in its outbox and from money
// that a script holds: the election has ended early; or the vote is over for a voter; or for others every
// counted stake is spent, and every ballot opened or time enough gone by to disavow it. All of it is deep.
func (a *Agent) over(view *roles.View) bool {
	deep := func(height uint32) bool { return view.Tip+1 >= height+a.e.Policy.Depth() }
	if view.Setup.Ended != "" {
		return deep(endedAt(view))
	}
	count, err := view.Count()
	if count == nil || err != nil || !deep(a.e.Policy.Times.VoteTo) {
		return false
	}
	if _, voter := a.role.(chooser); voter {
		return true
	}
	last := a.e.Policy.Times.VoteTo
	for _, v := range count.Counted {
		height, spent := view.Replay.StakeSpent(v.Stake)
		if !spent {
			return false
		}
		last = max(last, height)
	}
	if !deep(last) {
		return false
	}
	for i := range view.Lines {
		if view.Lines[i].Type == board.TypeOpening {
			last = max(last, view.Lines[i].Seen.Height)
		}
	}
	return a.unopened(view, count) == 0 || view.Tip+1 >= last+3*a.e.Policy.Depth()
}

// endedAt returns the last height that an early end follows from.
func endedAt(view *roles.View) (height uint32) {
	for _, anchor := range view.Setup.Phases.Anchors() {
		if anchor != nil {
			height = max(height, anchor.Height)
		}
	}
	if m := view.Setup.Phases.Missing(); m != nil {
		height = max(height, m.Last)
	}
	return height
}
