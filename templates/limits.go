package templates

import "github.com/btcsuite/btcd/txscript/v2"

// The limits of a redeem script and of the transactions that spend its output. Tests
// compare each with btcd where btcd has it.
const (
	MaxRedeem       = 520     // bytes of a stack item, and so of a redeem script that can be spent (consensus)
	MaxOpcodes      = 201     // opcodes other than pushes, and keys of each multisig that runs (consensus)
	MaxMultisigKeys = 20      // keys of one CHECKMULTISIG (consensus)
	MaxSigOps       = 15      // signature operations of a P2SH input, over all branches (relay)
	MaxScriptSig    = 1650    // bytes of an input's script (relay)
	MaxWeight       = 400_000 // weight of a transaction, four a byte without witnesses (relay)
	MaxLegacySigOps = 2_500   // signature operations of a transaction (BIP 54; Bitcoin Core's relay since 30)
	MaxOpReturn     = 80      // bytes pushed by an OP_RETURN that every relay takes (relay)
	MaxSatoshis     = 21e14   // satoshis in existence (consensus)
)

// MaxLockHeight is the last locktime that is a height: the next is a date
// (consensus, BIP 65).
const MaxLockHeight int64 = txscript.LockTimeThreshold - 1
