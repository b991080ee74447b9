package templates

import (
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// MaxSignature is the most bytes of an ECDSA signature in a script: strict DER (BIP
// 66) with a low s, and the hash type. Some are shorter.
const MaxSignature = 72

// The parts of a transaction in bytes, beside its scripts. All spends of stakes and
// deposits are legacy, so that virtual bytes are bytes.
const (
	TxFrame = 4 + 3 + 3 + 4 // version, counts of up to 65,535 inputs and outputs, locktime

	smallFrame   = 4 + 1 + 1 + 4 // the same with counts of up to 252
	outpointSize = 32 + 4
	sequenceSize = 4
	valueSize    = 8
)

// Sizes in bytes of the output scripts [P2PKH] and [P2SH], of an output to a
// key, and of an input that spends one with a signature of [MaxSignature].
const (
	PayoutP2PKH = 3 + HashSize + 2
	PayoutP2SH  = 2 + HashSize + 1
	P2PKHOutput = valueSize + 1 + PayoutP2PKH
	P2PKHInput  = outpointSize + 1 + (1 + MaxSignature + 1 + KeySize) + sequenceSize
)

// Size returns the bytes of the filled script, with salted or plain ballots.
func (t Template) Size(salted bool) int {
	size := 0
	for _, op := range t.ops {
		size += op.Size(salted)
	}
	return size
}

// Size returns the bytes of the operation in a filled script, with salted or plain
// ballots.
func (op Op) Size(salted bool) int {
	switch {
	case op.Hole != "" && salted:
		return pushSize(holeSize(op.Hole, SaltedBallot))
	case op.Hole != "":
		return pushSize(holeSize(op.Hole, PlainBallot))
	case op.Data != nil:
		return pushSize(len(op.Data))
	}
	return 1
}

// SigOps returns the number of signature operations of the script as relays count
// them in P2SH (BIP 16): over all branches, a CHECKMULTISIG as the small number
// right before it, else as 20.
func (t Template) SigOps() int {
	count := 0
	for i, op := range t.ops {
		if op.Hole != "" || op.Data != nil {
			continue
		}
		switch op.Code {
		case txscript.OP_CHECKSIG, txscript.OP_CHECKSIGVERIFY:
			count++
		case txscript.OP_CHECKMULTISIG, txscript.OP_CHECKMULTISIGVERIFY:
			count += t.multisigKeys(i)
		}
	}
	return count
}

func (t Template) multisigKeys(at int) int {
	if at > 0 {
		if n, ok := t.ops[at-1].Number(); ok && n >= 1 && n <= 16 {
			return int(n)
		}
	}
	return MaxMultisigKeys
}

// ScriptSigSize returns the most bytes of the input script that pushes the items of a
// [Path], with a redeem script of the given size.
func ScriptSigSize(witness []string, redeem int) int {
	size := 0
	for _, item := range witness {
		size += pushSize(itemSize(item, redeem))
	}
	return size
}

// InputSize returns the most bytes of an input that pushes the items of a [Path].
func InputSize(witness []string, redeem int) int {
	script := ScriptSigSize(witness, redeem)
	return outpointSize + wire.VarIntSerializeSize(uint64(script)) + script + sequenceSize
}

// OutputSize returns the bytes of an output whose script has the given size.
func OutputSize(script int) int {
	return valueSize + wire.VarIntSerializeSize(uint64(script)) + script
}

// SpendSize returns the most virtual bytes of a transaction that spends one output by
// the witness, to one output script of the given size.
func SpendSize(witness []string, redeem, payout int) int {
	return smallFrame + InputSize(witness, redeem) + OutputSize(payout)
}

// SweepSize returns the most virtual bytes of a transaction that spends n outputs by
// the witness, to one output script of the given size.
func SweepSize(n int, witness []string, redeem, payout int) int {
	return TxFrame + n*InputSize(witness, redeem) + OutputSize(payout)
}

// SweepInputs returns the most outputs that such a transaction spends within the
// relays' limits [MaxWeight] and [MaxLegacySigOps]. Each redeem script has sigOps
// signature operations, and the new output at most one.
func SweepInputs(witness []string, redeem, payout, sigOps int) int {
	byWeight := (MaxWeight/4 - SweepSize(0, witness, redeem, payout)) / InputSize(witness, redeem)
	bySigOps := (MaxLegacySigOps - 1) / max(1, sigOps)
	return max(1, min(byWeight, bySigOps))
}

// Dust returns the value in satoshis under which relays refuse an output, by Bitcoin
// Core's default of 3 sat/vB for the output and an input that spends it.
func Dust(script []byte) int64 {
	input := outpointSize + 1 + sequenceSize
	if txscript.IsWitnessProgram(script) {
		input += 107 / 4 // signature and key, at a witness byte's quarter weight
	} else {
		input += 107
	}
	return 3 * int64(OutputSize(len(script))+input)
}

// itemSize returns the most bytes of an item of a path beside its push opcode: 0 for
// a number, which is an opcode alone.
func itemSize(item string, redeem int) int {
	switch {
	case item == "redeem":
		return redeem
	case item == "0", item == "1":
		return 0
	case len(item) > 4 && item[:4] == "sig:":
		return MaxSignature
	}
	return KeySize
}

// pushSize returns the bytes of the minimal push of n bytes; n = 0 is a small number.
func pushSize(n int) int {
	switch {
	case n == 0:
		return 1
	case n < txscript.OP_PUSHDATA1:
		return 1 + n
	case n < 1<<8:
		return 2 + n
	}
	return 3 + n
}
