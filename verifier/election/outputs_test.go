package election_test

import (
	"bytes"
	"testing"

	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// FuzzOutpoint: what is decoded is encoded again, as btcd encodes it.
func FuzzOutpoint(f *testing.F) {
	f.Add(make([]byte, 36))
	f.Add(bytes.Repeat([]byte{1, 2, 3}, 12))
	f.Add(make([]byte, 35))
	f.Fuzz(func(t *testing.T, b []byte) {
		op, err := election.DecodeOutpoint(b)
		if (err == nil) != (len(b) == 36) {
			t.Fatalf("%d bytes: %v", len(b), err)
		}
		if err != nil {
			return
		}
		var theirs bytes.Buffer
		if err := wire.WriteOutPoint(&theirs, 0, 0, &op); err != nil {
			t.Fatal(err)
		}
		if again := election.EncodeOutpoint(op); !bytes.Equal(again[:], b) || !bytes.Equal(theirs.Bytes(), b) {
			t.Errorf("%x: again %x, btcd %x", b, again, theirs.Bytes())
		}
	})
}
