package scriptsig

import (
	"bytes"
	"crypto/sha256"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Hasher computes the signature hashes of the inputs of one legacy transaction. With
// SIGHASH_ALL the hash of an input is over the transaction in which this input's script
// is its script code and the other inputs' scripts are empty:
//
//	version ‖ count ‖ (outpoint ‖ 00 ‖ sequence) …
//	                ‖ (outpoint ‖ code ‖ sequence) …
//	        ‖ outputs ‖ locktime ‖ 01000000
//
// All but the code is serialized once. txscript copies the transaction for each input.
type Hasher struct {
	tx    *wire.MsgTx
	blank []byte // the transaction without scripts
	first int    // where blank has the empty script of input 0
}

// blankInput is the length of an input with an empty script.
const blankInput = 36 + 1 + 4 // outpoint, length, sequence

// NewHasher serializes a transaction, which must not be changed afterwards.
func NewHasher(tx *wire.MsgTx) *Hasher {
	bare := wire.MsgTx{Version: tx.Version, TxOut: tx.TxOut, LockTime: tx.LockTime}
	for _, in := range tx.TxIn {
		bare.TxIn = append(bare.TxIn, &wire.TxIn{PreviousOutPoint: in.PreviousOutPoint, Sequence: in.Sequence})
	}
	var b bytes.Buffer
	bare.SerializeNoWitness(&b) // a buffer takes everything
	return &Hasher{tx, b.Bytes(), 4 + wire.VarIntSerializeSize(uint64(len(tx.TxIn))) + 36}
}

// Sum returns txscript.CalcSignatureHash of an input, 32 bytes.
func (h *Hasher) Sum(code []byte, kind txscript.SigHashType, input int) ([]byte, error) {
	if kind != txscript.SigHashAll || !signedWhole(code) {
		return txscript.CalcSignatureHash(code, kind, h.tx, input)
	}
	at := h.first + input*blankInput
	s := sha256.New()
	s.Write(h.blank[:at])
	wire.WriteVarBytes(s, 0, code)
	s.Write(h.blank[at+1:])
	s.Write([]byte{byte(kind), 0, 0, 0})
	twice := sha256.Sum256(s.Sum(nil))
	return twice[:], nil
}

// signedWhole reports whether a script code enters the hash as it is: it parses, and
// has no CODESEPARATOR, which would be removed.
func signedWhole(code []byte) bool {
	t := txscript.MakeScriptTokenizer(0, code)
	for t.Next() {
		if t.Opcode() == txscript.OP_CODESEPARATOR {
			return false
		}
	}
	return t.Err() == nil
}
