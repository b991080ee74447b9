package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/tower"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// coinOf returns the output of a devnet's block at a height, which needs no key.
func (d devnetProcess) coinOf(t *testing.T, height int) (wire.OutPoint, int64) {
	t.Helper()
	var hash, text string
	if err := json.Unmarshal([]byte(d.ask(t, "getblockhash", height)), &hash); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(d.ask(t, "getblock", hash, 0)), &text); err != nil {
		t.Fatal(err)
	}
	raw, err := hex.DecodeString(text)
	var b wire.MsgBlock
	if err == nil {
		err = b.Deserialize(bytes.NewReader(raw))
	}
	if err != nil {
		t.Fatal(err)
	}
	return wire.OutPoint{Hash: b.Transactions[0].TxHash()}, b.Transactions[0].TxOut[0].Value
}

// TestWatch: refunds are sent when they are due, until they are deep; and a stake that another has taken
// is given up.
func TestWatch(t *testing.T) {
	d := startDevnet(t, t.TempDir(), "--every", "100ms")
	dir := t.TempDir()
	coin, value := d.coinOf(t, 1)
	spend := func(lock uint32, fee int64) *wire.MsgTx {
		tx := wire.NewMsgTx(2)
		tx.LockTime = lock
		tx.AddTxIn(wire.NewTxIn(&coin, []byte{txscript.OP_DATA_1, txscript.OP_TRUE}, nil))
		tx.TxIn[0].Sequence = wire.MaxTxInSequenceNum - 2
		tx.AddTxOut(wire.NewTxOut(value-fee, templates.PayToKey([33]byte{2, 1})))
		return tx
	}
	cheap, dear := spend(110, 10), spend(110, 4000) // under a satoshi a byte, and over
	for name, tx := range map[string]*wire.MsgTx{"refund-1.tx": cheap, "refund-4.tx": dear} {
		if err := os.WriteFile(filepath.Join(dir, name), tower.Encode(tx), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, messages := bevote("watch", dir, "--node", d.url, "--depth", "3")
	lines := strings.Split(out, "\n")
	if code != 0 || messages != "" || !strings.Contains(lines[0], coin.String()+": ") ||
		!strings.Contains(lines[len(lines)-1], "taken back by "+dear.TxHash().String()) {
		t.Errorf("exit %d, %s, %q", code, out, messages)
	}
	other := filepath.Join(dir, "other.hex")
	if err := os.WriteFile(other, tower.Encode(spend(500, 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = bevote("watch", other, "--node", d.url, "--depth", "1")
	if code != codeNo || !strings.Contains(out, "spent by another transaction") {
		t.Errorf("what is taken: exit %d, %s", code, out)
	}
	coin, value = d.coinOf(t, 2)
	if err := os.WriteFile(other, tower.Encode(spend(100_000, 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = bevote("watch", other, "--node", d.url, "--once"); code != codeNo || !strings.Contains(out, "locked until block 100000") {
		t.Errorf("what is locked: exit %d, %s", code, out)
	}
	for args, want := range map[string]int{
		"watch": codeUsage, "watch " + other: codeUsage, "watch " + other + " --node x": codeUsage,
		"watch " + dir + "/none --node x": codeInput, "watch " + other + " --once --node bitcoind://u:p@127.0.0.1:1": 30,
	} {
		if code, _, messages := bevote(strings.Fields(args)...); code != want || strings.Contains(messages, "\n") {
			t.Errorf("%s: exit %d, %q, want %d", args, code, messages, want)
		}
	}
}
