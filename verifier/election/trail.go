package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// Bounds of the trail from a deposit.
const (
	MaxHops   = 4    // transactions
	MaxTrails = 1000 // outputs
)

// trails follow the change of deposits to the roll. A trail ends at a transaction
// that a mixer or the supervisor signed, and at an output to one of their keys: coins
// of many depositors meet there.
//
//	deposit's transaction ── deposit          hop 0
//	                     └── change ── … ──▶  hop 1, 2, … MaxHops
type trails struct {
	at     map[wire.OutPoint]trail
	roll   map[string]bool        // output scripts of roll keys
	shared map[string]bool        // output scripts of the mixers and the supervisor
	links  map[wire.OutPoint]Link // by deposit: the first
	many   map[wire.OutPoint]int  // by deposit: outputs that lead away from it, counted up to MaxTrails + 1
}

// trail is the deposit whose change an output may be.
type trail struct {
	deposit wire.OutPoint
	hops    int
}

// Link is where the trail from a deposit meets the roll.
type Link struct {
	Hops int
	At   ConfirmedTx // Tx is nil; Note says what was met
}

func newTrails() trails {
	return trails{at: make(map[wire.OutPoint]trail), roll: make(map[string]bool), shared: make(map[string]bool),
		links: make(map[wire.OutPoint]Link), many: make(map[wire.OutPoint]int)}
}

// noteSharedScripts records the output scripts of the supervisor and of the mixers.
func (r *Replay) noteSharedScripts() {
	if !r.e.Policy.Mixed() {
		return
	}
	for _, key := range append([]curve.PublicKey{r.e.Policy.Supervisor}, r.mixers...) {
		r.trails.shared[string(templates.PayToKey(key))] = true
	}
}

// Link returns where the trail from a deposit first meets the roll, if it does.
func (r *Replay) Link(deposit wire.OutPoint) (Link, bool) {
	l, linked := r.trails.links[deposit]
	return l, linked
}

// Untraced reports whether more than [MaxTrails] outputs lead away from a deposit.
// Those beyond are not followed.
func (r *Replay) Untraced(deposit wire.OutPoint) bool { return r.trails.many[deposit] > MaxTrails }

// follow replays the next transaction and reports whether a trail goes through it.
// Eligible means that it spends a coin of the roll.
func (r *Replay) follow(s ConfirmedTx, eligible bool) bool {
	if len(r.exchanged) == 0 {
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

// nearest adds a trail to those found in a transaction. For each deposit it keeps the
// trail with the fewest hops.
func nearest(found []trail, t trail) []trail {
	for i := range found {
		if found[i].deposit == t.deposit {
			found[i].hops = min(found[i].hops, t.hops)
			return found
		}
	}
	return append(found, t)
}

// begun returns the trails that begin in a transaction: those of its deposits.
func (r *Replay) begun(s ConfirmedTx) (found []trail) {
	if !r.parents[s.ID] {
		return nil
	}
	for i := range s.Tx.TxOut {
		if op := (wire.OutPoint{Hash: s.ID, Index: uint32(i)}); r.exchanged[op] != nil {
			found = append(found, trail{op, 0})
		}
	}
	return found
}

// pursue continues one trail through a transaction.
func (r *Replay) pursue(s ConfirmedTx, from trail, eligible bool) {
	if from.hops > 0 && (eligible || r.createsCoin(s)) {
		r.link(s, from, "meets a coin of the roll")
	}
	shared := from.hops > 0 && r.payer(s.Tx) != (curve.PublicKey{})
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		_, known := r.trails.at[op]
		switch {
		case r.trails.roll[string(out.PkScript)] && !shared && r.coins[op] == nil:
			r.link(s, from, fmt.Sprintf("output %d pays a roll key", i))
		case shared || known || from.hops == MaxHops || r.exchanged[op] != nil:
		case isNullData(out.PkScript) || r.trails.shared[string(out.PkScript)]:
		case r.trails.many[from.deposit] > MaxTrails:
		default:
			if r.trails.many[from.deposit]++; r.trails.many[from.deposit] <= MaxTrails {
				r.trails.at[op] = from
			}
		}
	}
}

// createsCoin reports whether a transaction has an output that is a coin of the roll.
func (r *Replay) createsCoin(s ConfirmedTx) bool {
	for i := range s.Tx.TxOut {
		if r.coins[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] != nil {
			return true
		}
	}
	return false
}

// link notes the first link of a deposit.
func (r *Replay) link(s ConfirmedTx, from trail, note string) {
	if _, known := r.trails.links[from.deposit]; !known {
		s.Tx, s.Note = nil, note
		r.trails.links[from.deposit] = Link{from.hops, s}
	}
}
