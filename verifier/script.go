package verifier

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

// execute runs input i of tx against the output that it spends (V11). The
// engine does not verify again the signatures that are in proven.
func execute(tx *wire.MsgTx, i int, prev *wire.TxOut, proven *txscript.SigCache) error {
	fetch := txscript.NewCannedPrevOutputFetcher(prev.PkScript, prev.Value)
	vm, err := txscript.NewEngine(prev.PkScript, tx, i, consensusFlags, proven, nil, prev.Value, fetch)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// verifyInput checks a signature with its hash type byte over the script code,
// under one key: which key signed, and not merely that the script was true.
func verifyInput(tx *wire.MsgTx, i int, code, sig []byte, key curve.PublicKey) error {
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

// pushes returns the items that a scriptSig pushes, nil for those of opcodes,
// or nothing where it does not parse.
func pushes(scriptSig []byte) (items [][]byte) {
	t := txscript.MakeScriptTokenizer(0, scriptSig)
	for t.Next() {
		items = append(items, t.Data())
	}
	if t.Err() != nil {
		return nil
	}
	return items
}

// lastPush returns the last item that a scriptSig pushes, or nil.
func lastPush(scriptSig []byte) []byte {
	items := pushes(scriptSig)
	if len(items) == 0 {
		return nil
	}
	return items[len(items)-1]
}

// firstSignature returns the first item that looks like a signature, or nil.
func firstSignature(items [][]byte) []byte {
	for _, item := range items {
		if len(item) > 8 && item[0] == 0x30 {
			return item
		}
	}
	return nil
}

// hashType is the last byte of a signature as pushed.
func hashType(sig []byte) txscript.SigHashType {
	if len(sig) == 0 {
		return 0
	}
	return txscript.SigHashType(sig[len(sig)-1])
}
