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

// waiting is a transaction that was seen in a mempool.
type waiting struct {
	tx   *wire.MsgTx
	seen string // where, in words
}

// pendingSpend is an input of an unconfirmed transaction, of a mempool or of the
// state, that spends the stake of a counted vote.
type pendingSpend struct {
	tx    *wire.MsgTx
	input int
	class string // as in spend
	seen  string // where, in words
}

func (s pendingSpend) String() string {
	name := s.class
	if name == "win" {
		name = "claim"
	}
	return fmt.Sprintf("%s by tx %s input %d, %s", name, s.tx.TxHash(), s.input, s.seen)
}

// lookAtPools asks all sources for unconfirmed transactions that spend a stake.
// Those that the state has of earlier audits come first.
func (ch *chained) lookAtPools(ctx context.Context) error {
	if ch.opt.State != nil {
		for _, tx := range ch.opt.State.waited {
			ch.waiting = append(ch.waiting, waiting{tx, "seen waiting before"})
		}
	}
	open := ch.openStakes()
	if len(open) == 0 {
		return nil
	}
	for _, src := range ch.chain.Sources() {
		pool, ok := src.(evidence.MempoolSource)
		if !ok {
			continue
		}
		txs, err := pool.Waiting(ctx, open)
		if errors.Is(err, evidence.ErrNoMempool) {
			ch.noPool = err
			continue
		}
		if err != nil {
			return fmt.Errorf("looking at the pool: %w", err)
		}
		for _, tx := range txs {
			ch.waiting = append(ch.waiting, waiting{tx, "waits at " + evidence.NameOf(src)})
		}
	}
	return nil
}

// openStakes lists the unspent stakes, in a fixed order.
func (ch *chained) openStakes() (ops []wire.OutPoint) {
	for op, st := range ch.replay.Stakes() {
		if st.Spent == nil {
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(x, y wire.OutPoint) int {
		return cmp.Or(bytes.Compare(x.Hash[:], y.Hash[:]), cmp.Compare(x.Index, y.Index))
	})
	return ops
}

// findPending sorts the inputs of unconfirmed transactions by the stake that they
// spend: the first of each class. Those that the script engine refuses are left out.
func findPending(t *tallied) map[wire.OutPoint][]pendingSpend {
	votes := make(map[wire.OutPoint]*election.Vote)
	for _, b := range t.tally.ballots {
		votes[b.vote.Stake] = b.vote
	}
	pending := make(map[wire.OutPoint][]pendingSpend)
	for _, w := range t.waiting {
		for i, in := range w.tx.TxIn {
			op := in.PreviousOutPoint
			if votes[op] == nil || scriptsig.Execute(w.tx, i, t.replay.Stake(op).Out, nil) != nil {
				continue
			}
			at := election.ConfirmedTx{Tx: w.tx, ID: w.tx.TxHash(), Input: i}
			s := &spend{vote: votes[op], at: at, run: new(scriptRun)}
			t.classify(s)
			if !slices.ContainsFunc(pending[op], func(p pendingSpend) bool { return p.class == s.class }) {
				pending[op] = append(pending[op], pendingSpend{w.tx, i, s.class, w.seen})
			}
		}
	}
	return pending
}

// pendingTxs lists the transactions of all pending spends, for the state.
func pendingTxs(f *facts) (txs []*wire.MsgTx) {
	for _, b := range f.tally.ballots {
		for _, t := range f.pending[b.vote.Stake] {
			if !slices.Contains(txs, t.tx) {
				txs = append(txs, t.tx)
			}
		}
	}
	return txs
}
