package relay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/wire/v2"
)

// payment spends outputs 0 … inputs−1 of one transaction to one script.
func payment(inputs int, sats int64) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	for i := range inputs {
		tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: uint32(i)}, nil, nil))
	}
	tx.AddTxOut(wire.NewTxOut(sats, []byte{1}))
	return tx
}

func TestStands(t *testing.T) {
	tx := payment(1, 5)
	rewritten := tx.Copy()
	rewritten.TxIn[0].SignatureScript = []byte{0}
	conflict := func(other *wire.MsgTx) error { return &relay.Error{Outcome: relay.Conflict, Other: other} }
	for name, c := range map[string]struct {
		err     error
		outcome relay.Outcome
		stands  bool
	}{
		"accepted":               {nil, relay.Accepted, true},
		"known":                  {&relay.Error{Outcome: relay.Known}, relay.Known, true},
		"mined":                  {fmt.Errorf("vote: %w", &relay.Error{Outcome: relay.Mined}), relay.Mined, true},
		"rewritten":              {conflict(rewritten), relay.Conflict, true},
		"with a further input":   {fmt.Errorf("vote: %w", conflict(payment(2, 5))), relay.Conflict, true},
		"other sum":              {conflict(payment(1, 4)), relay.Conflict, false},
		"other inputs":           {conflict(payment(0, 5)), relay.Conflict, false},
		"conflict with unknown":  {conflict(nil), relay.Conflict, false},
		"refused":                {&relay.Error{Outcome: relay.Refused}, relay.Refused, false},
		"unreachable":            {&relay.Error{Outcome: relay.Unreachable}, relay.Unreachable, false},
		"an error without words": {errors.New("connection reset"), relay.Unreachable, false},
	} {
		if got := relay.OutcomeOf(c.err); got != c.outcome {
			t.Errorf("%s: outcome %s, want %s", name, got, c.outcome)
		}
		if got := relay.Stands(tx, c.err); got != c.stands {
			t.Errorf("%s: stands %v, want %v", name, got, c.stands)
		}
	}
}

func TestErrorText(t *testing.T) {
	other := payment(1, 4)
	reason := errors.New("already spent")
	err := &relay.Error{Outcome: relay.Conflict, Other: other, Reason: reason}
	for _, part := range []string{"conflict with " + other.TxHash().String(), "already spent"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	if !errors.Is(err, reason) {
		t.Error("the node's error is lost")
	}
}
