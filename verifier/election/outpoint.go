package election

import (
	"encoding/binary"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// outpointSize is the length of an outpoint in wire form:
//
//	txid 32 ‖ index 4, little-endian
const outpointSize = chainhash.HashSize + 4

// EncodeOutpoint returns an outpoint in wire form, 36 bytes.
func EncodeOutpoint(op wire.OutPoint) (b [outpointSize]byte) {
	copy(b[:], op.Hash[:])
	binary.LittleEndian.PutUint32(b[chainhash.HashSize:], op.Index)
	return b
}

// decodeOutpoint reads an outpoint in wire form.
func decodeOutpoint(b []byte) (wire.OutPoint, error) {
	if len(b) != outpointSize {
		return wire.OutPoint{}, fmt.Errorf("outpoint of %d bytes, want %d", len(b), outpointSize)
	}
	return wire.OutPoint{
		Hash:  chainhash.Hash(b[:chainhash.HashSize]),
		Index: binary.LittleEndian.Uint32(b[chainhash.HashSize:]),
	}, nil
}
