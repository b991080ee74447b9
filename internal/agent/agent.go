// Package agent runs a role of an election: it reads board and chain, lets the role say what is due, and
// sends that until board and chain show it.
//
// It promises that it may be stopped, killed and started again at any moment, and that the role then does
// what it would have done: nothing leaves before it is on the disk, and what is done is known from board
// and chain alone.
//
//	board ──▶ copy ──┐                           ┌──▶ board
//	                 ├─▶ view ──▶ acts ─▶ outbox ┤
//	node ───▶ chain ─┘       role        fsync   └──▶ node
package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"bevote/internal/boardclient"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Role is what an agent runs. What its acts are follows from the view and from its secrets.
//
// A role that has the methods Watch and Rewind, as those with a wallet do, is shown the blocks of the view
// before.
type Role interface {
	Acts(*roles.View) ([]roles.Act, error)
}

// Board is a verified copy of the board and the way to its server: a [boardclient.Client].
type Board interface {
	// Status asks the server what it says of its board, with its newest block.
	Status(ctx context.Context) (boardclient.Status, error)
	// Extend brings the copy up to what the server has. The error is a [boardclient.Contradiction], or a
	// [boardclient.Unreachable], or the disk's.
	Extend(ctx context.Context) error
	// Lines returns the copy.
	Lines() []board.Line
	// Submit hands in a line and keeps the receipt. The error is a [boardclient.Refused], or as those of
	// Extend. The line may have arrived where the server was unreachable.
	Submit(ctx context.Context, l board.Line) (boardclient.Accepted, error)
	// Wait returns when the server has more lines than the copy, or after a while.
	Wait(ctx context.Context) error
	// PutAside keeps the copy as a proof, and begins a new one.
	PutAside() error
}

// Options are what an agent needs. Election, Role, Board, Node and Disk are required.
type Options struct {
	Election *election.Election
	Role     Role
	Board    Board
	Node     Node
	Disk     Disk
	From     uint32           // the first block that can matter: with a payment to the role, or the announcement
	Scripts  [][]byte         // output scripts of the role: what pays them is its money
	Poll     time.Duration    // between two turns where something had no answer; 0 for five seconds
	Now      func() time.Time // nil for the clock, which only estimates use
}

// Agent runs one role. Its methods are for one goroutine.
type Agent struct {
	e        *election.Election
	role     Role
	board    Board
	node     Node
	poll     time.Duration
	now      func() time.Time
	disk     Disk
	lost     bool   // the node gave no snapshot in this turn
	served   bool   // the copy was extended in this turn
	against  bool   // the server contradicts the copy
	withheld bool   // an act waits for a better view
	closed   uint32 // height of the server's newest block before the copy was extended; 0 where it was not
	chain    *chain
	observer *roles.Observer
	ledger   *ledger
	outbox   *outbox
	problems []Problem // of this turn
	opened   unopened
	said     []byte // the newest status that was written
}

