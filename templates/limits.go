package templates

import "github.com/btcsuite/btcd/txscript/v2"

// The limits that a stake's script and its spends must keep. The tests compare
// each with btcd where btcd has it.
const (
	MaxRedeem       = 520     // bytes: a stack item's most; a longer redeem script can never be spent (consensus)
	MaxOpcodes      = 201     // opcodes other than pushes, and the keys of every multisig run (consensus)
	MaxMultisigKeys = 20      // keys of one CHECKMULTISIG (consensus)
	MaxSigOps       = 15      // signature operations of a P2SH input, over all branches (relay)
	MaxScriptSig    = 1650    // bytes of an input's script (relay)
	MaxWeight       = 400_000 // weight of a transaction, four a byte without witnesses (relay)
	MaxLegacySigOps = 2_500   // signature operations of a transaction (BIP 54; Bitcoin Core's relay since 30)
	MaxOpReturn     = 80      // bytes pushed by an OP_RETURN that relays everywhere
	MaxSatoshis     = 21e14   // satoshis that there can be (consensus)
)

// MaxLockHeight is the last locktime that is a height: the next is a date
// (consensus, BIP 65).
const MaxLockHeight int64 = txscript.LockTimeThreshold - 1
