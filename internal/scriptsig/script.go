// Package scriptsig reads, verifies and runs the input scripts of legacy
// transactions.
//
// It promises the verdict of the consensus rules: btcd's engine runs every opcode, and
// signature hashes equal txscript's. [Hasher] computes those of many inputs faster.
package scriptsig

import (
	"errors"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// consensusFlags are the script rules of every block since taproot.
const consensusFlags = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures |
	txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
	txscript.ScriptVerifyWitness | txscript.ScriptStrictMultiSig | txscript.ScriptVerifyTaproot

// Execute runs the scripts of input i of a transaction and of the output that it
// spends. Signatures in proven, which may be nil, are not verified again.
func Execute(tx *wire.MsgTx, i int, prev *wire.TxOut, proven *txscript.SigCache) error {
	fetch := txscript.NewCannedPrevOutputFetcher(prev.PkScript, prev.Value)
	vm, err := txscript.NewEngine(prev.PkScript, tx, i, consensusFlags, proven, nil, prev.Value, fetch)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// Verify verifies a signature of input i, with its hash type byte, over a script code
// by a key.
func Verify(tx *wire.MsgTx, i int, code, sig []byte, key curve.PublicKey) error {
	if len(sig) == 0 {
		return errors.New("the signature is empty")
	}
	hash, err := txscript.CalcSignatureHash(code, txscript.SigHashType(sig[len(sig)-1]), tx, i)
	if err != nil {
		return err
	}
	if !curve.VerifyECDSA(key, [32]byte(hash), sig[:len(sig)-1]) {
		return errors.New("the signature does not verify")
	}
	return nil
}

// Items returns the data of each push of an input script: nil for an opcode that
// pushes a number, such as OP_1. If the script does not parse there are no items.
func Items(scriptSig []byte) (items [][]byte) {
	t := txscript.MakeScriptTokenizer(0, scriptSig)
	for t.Next() {
		items = append(items, t.Data())
	}
	if t.Err() != nil {
		return nil
	}
	return items
}

// LastItem returns the last item of an input script, of a P2SH spend the redeem script
// (BIP 16), or nil.
func LastItem(scriptSig []byte) []byte {
	items := Items(scriptSig)
	if len(items) == 0 {
		return nil
	}
	return items[len(items)-1]
}

// minSignature is the least length of a DER signature: the tags and lengths of a
// sequence and two integers, and a byte of each.
const minSignature = 8

// FirstSignature returns the first item with the first byte and the least size of a
// DER signature, or nil.
func FirstSignature(items [][]byte) []byte {
	for _, item := range items {
		if len(item) > minSignature && item[0] == 0x30 {
			return item
		}
	}
	return nil
}

// HashType returns the hash type of a signature, its last byte; 0 of no bytes.
func HashType(sig []byte) txscript.SigHashType {
	if len(sig) == 0 {
		return 0
	}
	return txscript.SigHashType(sig[len(sig)-1])
}
