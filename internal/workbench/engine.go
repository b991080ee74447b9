package workbench

import (
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// The rules that a spend is tried under: those of blocks, and those that relays
// add.
const (
	consensusRules = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures | txscript.ScriptStrictMultiSig |
		txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
		txscript.ScriptVerifyWitness | txscript.ScriptVerifyTaproot
	relayRules = txscript.StandardVerifyFlags
)

// verdict is what the engine says of a spend: nil where it is accepted.
type verdict struct{ consensus, relay error }

// accepted reports whether both rules accept the spend.
func (v verdict) accepted() bool { return v.consensus == nil && v.relay == nil }

// judge runs input 0 of a spend of the output under both rules.
func (o *lockedOutput) judge(tx *wire.MsgTx) verdict {
	out := o.funding.TxOut[0]
	return verdict{execute(out, tx, consensusRules), execute(out, tx, relayRules)}
}

func execute(out *wire.TxOut, tx *wire.MsgTx, rules txscript.ScriptFlags) error {
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	vm, err := txscript.NewEngine(out.PkScript, tx, 0, rules, nil, nil, out.Value, prev)
	if err != nil {
		return err
	}
	return vm.Execute()
}
