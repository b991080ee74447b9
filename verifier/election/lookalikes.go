package election

import (
	"bevote/internal/curve"
	"bevote/internal/scriptsig"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TxList are transactions of anybody's that look as if they were of the
// election. Blocks can be full of them: after the first megabytes there are
// just more.
type TxList struct {
	list []ConfirmedTx
	size int  // bytes that remembering them takes, with their transactions
	more bool // than are listed
}

const (
	maxListed  = 16 << 20 // bytes
	listedCost = 256      // bytes of a sighting, about
)

// note lists a sighting.
func (n *TxList) note(s ConfirmedTx) {
	if n.size > maxListed {
		n.more = true
		return
	}
	n.list = append(n.list, s)
}

// weigh counts what a transaction has added to a list that had a length before,
// and tells whether it has.
func (n *TxList) weigh(tx *wire.MsgTx, before int) bool {
	added := len(n.list) - before
	if added == 0 {
		return false
	}
	n.size += tx.SerializeSize() + added*listedCost
	return true
}

// Len returns how many are listed.
func (n *TxList) Len() int { return len(n.list) }

// Show lists them as items.
func (n *TxList) Show(note func(where, format string, args ...any)) {
	for _, s := range n.list {
		note("tx "+s.ID.String(), "%s", s.Note)
	}
	if n.more {
		note("chain", "more of the same kind")
	}
}

// output looks for ballots and payments outside eligible transactions, and for
// other uses of the election's keys. It remembers where, and not the whole
// transaction.
func (r *Replay) output(s ConfirmedTx, i int, out *wire.TxOut) {
	s.Tx = nil
	if data, ok := nullData(out.PkScript); ok {
		if isBallotSized(data) {
			s.Note = "a ballot that spends no eligible coin"
			r.Lookalikes.note(s)
		}
		return
	}
	if r.scripts[string(out.PkScript)] {
		s.Input, s.Note = i, "a payment to the script of a stake"
		r.Lookalikes.note(s)
	}
	if k, ok := r.keyInScript(out.PkScript); ok {
		s.Note = r.keys[k] + " in an output"
		r.KeyUses.note(s)
	}
}

// keyInScript looks for a watched key in an output script: the key itself, or
// its hash in P2PKH or P2WPKH.
func (r *Replay) keyInScript(script []byte) (curve.PublicKey, bool) {
	if len(r.keys) == 0 {
		return curve.PublicKey{}, false
	}
	t := txscript.MakeScriptTokenizer(0, script)
	for t.Next() {
		switch d := t.Data(); len(d) {
		case 20:
			if k, ok := r.hashes[[20]byte(d)]; ok {
				return k, true
			}
		case curve.PointSize:
			if k := curve.PublicKey(d); r.keys[k] != "" {
				return k, true
			}
		}
	}
	return curve.PublicKey{}, false
}

// keyInInputs looks for a watched key in inputs that spend no stake: pushed by
// the input script, in the redeem script that it pushes last, or in a witness.
func (r *Replay) keyInInputs(s ConfirmedTx) {
	if len(r.keys) == 0 {
		return
	}
	for i, in := range s.Tx.TxIn {
		k, found := r.keyInScript(in.SignatureScript)
		if !found {
			k, found = r.keyInScript(scriptsig.LastItem(in.SignatureScript))
		}
		for _, item := range in.Witness {
			if !found && len(item) == curve.PointSize {
				k = curve.PublicKey(item)
				found = r.keys[k] != ""
			}
		}
		if found {
			s.Tx, s.Input, s.Note = nil, i, r.keys[k]+" in an input"
			r.KeyUses.note(s)
		}
	}
}
