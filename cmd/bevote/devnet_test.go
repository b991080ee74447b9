package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/internal/node"
)

// devnetProcess is a running bevote devnet.
type devnetProcess struct {
	cmd *exec.Cmd
	url string
}

func startDevnet(t *testing.T, dir string, args ...string) devnetProcess {
	t.Helper()
	cmd := exec.Command("bevote", append([]string{"devnet", "-o", dir, "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no URL: %v", err)
	}
	return devnetProcess{cmd, strings.TrimSpace(line)}
}

// ask makes a call of the devnet.
func (d devnetProcess) ask(t *testing.T, method string, params ...any) string {
	t.Helper()
	u, err := node.ParseURL(d.url)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Dial(context.Background(), u, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	answer, err := n.Call(context.Background(), method, params...)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// bevote runs a command and returns its exit code, its output and its messages.
func bevote(args ...string) (int, string, string) {
	var out, messages bytes.Buffer
	code := run(args, strings.NewReader(""), &out, &messages)
	return code, strings.TrimSpace(out.String()), strings.TrimSpace(messages.String())
}

const somePublicKey = "pub:0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

// TestDevnet: a devnet that is killed has all that it has shown, and one that is interrupted ends well.
func TestDevnet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a directory & more")
	d := startDevnet(t, dir, "--every", "0")
	if got := d.ask(t, "getblockcount"); got != "101" {
		t.Errorf("a new chain has block %s, want 101", got)
	}
	code, id, messages := bevote("devnet", "fund", somePublicKey, "150000000", "--node", d.url)
	if code != 0 || len(id) != 64 {
		t.Fatalf("fund: exit %d, %q, %q", code, id, messages)
	}
	code, hashes, messages := bevote("devnet", "mine", "3", "--node", d.url)
	if code != 0 || len(strings.Fields(hashes)) != 3 {
		t.Fatalf("mine: exit %d, %q, %q", code, hashes, messages)
	}
	_, waiting, _ := bevote("devnet", "fund", "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", "1", "--node", d.url)
	if waiting != "" {
		t.Errorf("a satoshi was paid: %s", waiting)
	}
	_, waiting, _ = bevote("devnet", "fund", "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", "600", "--node", d.url)
	if code, _, messages := secondDevnet(dir); code != codeOutput || !strings.Contains(messages, "in use by another process") {
		t.Errorf("a second process: exit %d, %q", code, messages)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.cmd.Wait()

	d = startDevnet(t, dir, "--every", "50ms")
	if got := d.ask(t, "gettxout", id, 0); !strings.Contains(got, `"value":1.5,`) && !strings.Contains(got, `"value":1.5}`) {
		t.Errorf("the payment is %s", got)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if got := d.ask(t, "gettxout", waiting, 0, false); strings.Contains(got, `"value":0.000006`) || strings.Contains(got, `"value":6e-06`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what waited is in no block")
		}
	}
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// secondDevnet starts a devnet in a directory that another one may have.
func secondDevnet(dir string) (int, string, string) {
	return bevote("devnet", "-o", dir, "--listen", "127.0.0.1:0")
}

// TestDevnetRefuses: what is wrong with a command line is one line.
func TestDevnetRefuses(t *testing.T) {
	for _, row := range []struct {
		args  string
		code  int
		words string
	}{
		{"devnet", codeUsage, "-o DIR"},
		{"devnet -o x --every -1s", codeUsage, "--every"},
		{"devnet -o x --listen nowhere", codeUsage, "--listen"},
		{"devnet fund addr 1", codeUsage, "--node"},
		{"devnet fund addr -5 --node x", codeUsage, "unknown shorthand"},
		{"devnet fund addr 0 --node x", codeUsage, "satoshis"},
		{"devnet fund addr 1 --node http://x", codeUsage, "--node: want btcd://"},
		{"devnet fund addr 1 --node bitcoind://u:p@127.0.0.1:1", 30, "connection refused"},
		{"devnet mine x --node x", codeUsage, "number of blocks"},
	} {
		code, _, messages := bevote(strings.Fields(row.args)...)
		if code != row.code || !strings.Contains(messages, row.words) || strings.Contains(messages, "\n") {
			t.Errorf("%s: exit %d, %q; want %d, %q", row.args, code, messages, row.code, row.words)
		}
	}
}
