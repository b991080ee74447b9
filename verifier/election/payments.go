package election

import (
	"bytes"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// payments is a chain of payments of one key. Each transaction spends the change of the
// one before, so that two tries to pay conflict:
//
//	end ──▶ payment ──change──▶ payment ──change──▶ …
type payments struct {
	key     curve.PublicKey
	begin   wire.OutPoint
	next    Tail                    // the end; zero before the chain begins and where it is over
	txs     map[chainhash.Hash]bool // of the chain
	outputs map[string][]Payment    // by output script, in the chain's order
}

// Payment is an output of a chain of payments.
type Payment struct {
	Outpoint wire.OutPoint
	Sats     int64
	Height   uint32 // of its block
}

// newPayments returns the chain of a key that begins at a tail.
func newPayments(key curve.PublicKey, begin Tail) *payments {
	return &payments{key: key, begin: begin.Outpoint, next: begin, txs: make(map[chainhash.Hash]bool), outputs: make(map[string][]Payment)}
}

// take takes a transaction that spends the end with the chain's key. Its own change is
// its last output, if that pays the key.
func (p *payments) take(s ConfirmedTx) bool {
	if p == nil || p.next == (Tail{}) {
		return false
	}
	script, at := templates.PayToKey(p.key), -1
	for i, in := range s.Tx.TxIn {
		if in.PreviousOutPoint == p.next.Outpoint {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	p.next = Tail{}
	if scriptsig.Execute(s.Tx, at, &wire.TxOut{PkScript: script}, nil) != nil {
		return true
	}
	p.txs[s.ID] = true
	if last := len(s.Tx.TxOut) - 1; bytes.Equal(s.Tx.TxOut[last].PkScript, script) {
		p.next = tailAt(s, last)
	}
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		p.outputs[string(out.PkScript)] = append(p.outputs[string(out.PkScript)], Payment{op, out.Value, s.Height})
	}
	return true
}

// has reports whether a transaction is of the chain.
func (p *payments) has(id chainhash.Hash) bool { return p != nil && p.txs[id] }

// paymentsOf returns the chain of the supervisor's or a mixer's key, or nil.
func (r *Replay) paymentsOf(key curve.PublicKey) *payments {
	if key == r.e.Policy.Supervisor {
		return r.anchoring.payments
	}
	for _, p := range r.mixing {
		if p.key == key {
			return p
		}
	}
	return nil
}

// pay takes a transaction into the chains whose end it spends, and reports whether
// there are any.
func (r *Replay) pay(s ConfirmedTx) bool {
	took := r.anchoring.payments.take(s)
	for _, p := range r.mixing {
		took = p.take(s) || took
	}
	return took
}

// NextPayment returns the output that the next payment of a key's chain spends: the
// supervisor's, or a mixer's. It is zero before the chain begins and where it is over.
func (r *Replay) NextPayment(key curve.PublicKey) Tail {
	if p := r.paymentsOf(key); p != nil {
		return p.next
	}
	return Tail{}
}

// paymentsTo returns the outputs of a key's chain with a script, in the chain's order.
func (r *Replay) paymentsTo(key curve.PublicKey, script []byte) []Payment {
	if p := r.paymentsOf(key); p != nil {
		return p.outputs[string(script)]
	}
	return nil
}

// paid returns the first output of a key's chain with a script and a value, in a block
// above one height and up to another.
func (r *Replay) paid(key curve.PublicKey, script []byte, sats int64, above, upTo uint32) (Payment, bool) {
	for _, p := range r.paymentsTo(key, script) {
		if p.Sats == sats && p.Height > above && p.Height <= upTo {
			return p, true
		}
	}
	return Payment{}, false
}

// Paid returns the coin that the supervisor's payments have for a roll key.
func (r *Replay) Paid(key curve.PublicKey) (Payment, bool) {
	return r.paid(r.e.Policy.Supervisor, templates.PayToKey(key), r.e.Policy.Coin(), 0, ^uint32(0))
}
