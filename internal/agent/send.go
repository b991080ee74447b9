package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/boardclient"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// locate notes where the view shows each entry of the outbox.
func (a *Agent) locate(view *roles.View) {
	for _, e := range a.outbox.entries {
		e.at = place{}
		if e.Line != nil {
			e.at.line = lineNumber(view.Lines, *e.Line)
			e.at.deep = e.at.line > 0
			continue
		}
		a.ledger.watch(e.Tx, a.chain)
		if s, stands := a.ledger.find(e.Tx); s != nil {
			e.at.height, e.at.deep = s.height, view.Tip+1 >= s.height+a.e.Policy.Depth()
			if !stands {
				e.at.other = s.id.String()
			}
		}
	}
}

// lineNumber returns the number of the line that says what l does, 0 where there is none.
func lineNumber(lines []board.Line, l board.Line) int {
	return 1 + slices.IndexFunc(lines, func(other board.Line) bool { return sameLine(other, l) })
}

// sendOnce sends an entry that the view does not show, and that was not answered since the newest block.
// What was sent before goes on as it is, also where the role no longer lists it.
func (a *Agent) sendOnce(ctx context.Context, view *roles.View, e *entry) error {
	if e.at.shown() || e.at.other != "" && e.at.deep || late(view, e.Act) || e.answered == a.chain.tip() {
		return nil
	}
	if e.Tx != nil {
		a.sendTx(e)
		return nil
	}
	return a.sendLine(ctx, e)
}

// late reports whether an act comes too late in the next block.
func late(view *roles.View, act roles.Act) bool { return act.By > 0 && view.Tip >= act.By }

// sendTx hands in a transaction.
func (a *Agent) sendTx(e *entry) {
	err := a.chain.Submit(e.Tx)
	outcome := relay.OutcomeOf(err)
	e.problem, e.failed = nil, false
	if outcome != relay.Unreachable {
		e.answered = a.chain.tip()
	}
	if relay.Stands(e.Tx, err) {
		return
	}
	e.failed = outcome != relay.Unreachable
	e.problem = &Problem{What: e.What, Why: err.Error(), Do: remedyOf(err)}
}

// remedyOf says what helps where a transaction is not taken.
func remedyOf(err error) string {
	switch relay.OutcomeOf(err) {
	case relay.Conflict:
		return "nothing, if the other transaction is yours or of another who was sooner: the chain decides"
	case relay.Refused:
		return "if it is the fee, the same payment with a higher one takes its place; it is tried again with each block"
	}
	return "it is sent again"
}

// sendLine hands in a line.
func (a *Agent) sendLine(ctx context.Context, e *entry) error {
	_, err := a.board.Submit(ctx, *e.Line)
	var refused *boardclient.Refused
	var away *boardclient.Unreachable
	var against *boardclient.Contradiction
	e.problem, e.failed = nil, false
	switch {
	case err == nil:
		e.answered = a.chain.tip()
	case errors.As(err, &refused):
		e.failed = refused.Code != election.RefusedSeen
		if !a.behind() {
			e.answered = a.chain.tip()
		}
		e.problem = &Problem{What: e.What, Why: refused.Code + ": " + refused.Reason, Do: refused.Do}
	case errors.As(err, &away):
		e.problem = &Problem{What: e.What, Why: err.Error(), Do: "it is sent again"}
	case errors.As(err, &against):
		e.problem = &Problem{What: e.What, Why: err.Error(), Do: "show the proof to the others"}
	default:
		return err
	}
	return nil
}

// drop gives up the entries that the role no longer lists and that can no more matter.
func (a *Agent) drop(view *roles.View) error {
	var records []record
	for _, e := range a.outbox.entries {
		if why := a.useless(view, e); why != "" {
			records = append(records, record{What: e.What, Drop: idOf(e.Act), Why: why})
		}
	}
	return a.outbox.drop(records)
}

// useless returns why an entry can no more matter, or "".
func (a *Agent) useless(view *roles.View, e *entry) string {
	switch {
	case e.at.shown():
		return ""
	case e.at.other != "" && e.at.deep:
		return fmt.Sprintf("transaction %s spends the same, in block %d", e.at.other, e.at.height)
	case e.listed:
		return ""
	case late(view, e.Act):
		return fmt.Sprintf("it had to stand by block %d", e.By)
	case e.failed:
		return "it is refused, and no longer due: " + e.problem.Why
	}
	return ""
}

// spends names the entry that spends an outpoint, or "".
func (o *outbox) spends(op wire.OutPoint) string {
	for _, e := range o.entries {
		if e.Tx == nil {
			continue
		}
		for _, in := range e.Tx.TxIn {
			if in.PreviousOutPoint == op {
				return e.What
			}
		}
	}
	return ""
}
