package election

import (
	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TxList is a bounded list of transactions that look like the election's, and are
// not. Such transactions need no key of the election, so a list ends after 16 MiB.
type TxList struct {
	list []ConfirmedTx
	size int  // of their transactions and entries, in bytes
	more bool // there are more than those listed
}

const (
	maxListed  = 16 << 20 // bytes
	listedCost = 256      // bytes of an entry, about
)

// note lists a transaction.
func (n *TxList) note(s ConfirmedTx) {
	if n.size > maxListed {
		n.more = true
		return
	}
	n.list = append(n.list, s)
}

// weigh adds the size of a transaction, if the list has grown beyond length before.
// It reports whether it has.
func (n *TxList) weigh(tx *wire.MsgTx, before int) bool {
	added := len(n.list) - before
	if added == 0 {
		return false
	}
	n.size += tx.SerializeSize() + added*listedCost
	return true
}

// Len returns the number of entries.
func (n *TxList) Len() int { return len(n.list) }

// Show calls note for each entry.
func (n *TxList) Show(note func(where, format string, args ...any)) {
	for _, s := range n.list {
		note("tx "+s.ID.String(), "%s", s.Note)
	}
	if n.more {
		note("chain", "more of the same kind")
	}
}

// output lists an output of a transaction that spends no coin of the roll: a
// ballot, a payment to the script of a stake, or a use of a watched key.
func (r *Replay) output(s ConfirmedTx, i int, out *wire.TxOut) {
	s.Tx = nil
	if data, ok := nullData(out.PkScript); ok {
		if templates.IsBallot(data) {
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

// keyInScript looks for a watched key among a script's pushes: the key itself, or
// its HASH160 as in P2PKH and P2WPKH.
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

// keyInInputs lists the inputs of a transaction that use a watched key: in a push
// of the input script, in the redeem script that it pushes last, or in a witness.
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
