package scriptsig

import (
	"bevote/templates"
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// randomTx has ins inputs and outs outputs, all with scripts.
func randomTx(r *rand.Rand, ins, outs int) *wire.MsgTx {
	script := func() []byte {
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	tx := wire.NewMsgTx(int32(r.Uint32()))
	tx.LockTime = r.Uint32()
	for range ins {
		op := wire.OutPoint{Index: r.Uint32()}
		op.Hash[r.IntN(32)] = byte(r.Uint32())
		tx.AddTxIn(&wire.TxIn{PreviousOutPoint: op, SignatureScript: script(), Sequence: r.Uint32()})
	}
	for range outs {
		tx.AddTxOut(wire.NewTxOut(int64(r.Uint32()), script()))
	}
	return tx
}

// scriptCodes are script codes that enter the hash unchanged, and others.
func scriptCodes() [][]byte {
	long := bytes.Repeat([]byte{txscript.OP_DUP}, 300)
	return [][]byte{
		nil, {}, {txscript.OP_CHECKSIG}, templates.P2PKH(make([]byte, 20)), long,
		{txscript.OP_CODESEPARATOR, txscript.OP_CHECKSIG},
		{txscript.OP_CHECKSIG, txscript.OP_CODESEPARATOR},
		{txscript.OP_DATA_1, txscript.OP_CODESEPARATOR}, // pushed, not run
		{txscript.OP_DATA_5, 1},                         // does not parse
		append(bytes.Clone(long), txscript.OP_PUSHDATA2, 9),
	}
}

// The twin is txscript's own hash, for every input, code and hash type.
func TestSigHasherAgainstTxscript(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []txscript.SigHashType{0, 1, 2, 3, 0x81, 0x82, 0x83, 0x41, 0xff}
	for _, ins := range []int{1, 2, 252, 253, 300} {
		tx := randomTx(r, ins, r.IntN(4))
		h := NewHasher(tx)
		for _, code := range scriptCodes() {
			for _, kind := range kinds {
				for _, i := range []int{0, ins / 2, ins - 1} {
					compareSigHash(t, h, code, kind, i)
				}
			}
		}
	}
}

func compareSigHash(t *testing.T, h *Hasher, code []byte, kind txscript.SigHashType, i int) {
	t.Helper()
	got, err := h.Sum(code, kind, i)
	want, wantErr := txscript.CalcSignatureHash(code, kind, h.tx, i)
	if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) {
		t.Errorf("input %d of %d, code %x, type %#x: got %x %v, want %x %v", i, len(h.tx.TxIn), code, kind, got, err, want, wantErr)
	}
}

func FuzzSigHasher(f *testing.F) {
	var b bytes.Buffer
	randomTx(rand.New(rand.NewPCG(3, 4)), 3, 2).Serialize(&b)
	for _, code := range scriptCodes() {
		f.Add(b.Bytes(), code, uint8(1))
	}
	f.Fuzz(func(t *testing.T, raw, code []byte, kind uint8) {
		tx := new(wire.MsgTx)
		if tx.Deserialize(bytes.NewReader(raw)) != nil {
			return
		}
		h := NewHasher(tx)
		for i := range tx.TxIn {
			compareSigHash(t, h, code, txscript.SigHashType(kind), i)
		}
	})
}

// What the inputs of a large claim sign, against txscript's hash of each.
func BenchmarkSigHasher(b *testing.B) {
	code := bytes.Repeat([]byte{txscript.OP_DUP}, 175)
	for _, n := range []int{1, 345} {
		b.Run(fmt.Sprint(n, " inputs"), func(b *testing.B) {
			tx := randomTx(rand.New(rand.NewPCG(5, 6)), n, 1)
			begun := time.Now()
			for i := range n {
				txscript.CalcSignatureHash(code, txscript.SigHashAll, tx, i)
			}
			twin := time.Since(begun)
			for b.Loop() {
				h := NewHasher(tx)
				for i := range n {
					h.Sum(code, txscript.SigHashAll, i)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(twin), "×txscript")
		})
	}
}
