package rehearsal

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// until lets the roles act and mines, block by block, until over holds of the view after the acts. The
// election is played up to the height to, or thereabouts.
func (p *Play) until(stage string, to uint32, over func(*roles.View) bool) error {
	from, _ := p.Chain.Tip()
	for {
		v, err := p.actUntilQuiet()
		if err != nil || p.ended != "" || over(v) {
			return err
		}
		if to > from+10 {
			p.progress(stage, int(v.Tip+1-from), int(max(to, v.Tip+1)-from))
		}
		if err := p.Advance(v.Tip + 1); err != nil {
			return err
		}
	}
}

// actUntilQuiet lets the roles act until none has anything new to do before the next block. It returns
// the last view.
func (p *Play) actUntilQuiet() (*roles.View, error) {
	for {
		if err := p.ctx.Err(); err != nil {
			return nil, err
		}
		acted, err := p.actOnce()
		if err != nil {
			return nil, err
		}
		if !acted {
			v, err := p.Look()
			if err == nil && p.step > enrol {
				p.ended = v.Setup.Ended
			}
			return v, err
		}
	}
}

// actOnce lets the roles act once, each group on what those before it wrote, and reports whether any
// did. The supervisor acts when the others are quiet, so that an anchor commits to all that was written
// before the block.
func (p *Play) actOnce() (acted bool, err error) {
	if p.Hooks.Roles != nil {
		if err := p.Hooks.Roles(); err != nil {
			return false, err
		}
	}
	for _, group := range []func(*roles.View) (bool, error){p.actExchange, p.actVoters, p.complainMore, p.actCandidates} {
		v, err := p.Look()
		if err != nil {
			return false, err
		}
		did, err := group(v)
		if err != nil {
			return false, err
		}
		acted = acted || did
		if tip, _ := p.Chain.Tip(); tip != v.Tip {
			return true, nil // a hook has mined
		}
	}
	if acted {
		return true, nil
	}
	v, err := p.Look()
	if err != nil {
		return false, err
	}
	return p.actSupervisor(v)
}

// Look returns what board and chain show now. All roles share it.
func (p *Play) Look() (*roles.View, error) {
	if p.observer == nil {
		p.observer = roles.NewObserver(p.Election, p.Chain, p.Times.Announce)
	}
	v, err := p.observer.View(p.Log.Lines())
	if err == nil {
		p.Setup = v.Setup
		if _, c := v.Outcome(); c != nil {
			p.Combination = c
		}
	}
	return v, err
}

// actVoters lets the voters act on one view. Their lines come in the order of the roll keys.
func (p *Play) actVoters(view *roles.View) (acted bool, err error) {
	switch {
	case p.step == enrol && view.Setup.Phases.Closed(election.RollClosed):
		return false, nil // what is due is of the next step
	case p.step == vote:
		p.choose()
	}
	acts := make([][]roles.Act, len(p.Voters))
	err = p.parallel(p.stage(view), len(p.Voters), func(i int) (err error) {
		acts[i], err = p.Voters[i].acts(view)
		return err
	})
	if err != nil {
		return false, err
	}
	if p.Hooks.Coins != nil && p.step == enrol {
		return p.enterWith(view)
	}
	for i, v := range slices.Clone(p.Voters) {
		did, err := p.performAll(actor{role: v.Role, voter: v}, acts[i])
		if err != nil {
			return false, err
		}
		acted = acted || did
	}
	return acted, nil
}

// stage is what takes the voters long by a view, the first time, or "".
func (p *Play) stage(v *roles.View) string {
	name := ""
	for _, s := range []struct {
		after int
		name  string
	}{
		{election.RollClosed, "commitments"}, {election.CommitsClosed, "deals"},
		{election.DealsClosed, "shares"}, {election.SetupClosed, "acknowledgements"},
	} {
		if v.Closed(s.after) {
			name = s.name
		}
	}
	if p.staged == name {
		return ""
	}
	p.staged = name
	return name
}

// complainMore calls the hook Complain for each voter, once, when the voters have received their shares.
func (p *Play) complainMore(view *roles.View) (acted bool, err error) {
	outcome, _ := view.Outcome()
	if p.Hooks.Complain == nil || p.complained || outcome == nil || view.Setup.Phases.Closed(election.SetupClosed) {
		return false, nil
	}
	p.complained = true
	for _, v := range p.Voters {
		if err := p.Hooks.Complain(v, view.Setup, outcome); err != nil {
			return true, err
		}
	}
	return true, nil
}

// actCandidates lets the candidates act on one view. Of two that can both claim, the one with more
// votes is first.
func (p *Play) actCandidates(view *roles.View) (acted bool, err error) {
	acts := make([][]roles.Act, len(p.Candidates))
	err = p.parallel("", len(p.Candidates), func(i int) (err error) {
		acts[i], err = p.Candidates[i].Acts(view)
		return err
	})
	if err != nil {
		return false, err
	}
	votes, order := make([]int, len(p.Candidates)), make([]int, len(p.Candidates))
	for _, v := range p.Voters {
		if v.Choice > 0 && v.Choice <= len(votes) {
			votes[v.Choice-1]++
		}
	}
	for i := range order {
		order[i] = i
	}
	if p.step == claim {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(votes[b], votes[a]) })
	}
	for _, i := range order {
		name := p.Policy.Candidates[i].Name
		did, err := p.performAll(actor{role: "candidate " + name, claims: name}, acts[i])
		if err != nil {
			return false, err
		}
		acted = acted || did
	}
	return acted, nil
}

