package election

import (
	"bytes"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// maxSigned bounds how many inputs of a transaction are verified for one key. An
// anchor or a payment needs one; each verification hashes the whole transaction.
const maxSigned = 100

// SignedBy reports whether an input of a transaction is a valid P2PKH spend by a
// key. The key must stand in the input script. The spent output is not needed:
// its script follows from the key, and legacy signatures do not commit to its
// value.
func SignedBy(tx *wire.MsgTx, key curve.PublicKey) bool {
	script, tries := templates.PayToKey(key), 0
	for i, in := range tx.TxIn {
		if !bytes.Contains(in.SignatureScript, key[:]) {
			continue
		}
		if tries++; tries > maxSigned {
			break
		}
		if scriptsig.Execute(tx, i, &wire.TxOut{PkScript: script}, nil) == nil {
			return true
		}
	}
	return false
}

// signers caches the results of [SignedBy] for one transaction, by key.
type signers struct {
	tx    *wire.MsgTx
	known map[curve.PublicKey]bool
}

// signed is [SignedBy].
func (c *signers) signed(tx *wire.MsgTx, key curve.PublicKey) bool {
	if c.tx != tx {
		c.tx, c.known = tx, make(map[curve.PublicKey]bool)
	}
	answer, known := c.known[key]
	if !known {
		answer = SignedBy(tx, key)
		c.known[key] = answer
	}
	return answer
}

// payer returns the key of the supervisor or of a mixer that signed an input of a
// transaction; zero if none did.
func (r *Replay) payer(tx *wire.MsgTx) curve.PublicKey {
	for _, key := range append([]curve.PublicKey{r.e.Policy.Supervisor}, r.mixers...) {
		if r.signers.signed(tx, key) {
			return key
		}
	}
	return curve.PublicKey{}
}
