package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// How far, and over how many outputs, coins are followed that a depositor kept
// when it paid its deposit (V36).
const (
	MaxHops   = 4
	MaxTrails = 1000
)

// Trails follow what depositors own beside their deposits, through
// transactions that no mixer and not the supervisor signed: in those anybody's
// coins meet.
//
//	deposit's transaction ── deposit          hop 0
//	                     └── change ── … ──▶  hop 1, 2, … maxHops
type Trails struct {
	at    map[wire.OutPoint]trail
	roll  map[string]bool        // scripts of roll keys
	hubs  map[string]bool        // scripts of mixers and the supervisor
	Links map[wire.OutPoint]Link // the first, by deposit
	Many  map[wire.OutPoint]int  // outputs followed, by deposit; more than maxTrails are not
}

// trail is whose an output may be.
type trail struct {
	deposit wire.OutPoint
	hops    int
}

// Link is where a trail meets an anonymous voter.
type Link struct {
	Hops int
	At   ConfirmedTx // without the transaction
}

// watchTrails prepares to follow the deposits of lines.
func (r *Replay) watchTrails(lines []board.Line) {
	if !r.e.Policy.Mixed() {
		return
	}
	t := &r.Trails
	*t = Trails{at: make(map[wire.OutPoint]trail), roll: make(map[string]bool), hubs: make(map[string]bool),
		Links: make(map[wire.OutPoint]Link), Many: make(map[wire.OutPoint]int)}
	t.hubs[string(templates.PayToKey(r.e.Policy.Supervisor))] = true
	for _, key := range r.mixers {
		t.hubs[string(templates.PayToKey(key))] = true
	}
	for _, l := range lines {
		var b board.Roll
		if l.Type == board.TypeRoll && l.By == r.e.Policy.Supervisor && board.DecodeBody(l, &b) == nil {
			t.roll[string(templates.PayToKey(b.Key))] = true
		}
	}
}

// follow takes the next transaction and tells whether a trail goes through it.
// Eligible says that it spends a coin of the roll.
func (r *Replay) follow(s ConfirmedTx, eligible bool) bool {
	if len(r.deposits) == 0 {
		return false
	}
	found := r.begun(s)
	for _, in := range s.Tx.TxIn {
		if from, ok := r.Trails.at[in.PreviousOutPoint]; ok {
			found = nearest(found, trail{from.deposit, from.hops + 1})
		}
	}
	for _, from := range found {
		r.pursue(s, from, eligible)
	}
	return len(found) > 0
}

// nearest adds a trail to those found in a transaction. Of each deposit's there
// is one, with the fewest hops: its change may come in by thousands of inputs.
func nearest(found []trail, t trail) []trail {
	for i := range found {
		if found[i].deposit == t.deposit {
			found[i].hops = min(found[i].hops, t.hops)
			return found
		}
	}
	return append(found, t)
}

// begun returns the trails that begin in a transaction: of the deposits in it.
func (r *Replay) begun(s ConfirmedTx) (found []trail) {
	if !r.parents[s.ID] {
		return nil
	}
	for i := range s.Tx.TxOut {
		if op := (wire.OutPoint{Hash: s.ID, Index: uint32(i)}); r.deposits[op] {
			found = append(found, trail{op, 0})
		}
	}
	return found
}

// pursue takes one trail through a transaction.
func (r *Replay) pursue(s ConfirmedTx, from trail, eligible bool) {
	if from.hops > 0 && (eligible || r.createsCoin(s)) {
		r.link(s, from, "meets a coin of the roll")
	}
	hub := from.hops > 0 && r.payer(s.Tx) != (curve.PublicKey{})
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		_, known := r.Trails.at[op]
		switch {
		case r.Trails.roll[string(out.PkScript)] && !hub && r.Coins[op] == nil:
			r.link(s, from, fmt.Sprintf("output %d pays a roll key", i))
		case hub || known || from.hops == MaxHops || r.deposits[op] || isNullData(out.PkScript) || r.Trails.hubs[string(out.PkScript)]:
		case r.Trails.Many[from.deposit] > MaxTrails:
		default:
			if r.Trails.Many[from.deposit]++; r.Trails.Many[from.deposit] <= MaxTrails {
				r.Trails.at[op] = from
			}
		}
	}
}

// createsCoin tells whether a transaction has an output that is a coin of the roll.
func (r *Replay) createsCoin(s ConfirmedTx) bool {
	for i := range s.Tx.TxOut {
		if r.Coins[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] != nil {
			return true
		}
	}
	return false
}

func (r *Replay) link(s ConfirmedTx, from trail, note string) {
	if _, known := r.Trails.Links[from.deposit]; !known {
		s.Tx, s.Note = nil, note
		r.Trails.Links[from.deposit] = Link{from.hops, s}
	}
}
