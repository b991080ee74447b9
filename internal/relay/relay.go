// Package relay has what becomes of a transaction that is handed to a node: it waits, it is in the
// chain, another transaction spends its inputs, a rule refuses it, or there is no answer.
package relay

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Outcome is what became of a transaction.
type Outcome int

// The outcomes. After Accepted, Known and Mined the node has the transaction.
const (
	Accepted    Outcome = iota // it waits in the node's mempool from now on
	Known                      // it waits there already
	Mined                      // it is in a block
	Conflict                   // another transaction, waiting or mined, spends one of its inputs
	Refused                    // it breaks a rule of consensus or relaying
	Unreachable                // the node did not answer: the transaction may have arrived or not
)

// String returns a word for the outcome.
func (o Outcome) String() string {
	return [...]string{"accepted", "known", "mined", "conflict", "refused", "unreachable"}[o]
}

// Error is the outcome of a transaction that a node did not accept now.
type Error struct {
	Outcome Outcome
	ID      chainhash.Hash // of the transaction
	Other   *wire.MsgTx    // of a Conflict: the other transaction, nil where the node does not show it
	Reason  error          // as the node says it; may be nil
}

// Error returns one line.
func (e *Error) Error() string {
	text := fmt.Sprintf("transaction %s: %s", e.ID, e.Outcome)
	if e.Other != nil {
		text += fmt.Sprintf(" with %s", e.Other.TxHash())
	}
	if e.Reason != nil {
		text += fmt.Sprintf(": %v", e.Reason)
	}
	return text
}

// Unwrap returns the node's own error.
func (e *Error) Unwrap() error { return e.Reason }

// OutcomeOf returns the outcome that the error of a submission says: Accepted without an error, and
// Unreachable for an error that is no [Error].
func OutcomeOf(err error) Outcome {
	var e *Error
	switch {
	case err == nil:
		return Accepted
	case errors.As(err, &e):
		return e.Outcome
	}
	return Unreachable
}

// ConflictOf returns the transaction that a submission was in conflict with, or nil.
func ConflictOf(err error) *wire.MsgTx {
	var e *Error
	if errors.As(err, &e) && e.Outcome == Conflict {
		return e.Other
	}
	return nil
}

// Stands reports whether what a transaction does is done or waits, by the error of its submission:
// the node has the transaction, or it is in conflict with one that stands for it ([StandsFor]).
func Stands(tx *wire.MsgTx, err error) bool {
	switch OutcomeOf(err) {
	case Accepted, Known, Mined:
		return true
	case Conflict:
		other := ConflictOf(err)
		return other != nil && StandsFor(other, tx)
	}
	return false
}

// StandsFor reports whether a transaction does what tx does: it spends what tx spends, and perhaps
// more, and has the same outputs. So does a transaction whose input scripts were rewritten on the
// way, which has another id, and one with a further input for the fee.
func StandsFor(other, tx *wire.MsgTx) bool {
	spends := make(map[wire.OutPoint]bool, len(other.TxIn))
	for _, in := range other.TxIn {
		spends[in.PreviousOutPoint] = true
	}
	for _, in := range tx.TxIn {
		if !spends[in.PreviousOutPoint] {
			return false
		}
	}
	return SameOutputs(other.TxOut, tx.TxOut)
}

// SameOutputs reports whether outputs are the same, in the same order.
func SameOutputs(a, b []*wire.TxOut) bool {
	return slices.EqualFunc(a, b, func(x, y *wire.TxOut) bool {
		return x.Value == y.Value && bytes.Equal(x.PkScript, y.PkScript)
	})
}