// New reads what the disk holds of the role's earlier turns.
func New(opt Options) (*Agent, error) {
	a := &Agent{e: opt.Election, role: opt.Role, board: opt.Board, node: opt.Node, disk: opt.Disk, poll: opt.Poll, now: opt.Now}
	if a.poll == 0 {
		a.poll = 5 * time.Second
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.ledger = newLedger(opt.Scripts)
	a.chain = &chain{from: opt.From}
	a.chain.show(a.ledger.addBlock, a.ledger.rewind)
	if w, ok := opt.Role.(watcher); ok {
		a.chain.show(w.Watch, w.Rewind)
	}
	a.observer = roles.NewObserver(opt.Election, a.chain, opt.From)
	var err error
	if a.outbox, err = openOutbox(opt.Disk); err != nil {
		return nil, err
	}
	a.chain.show(nil, func(uint32) { a.outbox.sendAgain() })
	return a, a.recallChoice()
}

// watcher is a role with a wallet.
type watcher interface {
	Watch(height uint32, b *wire.MsgBlock)
	Rewind(height uint32)
}

// Turn reads board and chain once and does what is due. Its steps, each on the disk before the next:
//
//  1. The board's new lines are appended to the copy, once they are verified.
//  2. The role's acts follow from the view of lines and blocks, and from the choices on the disk.
//  3. Acts that are new are appended to the outbox.
//  4. What the view does not show is sent, and receipts are kept.
//  5. The reasons for which anything is not sent any more are appended to the outbox.
//  6. The status replaces the one before.
//
// An error is the disk's, or of a node that could not be read: the turn is to be tried again, as after a
// restart. The status is that of the turn, nil if it had no view.
func (a *Agent) Turn(ctx context.Context) (*Status, error) {
	view, err := a.look(ctx)
	if err != nil {
		return nil, err
	}
	acts := a.acts(view)
	if err := a.outbox.put(acts); err != nil {
		return nil, err
	}
	a.locate(view)
	for _, e := range a.outbox.entries {
		if err := a.sendOnce(ctx, view, e); err != nil {
			return nil, err
		}
	}
	if err := a.drop(view); err != nil {
		return nil, err
	}
	return a.report(view, acts)
}

// Due returns the acts that the next turn would put into the outbox, and sends nothing.
func (a *Agent) Due(ctx context.Context) ([]roles.Act, error) {
	view, err := a.look(ctx)
	if err != nil {
		return nil, err
	}
	return a.acts(view), nil
}

// look reads board and chain.
func (a *Agent) look(ctx context.Context) (*roles.View, error) {
	a.problems = nil
	snapshot, err := a.node.Snapshot(ctx)
	if a.lost = err != nil; err == nil {
		err = a.chain.update(snapshot)
	}
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	if err := a.extend(ctx); err != nil {
		return nil, err
	}
	view, err := a.observer.View(a.board.Lines())
	if err != nil || !a.against || !a.outvoted(view) {
		return view, err
	}
	if err := a.board.PutAside(); err != nil {
		return nil, err
	}
	if err := a.extend(ctx); err != nil {
		return nil, err
	}
	return a.observer.View(a.board.Lines())
}

// outvoted reports whether a deep anchor commits to a board that the copy is not, nor begins with. That board
// counts for all readers.
func (a *Agent) outvoted(view *roles.View) bool {
	heads := map[board.Hash]bool{a.e.EID: true}
	for i := range view.Lines {
		heads[view.Lines[i].Hash()] = true
	}
	for _, anchor := range view.Replay.Sequence(view.Tip).Anchors {
		if view.Tip+1 >= anchor.Height+a.e.Policy.Depth() && !heads[anchor.Head] {
			return true
		}
	}
	return false
}

// extend brings the copy of the board up to date. Without an answer, and where the server contradicts what
// it has shown before, the copy stays and no line is made of it. The server's newest block is asked for
// first: a phase that was closed then has all its lines in the copy.
func (a *Agent) extend(ctx context.Context) error {
	a.served, a.against, a.closed = false, false, 0
	status, err := a.board.Status(ctx)
	if err == nil {
		err = a.board.Extend(ctx)
	}
	var away *boardclient.Unreachable
	var against *boardclient.Contradiction
	switch {
	case err == nil:
		a.served = true
		if status.Tip != nil {
			a.closed = status.Tip.Height
		}
		if a.behind() {
			tip, _ := a.chain.Tip()
			a.problem("board", fmt.Sprintf("the server is at block %d, your node at %d", a.closed, tip), "it is asked again")
		}
	case errors.As(err, &against):
		a.against = true
		a.problem("board", err.Error(), "show the proof to the others; nothing more is signed on this board, and what the chain holds goes on")
	case errors.As(err, &away):
		a.problem("board", err.Error(), "it is asked again; what the chain holds goes on")
	default:
		return err
	}
	return nil
}

// behind reports whether the server does not know the newest block. It may refuse what it would take in a
// moment.
func (a *Agent) behind() bool {
	tip, _ := a.chain.Tip()
	return a.closed < tip
}

// acts returns the role's acts by a view, without those that come too late or have to wait for a better
// view.
func (a *Agent) acts(view *roles.View) (ready []roles.Act) {
	acts, err := a.role.Acts(view)
	if err != nil {
		a.problem("role", err.Error(), "")
	}
	a.withheld = false
	for _, act := range acts {
		switch {
		case late(view, act):
		case a.mayMake(view, act):
			ready = append(ready, act)
		default:
			a.withheld = true
		}
	}
	return ready
}

// mayMake reports whether the lines of a view are good enough for an act. A line, and an anchor, are made
// of a board that was served just now and that contradicts nothing. What the supervisor closes a phase with
// waits until the server takes no more lines for it: they would not be under the anchor. Other transactions
// follow from the chain, and from lines under deep anchors.
func (a *Agent) mayMake(view *roles.View, act roles.Act) bool {
	anchor := act.Tx != nil && isAnchor(act.Tx)
	if act.Line == nil && !anchor {
		return true
	}
	_, due, owed := view.Replay.NextAnchor()
	closes := owed && (anchor || act.Line.By == a.e.Policy.Supervisor)
	return a.served && !(closes && a.closed < due.By)
}

// Run makes turns until the role's part is over, or the context is done: whenever board or chain have
// news. After each it calls said, unless that is nil, with the status or the error of the turn.
func (a *Agent) Run(ctx context.Context, said func(*Status, error)) error {
	for {
		status, err := a.Turn(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if said != nil {
			said(status, err)
		}
		if err == nil && status.Over {
			return nil
		}
		if err := a.wait(ctx, err != nil || a.behind() || a.outbox.unanswered()); err != nil {
			return err
		}
	}
}

// wait returns at news of board or chain. With hurry it waits no longer than a poll.
func (a *Agent) wait(ctx context.Context, hurry bool) error {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	if hurry {
		wait, cancel = context.WithTimeout(wait, a.poll)
		defer cancel()
	}
	var group sync.WaitGroup
	group.Go(func() {
		if a.board.Wait(wait) != nil { // there is still the chain, for a while
			select {
			case <-time.After(a.poll):
			case <-wait.Done():
			}
		}
		cancel()
	})
	newest := a.chain.Chain
	if a.lost {
		newest = nil
	}
	group.Go(func() {
		if a.node.Wait(wait, newest) == nil {
			cancel()
		}
	})
	group.Wait()
	return ctx.Err()
}

func (a *Agent) problem(what, why, do string) {
	a.problems = append(a.problems, Problem{What: what, Why: why, Do: do})
}
