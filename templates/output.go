package templates

import (
	"slices"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
)

// P2PKH returns the output script that pays to the HASH160 of a public key, 20
// bytes:
//
//	DUP HASH160 <hash> EQUALVERIFY CHECKSIG
func P2PKH(hash []byte) []byte {
	return slices.Concat(
		[]byte{txscript.OP_DUP, txscript.OP_HASH160, txscript.OP_DATA_20}, hash,
		[]byte{txscript.OP_EQUALVERIFY, txscript.OP_CHECKSIG},
	)
}

// P2SH returns the output script that pays to the HASH160 of a redeem script, 20
// bytes (BIP 16):
//
//	HASH160 <hash> EQUAL
func P2SH(hash []byte) []byte {
	return slices.Concat([]byte{txscript.OP_HASH160, txscript.OP_DATA_20}, hash, []byte{txscript.OP_EQUAL})
}

// PayToKey returns the P2PKH output script of a compressed public key.
func PayToKey(key [KeySize]byte) []byte { return P2PKH(address.Hash160(key[:])) }

// PayToRedeem returns the P2SH output script of a redeem script.
func PayToRedeem(redeem []byte) []byte { return P2SH(address.Hash160(redeem)) }
