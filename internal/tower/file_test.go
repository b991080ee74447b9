package tower_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/tower"
)

// FuzzDecode: what is read as a transaction is written as the same bytes.
func FuzzDecode(f *testing.F) {
	_, coin, value := newChain(f)
	for _, tx := range refunds(coin, value, 104, 500, 2000) {
		f.Add(tower.Encode(tx))
	}
	f.Add([]byte("00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tx, err := tower.Decode(text)
		if err != nil {
			return
		}
		again, err := tower.Decode(tower.Encode(tx))
		if err != nil || again.TxHash() != tx.TxHash() || again.WitnessHash() != tx.WitnessHash() {
			t.Errorf("%q is not the same when written and read", text)
		}
		if !bytes.Equal(tower.Encode(again), tower.Encode(tx)) {
			t.Errorf("%q is written in two ways", text)
		}
	})
}

func TestLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [directory]")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c, coin, value := newChain(t)
	txs := refunds(coin, value, 107, 500, 2000)
	for name, text := range map[string][]byte{
		"refund-1.tx": tower.Encode(txs[0]), "refund-4.tx": tower.Encode(txs[1]), "notes.txt": []byte("hello"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := tower.Load([]string{dir}, 3)
	if err != nil {
		t.Fatal(err)
	}
	turn(t, w, c, "locked until block 107", false)
	for _, row := range []struct{ path, words string }{
		{filepath.Join(dir, "notes.txt"), "no transaction in hex"}, {dir + "x", "no such file"}, {t.TempDir(), "no transaction to watch over"},
	} {
		if _, err := tower.Load([]string{row.path}, 3); err == nil || !strings.Contains(err.Error(), row.words) {
			t.Errorf("%s: %v, want %q", row.path, err, row.words)
		}
	}
}
