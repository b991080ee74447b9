package agent

import (
	"slices"

	"bevote/internal/relay"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// ledger is the role's money in the chain, and what spends the outpoints that it looks for. Both follow
// from the blocks.
type ledger struct {
	scripts map[string]bool // of the role
	outputs map[wire.OutPoint]output
	watched map[wire.OutPoint]bool
	spends  map[wire.OutPoint]spend
}

// output is an output that is the role's.
type output struct {
	sats   int64
	height uint32 // of its block
	locked bool   // a script holds it: a stake, or a deposit
}

// spend is the transaction that spends an outpoint.
type spend struct {
	tx     *wire.MsgTx
	id     chainhash.Hash
	height uint32
}

func newLedger(scripts [][]byte) *ledger {
	l := &ledger{scripts: make(map[string]bool), outputs: make(map[wire.OutPoint]output),
		watched: make(map[wire.OutPoint]bool), spends: make(map[wire.OutPoint]spend)}
	for _, s := range scripts {
		l.scripts[string(s)] = true
	}
	return l
}

// addBlock takes in the next block.
func (l *ledger) addBlock(height uint32, b *wire.MsgBlock) {
	for _, tx := range b.Transactions {
		l.addTx(height, tx)
	}
}

// addTx takes in a transaction of a block. What it pays to a script hash out of the role's money is locked
// and still the role's.
func (l *ledger) addTx(height uint32, tx *wire.MsgTx) {
	var id chainhash.Hash
	mine := false
	for _, in := range tx.TxIn {
		_, own := l.outputs[in.PreviousOutPoint]
		if own || l.watched[in.PreviousOutPoint] {
			id = tx.TxHash()
			l.spends[in.PreviousOutPoint] = spend{tx, id, height}
		}
		mine = mine || own
	}
	for i, out := range tx.TxOut {
		own, locked := l.scripts[string(out.PkScript)], mine && txscript.IsPayToScriptHash(out.PkScript)
		if !own && !locked {
			continue
		}
		if id == (chainhash.Hash{}) {
			id = tx.TxHash()
		}
		l.outputs[wire.OutPoint{Hash: id, Index: uint32(i)}] = output{out.Value, height, locked && !own}
	}
}

// rewind takes back the blocks from a height on.
func (l *ledger) rewind(height uint32) {
	for op, o := range l.outputs {
		if o.height >= height {
			delete(l.outputs, op)
		}
	}
	for op, s := range l.spends {
		if s.height >= height {
			delete(l.spends, op)
		}
	}
}

// watch looks for spends of the inputs of a transaction, in the chain so far too.
func (l *ledger) watch(tx *wire.MsgTx, c *chain) {
	fresh := false
	for _, in := range tx.TxIn {
		fresh = fresh || !l.watched[in.PreviousOutPoint]
		l.watched[in.PreviousOutPoint] = true
	}
	if !fresh {
		return
	}
	for i, b := range c.blocks {
		for _, mined := range b.Transactions {
			if overlap(mined, tx) {
				for _, in := range mined.TxIn {
					if l.watched[in.PreviousOutPoint] {
						l.spends[in.PreviousOutPoint] = spend{mined, mined.TxHash(), c.from + uint32(i)}
					}
				}
			}
		}
	}
}

// find returns the transaction in the chain that does what tx does, or else one that spends an input of
// it; nil where there is neither.
func (l *ledger) find(tx *wire.MsgTx) (s *spend, stands bool) {
	for _, in := range tx.TxIn {
		if by, spent := l.spends[in.PreviousOutPoint]; spent {
			if relay.StandsFor(by.tx, tx) {
				return &by, true
			}
			s = &by
		}
	}
	return s, false
}

// overlap reports whether two transactions spend an outpoint in common.
func overlap(a, b *wire.MsgTx) bool {
	return slices.ContainsFunc(a.TxIn, func(x *wire.TxIn) bool {
		return slices.ContainsFunc(b.TxIn, func(y *wire.TxIn) bool { return x.PreviousOutPoint == y.PreviousOutPoint })
	})
}

// isAnchor reports whether a transaction has the form of an anchor: data in its first output.
func isAnchor(tx *wire.MsgTx) bool {
	return len(tx.TxOut) > 0 && len(tx.TxOut[0].PkScript) > 0 && tx.TxOut[0].PkScript[0] == txscript.OP_RETURN
}
