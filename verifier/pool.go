package verifier

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/scriptsig"
	"bevote/verifier/election"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// waiting is a transaction that was seen in a pool.
type waiting struct {
	tx   *wire.MsgTx
	seen string // by whom
}

// attempt is an input of such a transaction that would take the stake of a
// counted vote, or did.
type attempt struct {
	tx    *wire.MsgTx
	input int
	class string // as in spend
	seen  string // where, in words
}

func (t attempt) String() string {
	name := t.class
	if name == "win" {
		name = "claim"
	}
	return fmt.Sprintf("%s by tx %s input %d, %s", name, t.tx.TxHash(), t.input, t.seen)
}

// lookAtPools asks all sources for transactions that would take an open stake.
// What the state remembers of earlier looks comes first.
func (a *chained) lookAtPools(ctx context.Context) error {
	if a.opt.State != nil {
		for _, tx := range a.opt.State.waited {
			a.waiting = append(a.waiting, waiting{tx, "seen waiting before"})
		}
	}
	open := a.openStakes()
	if len(open) == 0 {
		return nil
	}
	for _, src := range a.chain.Sources() {
		pool, ok := src.(evidence.MempoolSource)
		if !ok {
			continue
		}
		txs, err := pool.Waiting(ctx, open)
		if errors.Is(err, evidence.ErrNoMempool) {
			a.noPool = err
			continue
		}
		if err != nil {
			return fmt.Errorf("looking at the pool: %w", err)
		}
		for _, tx := range txs {
			a.waiting = append(a.waiting, waiting{tx, "waits at " + src.Evidence()})
		}
	}
	return nil
}

// openStakes lists the stakes that no block has taken, in a fixed order.
func (a *chained) openStakes() (ops []wire.OutPoint) {
	for op, st := range a.replay.Stakes() {
		if st.Spent == nil {
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(x, y wire.OutPoint) int {
		return cmp.Or(bytes.Compare(x.Hash[:], y.Hash[:]), cmp.Compare(x.Index, y.Index))
	})
	return ops
}

// findAttempts sorts what waits, or waited, by the stake that it would take:
// the first attempt of each class. What the script engine refuses is none.
func findAttempts(a *tallied) map[wire.OutPoint][]attempt {
	votes := make(map[wire.OutPoint]*election.Vote)
	for _, r := range a.tally.readings {
		votes[r.vote.Stake] = r.vote
	}
	attempts := make(map[wire.OutPoint][]attempt)
	for _, w := range a.waiting {
		for i, in := range w.tx.TxIn {
			op := in.PreviousOutPoint
			if votes[op] == nil || scriptsig.Execute(w.tx, i, a.replay.Stake(op).Out, nil) != nil {
				continue
			}
			s := &spend{vote: votes[op], at: election.ConfirmedTx{Tx: w.tx, ID: w.tx.TxHash(), Input: i}, run: new(scriptRun)}
			a.classify(s)
			if !slices.ContainsFunc(attempts[op], func(t attempt) bool { return t.class == s.class }) {
				attempts[op] = append(attempts[op], attempt{w.tx, i, s.class, w.seen})
			}
		}
	}
	return attempts
}

// attempted lists the transactions of all attempts, for the state.
func attempted(a *facts) (txs []*wire.MsgTx) {
	for _, r := range a.tally.readings {
		for _, t := range a.attempts[r.vote.Stake] {
			if !slices.Contains(txs, t.tx) {
				txs = append(txs, t.tx)
			}
		}
	}
	return txs
}
