package devnet_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/internal/devnet"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// clock is a clock that stands, so that all times are chosen by the rules.
func clock() time.Time { return time.Unix(1_750_000_000, 0) }

func open(t testing.TB, dir string) *devnet.Devnet {
	t.Helper()
	d, err := devnet.Open(dir, devnet.Options{Random: rand.Reader, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mine(t testing.TB, d *devnet.Devnet, n int) {
	t.Helper()
	if _, err := d.Mine(n); err != nil {
		t.Fatal(err)
	}
}

// script pays to key number i, which has no secret.
func script(i byte) []byte { return templates.PayToKey([33]byte{2, i}) }

func pay(t testing.TB, d *devnet.Devnet, sats int64, to []byte) *wire.MsgTx {
	t.Helper()
	tx, err := d.Pay(wire.NewTxOut(sats, to))
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// What was shown is there again after the process has ended at any moment: the log alone is kept.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	first := pay(t, d, 5e8, script(1))
	mine(t, d, 2)
	_, displaced, _ := d.Tip()
	second := pay(t, d, 1e8, script(2))
	mine(t, d, 1)
	if err := d.Invalidate(displaced); err != nil {
		t.Fatal(err)
	}
	mine(t, d, 3)
	third := pay(t, d, 2e8, script(3))
	height, tip, waiting := d.Tip()
	if waiting != 1 || height != 101+1+3 {
		t.Fatalf("height %d, %d wait, want 105 and 1", height, waiting)
	}
	if _, err := devnet.Open(dir, devnet.Options{Random: rand.Reader, Now: clock}); err == nil {
		t.Fatal("two processes have one directory open")
	}

	// Not closed: the copy is what a process that was killed has left, with a line cut off.
	log, err := os.ReadFile(filepath.Join(dir, "chain.log"))
	if err != nil {
		t.Fatal(err)
	}
	again := t.TempDir()
	if err := os.WriteFile(filepath.Join(again, "chain.log"), append(log, "block 0100"...), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d = open(t, again)
	defer d.Close()
	if h, hash, n := d.Tip(); h != height || hash != tip || n != 1 {
		t.Errorf("height %d, %s, %d wait, want %d, %s, 1", h, hash, n, height, tip)
	}
	mine(t, d, 1)
	for _, tx := range []*wire.MsgTx{first, second, third} {
		if err := d.Submit(tx); err == nil || !strings.Contains(err.Error(), "mined") {
			t.Errorf("%s: %v, want that it is mined", tx.TxHash(), err)
		}
	}
}

// A log is refused that holds what is no event, with the number of its line.
func TestBrokenLog(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"something else\n", "line 1: want"},
		{"bevote devnet 1 regtest\nblock zz\n", "line 2"},
		{"bevote devnet 1 regtest\nblock 00\n", "line 2"},
		{"bevote devnet 1 regtest\nsnapshot 00\n", "line 2: no event of a chain"},
		{"bevote devnet 1 regtest\ninvalid 00\n", "line 2: no block"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "chain.log"), []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := devnet.Open(dir, devnet.Options{Random: rand.Reader, Now: clock})
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: got %v, want %q", row.text, err, row.want)
		}
	}
}

// The faucet pays from the first moment on, more often than it has coins.
func TestFaucet(t *testing.T) {
	d := open(t, t.TempDir())
	defer d.Close()
	for i := range 40 {
		pay(t, d, int64(1000+i), script(byte(i)))
	}
	_, err := d.Pay(wire.NewTxOut(150e8, script(1)))
	if err == nil || !strings.Contains(err.Error(), "the faucet lacks") {
		t.Errorf("got %v, want that the faucet lacks money", err)
	}
	mine(t, d, 3)
	pay(t, d, 150e8, script(1)) // of several coins
	mine(t, d, 1)
	if _, _, waiting := d.Tip(); waiting != 0 {
		t.Errorf("%d wait", waiting)
	}
}

// A block over 500 waiting transactions is made, kept and connected in well below a second.
func TestFullBlock(t *testing.T) {
	if testing.Short() {
		t.Skip("slow under the race detector")
	}
	d := open(t, t.TempDir())
	defer d.Close()
	for range 500 {
		pay(t, d, 100_000, script(1))
	}
	start := time.Now()
	hashes, err := d.Mine(1)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("a block of 500 transactions took %v", took)
	if took > 10*time.Second { // 24 ms, on a machine that does nothing else
		t.Errorf("a block of 500 transactions took %v", took)
	}
	if _, hash, waiting := d.Tip(); waiting != 0 || hash != hashes[0] {
		t.Errorf("%d wait", waiting)
	}
}

// BenchmarkOpen continues a chain of a thousand blocks.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	d := open(b, dir)
	mine(b, d, 1000)
	d.Close()
	for b.Loop() {
		open(b, dir).Close()
	}
}

// A password is drawn once and is the owner's alone.
func TestCookie(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Close()
	name := filepath.Join(dir, ".cookie")
	first, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	open(t, dir).Close()
	if again, _ := os.ReadFile(name); !bytes.Equal(first, again) {
		t.Error("another password after a restart")
	}
}
