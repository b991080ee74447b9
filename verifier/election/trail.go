package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// How far, and over how many outputs, coins are followed that a depositor kept
// when it paid its deposit (V36).
const (
	MaxHops   = 4
	MaxTrails = 1000
)

// trails follow what depositors own beside their deposits, through
// transactions that no mixer and not the supervisor signed: in those anybody's
// coins meet.
//
//	deposit's transaction ── deposit          hop 0
//	                     └── change ── … ──▶  hop 1, 2, … maxHops
type trails struct {
	at     map[wire.OutPoint]trail
	roll   map[string]bool        // scripts of roll keys
	shared map[string]bool        // scripts of mixers and the supervisor
	links  map[wire.OutPoint]Link // the first, by deposit
	many   map[wire.OutPoint]int  // outputs followed, by deposit; more than maxTrails are not
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

func newTrails() trails {
	return trails{at: make(map[wire.OutPoint]trail), roll: make(map[string]bool), shared: make(map[string]bool),
		links: make(map[wire.OutPoint]Link), many: make(map[wire.OutPoint]int)}
}

// shareScripts notes the scripts to which many pay: the supervisor's and the mixers'.
func (r *Replay) shareScripts() {
	if !r.e.Policy.Mixed() {
		return
	}
	for _, key := range append([]curve.PublicKey{r.e.Policy.Supervisor}, r.mixers...) {
		r.trails.shared[string(templates.PayToKey(key))] = true
	}
}

// Link returns where the trail from a deposit meets a roll entry, if it does.
func (r *Replay) Link(deposit wire.OutPoint) (Link, bool) {
	l, linked := r.trails.links[deposit]
	return l, linked
}

// Untraced reports whether more than MaxTrails outputs lead away from a deposit,
// so that some of them were not followed.
func (r *Replay) Untraced(deposit wire.OutPoint) bool { return r.trails.many[deposit] > MaxTrails }

// follow takes the next transaction and tells whether a trail goes through it.
// Eligible says that it spends a coin of the roll.
func (r *Replay) follow(s ConfirmedTx, eligible bool) bool {
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
	shared := from.hops > 0 && r.payer(s.Tx) != (curve.PublicKey{})
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		_, known := r.trails.at[op]
		switch {
		case r.trails.roll[string(out.PkScript)] && !shared && r.coins[op] == nil:
			r.link(s, from, fmt.Sprintf("output %d pays a roll key", i))
		case shared || known || from.hops == MaxHops || r.deposits[op] || isNullData(out.PkScript) || r.trails.shared[string(out.PkScript)]:
		case r.trails.many[from.deposit] > MaxTrails:
		default:
			if r.trails.many[from.deposit]++; r.trails.many[from.deposit] <= MaxTrails {
				r.trails.at[op] = from
			}
		}
	}
}

// createsCoin tells whether a transaction has an output that is a coin of the roll.
func (r *Replay) createsCoin(s ConfirmedTx) bool {
	for i := range s.Tx.TxOut {
		if r.coins[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] != nil {
			return true
		}
	}
	return false
}

func (r *Replay) link(s ConfirmedTx, from trail, note string) {
	if _, known := r.trails.links[from.deposit]; !known {
		s.Tx, s.Note = nil, note
		r.trails.links[from.deposit] = Link{from.hops, s}
	}
}
