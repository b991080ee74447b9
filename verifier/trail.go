package verifier

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
	maxHops   = 4
	maxTrails = 1000
)

// trails follow what depositors own beside their deposits, through
// transactions that no mixer and not the supervisor signed: in those anybody's
// coins meet.
//
//	deposit's transaction ── deposit          hop 0
//	                     └── change ── … ──▶  hop 1, 2, … maxHops
type trails struct {
	at    map[wire.OutPoint]trail
	roll  map[string]bool        // scripts of roll keys
	hubs  map[string]bool        // scripts of mixers and the supervisor
	links map[wire.OutPoint]link // the first, by deposit
	many  map[wire.OutPoint]int  // outputs followed, by deposit; more than maxTrails are not
}

// trail is whose an output may be.
type trail struct {
	deposit wire.OutPoint
	hops    int
}

// link is where a trail meets an anonymous voter.
type link struct {
	hops int
	at   sighting // without the transaction
}

// watchTrails prepares to follow the deposits of lines.
func (r *Replay) watchTrails(lines []board.Line) {
	if !r.e.Policy.Mixed() {
		return
	}
	t := &r.trails
	*t = trails{at: make(map[wire.OutPoint]trail), roll: make(map[string]bool), hubs: make(map[string]bool),
		links: make(map[wire.OutPoint]link), many: make(map[wire.OutPoint]int)}
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
func (r *Replay) follow(s sighting, eligible bool) bool {
	if len(r.deposits) == 0 {
		return false
	}
	found := r.begun(s)
	for _, in := range s.Tx.TxIn {
		if from, ok := r.trails.at[in.PreviousOutPoint]; ok {
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
func (r *Replay) begun(s sighting) (found []trail) {
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
func (r *Replay) pursue(s sighting, from trail, eligible bool) {
	if from.hops > 0 && (eligible || r.createsCoin(s)) {
		r.link(s, from, "meets a coin of the roll")
	}
	hub := from.hops > 0 && r.payer(s.Tx) != (curve.PublicKey{})
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		_, known := r.trails.at[op]
		switch {
		case r.trails.roll[string(out.PkScript)] && !hub && r.coins[op] == nil:
			r.link(s, from, fmt.Sprintf("output %d pays a roll key", i))
		case hub || known || from.hops == maxHops || r.deposits[op] || isNullData(out.PkScript) || r.trails.hubs[string(out.PkScript)]:
		case r.trails.many[from.deposit] > maxTrails:
		default:
			if r.trails.many[from.deposit]++; r.trails.many[from.deposit] <= maxTrails {
				r.trails.at[op] = from
			}
		}
	}
}

// createsCoin tells whether a transaction has an output that is a coin of the roll.
func (r *Replay) createsCoin(s sighting) bool {
	for i := range s.Tx.TxOut {
		if r.coins[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] != nil {
			return true
		}
	}
	return false
}

func (r *Replay) link(s sighting, from trail, note string) {
	if _, known := r.trails.links[from.deposit]; !known {
		s.Tx, s.Note = nil, note
		r.trails.links[from.deposit] = link{from.hops, s}
	}
}
