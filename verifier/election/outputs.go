package election

import (
	"encoding/binary"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// ConfirmedTx is a transaction with its place in the chain.
type ConfirmedTx struct {
	Height uint32
	Pos    int            // in its block, from 0
	Tx     *wire.MsgTx    // nil in a [TxList] and a [Link]
	ID     chainhash.Hash // of Tx
	Input  int            // the input or output that it is listed for
	Note   string         // what it is listed for, or ""
}

// Before reports whether the transaction precedes another one in the chain.
func (s ConfirmedTx) Before(o ConfirmedTx) bool {
	return s.Height < o.Height || s.Height == o.Height && s.Pos < o.Pos
}

// Output is a watched output, and the transactions that create and spend it. Each is
// nil until a block has it. Of a stake only Out and Spent are kept.
type Output struct {
	Created *ConfirmedTx
	Out     *wire.TxOut
	Spent   *ConfirmedTx // Input spends the output

	payment bool // Created is of the supervisor's chain of payments
}

// Payment reports whether the output is of the supervisor's chain of payments, as far as
// the replay was given it.
func (c *Output) Payment() bool { return c.payment }

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

// nullData returns the data of a script of the form
//
//	OP_RETURN <data>
func nullData(script []byte) ([]byte, bool) {
	if len(script) == 0 || script[0] != txscript.OP_RETURN {
		return nil, false
	}
	t := txscript.MakeScriptTokenizer(0, script[1:])
	if !t.Next() || t.Data() == nil {
		return nil, false
	}
	data := t.Data()
	return data, !t.Next() && t.Err() == nil
}

// isNullData reports whether a script begins with OP_RETURN.
func isNullData(script []byte) bool { return len(script) > 0 && script[0] == txscript.OP_RETURN }
