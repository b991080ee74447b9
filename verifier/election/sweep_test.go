package election

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"

	"bevote/internal/scriptsig"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// What a mixer signs of a sweep is written here byte by byte, from docs/protocol.md and the legacy
// signature hash: one input, no output, hash type 82. It is the same in every transaction of version
// 2 and locktime 0 that spends the deposit with sequence fffffffd.
func TestSweptInputBytes(t *testing.T) {
	deposit := wire.OutPoint{Hash: chainhash.Hash{1, 2, 3}, Index: 4}
	redeem := bytes.Repeat([]byte{0x51}, 200)
	preimage := slices.Concat(
		[]byte{2, 0, 0, 0},         // version
		[]byte{1}, deposit.Hash[:], // inputs: this one alone
		[]byte{4, 0, 0, 0},  // output number
		[]byte{200}, redeem, // script code
		[]byte{0xfd, 0xff, 0xff, 0xff}, // sequence
		[]byte{0},                      // outputs: none
		[]byte{0, 0, 0, 0},             // locktime
		binary.LittleEndian.AppendUint32(nil, 0x82), // hash type
	)
	once := sha256.Sum256(preimage)
	want := sha256.Sum256(once[:])

	sweep := wire.NewMsgTx(2)
	other := wire.OutPoint{Hash: chainhash.Hash{9}}
	sweep.AddTxIn(wire.NewTxIn(&other, nil, nil))
	sweep.AddTxIn(SweptInput(deposit).TxIn[0])
	sweep.AddTxOut(wire.NewTxOut(1000, []byte{0x51}))
	for name, in := range map[string]struct {
		tx    *wire.MsgTx
		input int
	}{"alone": {SweptInput(deposit), 0}, "in a sweep": {sweep, 1}} {
		got, err := scriptsig.NewHasher(in.tx).Sum(redeem, SweepHashType, in.input)
		if err != nil || !bytes.Equal(got, want[:]) {
			t.Errorf("%s: %x %v, want %x", name, got, err, want)
		}
	}
	sweep.LockTime = 1
	if got, _ := scriptsig.NewHasher(sweep).Sum(redeem, SweepHashType, 1); bytes.Equal(got, want[:]) {
		t.Error("the locktime is not signed")
	}
}
