// Package tower sends signed transactions once they are final, for an owner who is away: refunds.
//
// It promises that it needs no key and can do no other thing with a transaction than to send it, and that
// it gives up a coin only when what takes it is deep. What it remembers can be lost at any moment.
package tower

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// patience is how many blocks a transaction may wait before one that pays more replaces it.
const patience = 6

// Chain is what a tower needs of a node.
type Chain interface {
	Tip() (uint32, chainhash.Hash)
	// Confirmations returns how deep the output is that an outpoint names, 0 where there is none that is
	// unspent in the chain.
	Confirmations(op wire.OutPoint) (uint32, error)
	// Submit hands a transaction to the network. The error is a relay.Error.
	Submit(tx *wire.MsgTx) error
}

// Tower watches coins, each with transactions that take it to its owner.
type Tower struct {
	depth uint32
	coins []*coin // in the order of their outpoints
}

// coin is an output, and transactions that spend it and nothing else.
type coin struct {
	op     wire.OutPoint
	txs    []*wire.MsgTx // by what they pay in fees, the cheapest first
	next   int           // of txs, the one to send
	since  uint32        // the height at which next was first sent, 0 before
	gone   uint32        // the height at which the coin was first found spent, 0 before
	status Status
}

// Status is what a tower knows of a coin.
type Status struct {
	Coin  string // its outpoint, TXID:N
	Text  string // one line
	Done  bool   // what has taken the coin is deep
	Taken bool   // by a transaction of another's
}

// New returns a tower of transactions with one input and a height as locktime, if any. Several may
// take one coin, with different fees. A spend is deep in that many blocks.
func New(txs []*wire.MsgTx, depth uint32) (*Tower, error) {
	t := &Tower{depth: max(1, depth)}
	by := make(map[wire.OutPoint]*coin)
	for _, tx := range txs {
		if len(tx.TxIn) != 1 || len(tx.TxOut) == 0 {
			return nil, fmt.Errorf("transaction %s has %d inputs, want 1", tx.TxHash(), len(tx.TxIn))
		}
		if tx.LockTime >= lockTimeThreshold {
			return nil, fmt.Errorf("transaction %s waits for a time, want a height", tx.TxHash())
		}
		op := tx.TxIn[0].PreviousOutPoint
		if by[op] == nil {
			by[op] = &coin{op: op}
			t.coins = append(t.coins, by[op])
		}
		by[op].txs = append(by[op].txs, tx)
	}
	if len(t.coins) == 0 {
		return nil, errors.New("no transaction to watch over")
	}
	for _, c := range t.coins {
		slices.SortStableFunc(c.txs, func(a, b *wire.MsgTx) int { return cmp.Compare(paid(b), paid(a)) })
	}
	slices.SortFunc(t.coins, func(a, b *coin) int { return cmp.Compare(a.op.String(), b.op.String()) })
	return t, nil
}

// lockTimeThreshold is the first locktime that is a time (BIP 65).
const lockTimeThreshold = 500_000_000

// paid returns the sum of a transaction's outputs: of the same coin, the rest is its fee.
func paid(tx *wire.MsgTx) (sats int64) {
	for _, out := range tx.TxOut {
		sats += out.Value
	}
	return sats
}

// Turn looks at each coin and sends what is due. It is to be called once a block. Its error is one of the
// node, after which the next turn does what was left.
func (t *Tower) Turn(c Chain) ([]Status, error) {
	all := make([]Status, 0, len(t.coins))
	for _, coin := range t.coins {
		if !coin.status.Done {
			var err error
			if coin.status, err = coin.turn(c, t.depth); err != nil {
				return nil, err
			}
			coin.status.Coin = coin.op.String()
		}
		all = append(all, coin.status)
	}
	return all, nil
}

// turn does what is due for one coin.
func (k *coin) turn(c Chain, depth uint32) (Status, error) {
	tip, _ := c.Tip()
	there, err := c.Confirmations(k.op)
	if err != nil {
		return Status{}, err
	}
	if there == 0 {
		return k.spent(c, tip, depth)
	}
	k.gone = 0
	if lock := k.txs[0].LockTime; tip < lock {
		return Status{Text: fmt.Sprintf("locked until block %d, in %d blocks", lock, lock-tip)}, nil
	}
	return k.send(c, tip)
}

// spent reports on a coin that is spent in the chain, or not there.
func (k *coin) spent(c Chain, tip, depth uint32) (Status, error) {
	for _, tx := range k.txs {
		deep, err := c.Confirmations(wire.OutPoint{Hash: tx.TxHash()})
		if err != nil {
			return Status{}, err
		}
		if deep > 0 {
			return Status{Text: fmt.Sprintf("taken back by %s, %d blocks deep", tx.TxHash(), deep), Done: deep >= depth}, nil
		}
	}
	if k.gone == 0 || k.gone > tip {
		k.gone = tip
	}
	return Status{Text: fmt.Sprintf("spent by another transaction, or never there, since block %d at the latest", k.gone),
		Done: tip+1-k.gone >= depth, Taken: true}, nil
}

// send sends the transaction that is next; one that pays more where that is refused, or has waited for
// too long.
func (k *coin) send(c Chain, tip uint32) (Status, error) {
	if k.since > 0 && tip >= k.since+patience && k.next < len(k.txs)-1 {
		k.next, k.since = k.next+1, 0
	}
	for ; ; k.next, k.since = k.next+1, 0 {
		tx := k.txs[k.next]
		err := c.Submit(tx)
		switch outcome := relay.OutcomeOf(err); {
		case outcome == relay.Unreachable:
			return Status{}, err
		case relay.Stands(tx, err):
			return k.waits(k.next, tip), nil
		case k.own(relay.ConflictOf(err)) > k.next:
			return k.waits(k.own(relay.ConflictOf(err)), tip), nil // of before a restart
		case k.next == len(k.txs)-1:
			k.next, k.since = 0, 0 // rules and fees change
			return Status{Text: "not taken: " + err.Error()}, nil
		}
	}
}

// waits notes that a transaction waits.
func (k *coin) waits(which int, tip uint32) Status {
	if which != k.next || k.since == 0 || k.since > tip {
		k.next, k.since = which, tip
	}
	return Status{Text: fmt.Sprintf("%s waits for a block", k.txs[which].TxHash())}
}

// own returns the number of a transaction among those of the coin, −1 if it is none of them.
func (k *coin) own(tx *wire.MsgTx) int {
	if tx == nil {
		return -1
	}
	return slices.IndexFunc(k.txs, func(own *wire.MsgTx) bool { return own.TxHash() == tx.TxHash() })
}