// actSupervisor lets the supervisor act.
func (p *Play) actSupervisor(view *roles.View) (bool, error) {
	acts, err := p.Supervisor.Acts(view)
	if errors.Is(err, roles.ErrShort) && p.step <= enrol {
		return false, Unplayable("%d coins of %d sat are more than the supervisor has mined by block %d", len(p.Voters), p.Policy.Coin(), view.Tip)
	}
	if err != nil {
		return false, err
	}
	who := actor{role: "supervisor"}
	if p.Tally = p.Supervisor.Tally(view); p.Tally != nil && p.Tally.Winner > 0 {
		who.claims = p.Policy.Candidates[p.Tally.Winner-1].Name
	}
	acted, err := p.performAll(who, acts)
	if acted || err != nil {
		return acted, err
	}
	return p.closeWithout(view)
}

// closeWithout makes the anchor that is due although a hook has kept what the supervisor writes before it
// off the board.
func (p *Play) closeWithout(view *roles.View) (bool, error) {
	_, due, owed := view.Replay.NextAnchor()
	if !owed || due.Kind == election.Announce || view.Tip != due.By || p.Hooks.Line == nil || p.anchored[due.Kind] {
		return false, nil
	}
	tx, err := p.Supervisor.Anchor(view.Replay, p.Log.Head())
	if err != nil {
		return false, err
	}
	return p.perform(actor{role: "supervisor"}, roles.Act{What: election.AnchorName(due.Kind) + " anchor", Tx: tx})
}

// actor is the role of an act.
type actor struct {
	role   string // as nodes and streams name it
	voter  *Voter // nil for other roles
	claims string // the candidate for whom it claims
}

// performAll performs the acts of a role, and reports whether there was anything new to do.
func (p *Play) performAll(who actor, acts []roles.Act) (acted bool, err error) {
	for _, a := range acts {
		did, err := p.perform(who, a)
		if err != nil {
			return acted, err
		}
		acted = acted || did
	}
	return acted, nil
}

// perform appends the line or sends the transaction of an act, unless it was done before, is of a later
// step, or of one that a hook has played. It reports whether it did.
func (p *Play) perform(who actor, a roles.Act) (bool, error) {
	if step := stepOf(a.What); step > p.step || p.replaced[step] || a.What == "refund" && p.leftToBranch(who.voter) {
		return false, nil
	}
	key := keyOf(a)
	if p.performed[key] {
		return false, nil
	}
	p.performed[key] = true
	if a.Line != nil {
		return true, p.Append(*a.Line)
	}
	if taken, err := p.taken(who, a); taken || err != nil {
		return true, err
	}
	stands, err := p.submit(who.role, a)
	if err != nil {
		return true, err
	}
	if a.What == "claim" && stands && p.Claimant == "" {
		p.Claimant = who.claims
	}
	return true, nil
}

// submit sends the transaction of an act, and reports whether it stands, or one like it. Where another
// one has spent its inputs it does not, which is no error.
func (p *Play) submit(role string, a roles.Act) (stands bool, err error) {
	err = p.Node(role).Submit(a.Tx)
	if stands = relay.Stands(a.Tx, err); stands || relay.OutcomeOf(err) == relay.Conflict {
		return stands, nil
	}
	return false, fmt.Errorf("%s: %w", a.What, err)
}

// keyOf is a hash of what an act does: of a line without its date, but with the height by which it is due,
// since a late complaint may say what one in time said; of a transaction its id.
func keyOf(a roles.Act) [32]byte {
	if a.Tx != nil {
		return a.Tx.TxHash()
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s", a.Line.By, a.Line.Type, a.By, a.Line.Body))
}

// taken reports whether a hook performs something in the place of an act: an anchor, or a vote.
func (p *Play) taken(who actor, a roles.Act) (bool, error) {
	if kind := anchorKind(a.What); kind > 0 {
		first := !p.anchored[kind]
		p.anchored[kind] = true
		if p.Hooks.Anchor == nil || !first {
			return p.closedBy[kind], nil
		}
		tip, _ := p.Chain.Tip()
		head := p.Log.Head()
		closed, err := p.Hooks.Anchor(kind, tip+1)
		p.closedBy[kind] = closed
		return closed || p.Log.Head() != head, err // where the hook wrote lines, the next anchor commits to them
	}
	if who.voter == nil || stepOf(a.What) != vote {
		return false, nil
	}
	return p.castInstead(who.voter, a)
}

// anchorKind returns the kind of the anchor that an act makes, or 0.
func anchorKind(what string) int {
	if what == "announcement" {
		return election.Announce
	}
	for kind := election.RegisterClosed; kind <= election.LastAnchor; kind++ {
		if what == election.AnchorName(kind)+" anchor" {
			return kind
		}
	}
	return 0
}

// enterWith writes the voters' entries with the coins that the hook gives them, once, in the last block
// for entries.
func (p *Play) enterWith(view *roles.View) (bool, error) {
	if p.entered || view.Tip+1 < p.Policy.Times.Roll {
		return false, nil
	}
	p.entered = true
	coins := make(map[curve.PublicKey]wire.OutPoint)
	for _, v := range p.Voters {
		if op, ok := view.CoinOf(v.Key()); ok {
			coins[v.Key()] = op
		}
	}
	if err := p.Hooks.Coins(coins); err != nil {
		return true, err
	}
	for _, v := range p.Voters {
		op, ok := coins[v.Key()]
		if !ok {
			continue
		}
		seen, err := roles.Seen(p.Chain, p.Policy.Confirmations)
		if err != nil {
			return true, err
		}
		coin := election.EncodeOutpoint(op)
		l, err := board.Sign(p.EID, v.Secret, seen, board.Entry{Outpoint: coin[:]})
		if err := p.appendLine(l, err); err != nil {
			return true, err
		}
	}
	return true, nil
}
