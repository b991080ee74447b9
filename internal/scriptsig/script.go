// Package scriptsig reads, verifies and runs the input scripts of legacy
// transactions.
//
// It promises the verdict of the consensus rules: the engine runs every opcode,
// and signature hashes are txscript's, computed faster where many inputs of one
// transaction are verified.
package scriptsig

import (
	"errors"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// consensusFlags are the script rules in force in every block that an election
// of this protocol can be in.
const consensusFlags = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures |
	txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
	txscript.ScriptVerifyWitness | txscript.ScriptStrictMultiSig | txscript.ScriptVerifyTaproot

// Execute runs input i of tx against the output that it spends (V11). The
// engine does not verify again the signatures that are in proven.
func Execute(tx *wire.MsgTx, i int, prev *wire.TxOut, proven *txscript.SigCache) error {
	fetch := txscript.NewCannedPrevOutputFetcher(prev.PkScript, prev.Value)
	vm, err := txscript.NewEngine(prev.PkScript, tx, i, consensusFlags, proven, nil, prev.Value, fetch)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// Verify checks a signature with its hash type byte over the script code,
// under one key: which key signed, and not merely that the script was true.
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

// Items returns the items that a scriptSig pushes, nil for those of opcodes,
// or nothing where it does not parse.
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

// LastItem returns the last item that a scriptSig pushes, or nil.
func LastItem(scriptSig []byte) []byte {
	items := Items(scriptSig)
	if len(items) == 0 {
		return nil
	}
	return items[len(items)-1]
}

// FirstSignature returns the first item that looks like a signature, or nil.
func FirstSignature(items [][]byte) []byte {
	for _, item := range items {
		if len(item) > 8 && item[0] == 0x30 {
			return item
		}
	}
	return nil
}

// HashType is the last byte of a signature as pushed.
func HashType(sig []byte) txscript.SigHashType {
	if len(sig) == 0 {
		return 0
	}
	return txscript.SigHashType(sig[len(sig)-1])
}
