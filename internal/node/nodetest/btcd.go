package nodetest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bevote/internal/node"

	"github.com/btcsuite/btcd/rpcclient"
	"github.com/btcsuite/btcd/wire/v2"
)

// Btcd is a btcd process on regtest with a chain of its own.
type Btcd struct {
	t          testing.TB
	args       []string // the command line
	port, cert string
	cmd        *exec.Cmd
	ended      chan struct{}
	client     *rpcclient.Client
}

const user = "auditor"

// Password is that of every [Btcd]. Tests look for it where it must not be.
const Password = "not/for:print@all"

// built builds btcd once in a process and returns its path.
var built = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "btcd").Output()
	return strings.TrimSpace(string(out)), err
})

// StartBtcd builds btcd, which is a tool of this module, and starts it on free loopback ports. Without
// a go command the test is skipped.
func StartBtcd(t testing.TB) *Btcd {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build btcd with")
	}
	program, err := built()
	if err != nil {
		t.Fatalf("building btcd: %v", err)
	}
	dir := t.TempDir()
	port, peers := freePort(t), freePort(t)
	cert := filepath.Join(dir, "rpc.cert")
	config := filepath.Join(dir, "btcd.conf")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := &Btcd{t: t, port: port, cert: cert}
	b.args = []string{program,
		"--regtest", "--configfile=" + config, "--datadir=" + dir, "--logdir=" + dir,
		"--rpcuser=" + user, "--rpcpass=" + Password, "--rpclisten=" + port, "--listen=" + peers, "--rpccert=" + cert,
		"--rpckey=" + filepath.Join(dir, "rpc.key"), "--nodnsseed", "--rejectnonstd", "--norelaypriority", "--limitfreerelay=0",
		"--debuglevel=critical"}
	t.Cleanup(b.Kill)
	b.Start()
	return b
}

// Start starts the process, also after Kill. It then has the same URL and those of its blocks that
// were on disk.
func (b *Btcd) Start() {
	b.t.Helper()
	b.cmd, b.ended = exec.Command(b.args[0], b.args[1:]...), make(chan struct{})
	var log bytes.Buffer
	b.cmd.Stdout, b.cmd.Stderr = &log, &log
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) { _ = cmd.Wait(); close(ended) }(b.cmd, b.ended)
	if err := b.connect(); err != nil {
		b.Kill()
		b.t.Fatalf("btcd: %v\n%s", err, log.Bytes())
	}
}

// connect waits until btcd answers.
func (b *Btcd) connect() error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		pem, err := os.ReadFile(b.cert)
		if err == nil {
			b.client, err = rpcclient.New(&rpcclient.ConnConfig{
				Host: b.port, Endpoint: "ws", User: user, Pass: Password, Certificates: pem, DisableAutoReconnect: true,
			}, nil)
		}
		if err == nil {
			return nil
		}
		select {
		case <-b.ended:
			return errors.New("ended at once")
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// URL returns the node's URL with user, password and certificate.
func (b *Btcd) URL() string { return b.urlAt(b.port) }

func (b *Btcd) urlAt(address string) string {
	return "btcd://" + user + ":" + "not%2Ffor%3Aprint%40all@" + address + "?cert=" + b.cert
}

// DyingURL returns a URL at which the node answers one connection until it has sent so many bytes.
// Then it is killed.
func (b *Btcd) DyingURL(bytes int64) string {
	b.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { l.Close() })
	go func() {
		defer l.Close()
		client, err := l.Accept()
		if err != nil {
			return // the test has ended
		}
		defer client.Close()
		node, err := net.Dial("tcp", b.port)
		if err != nil {
			return
		}
		defer node.Close()
		go io.Copy(node, client)
		_, _ = io.CopyN(client, node, bytes) // shorter if the client goes first
		b.Kill()
	}()
	return b.urlAt(fmt.Sprint(l.Addr()))
}

// Dial connects to the node.
func (b *Btcd) Dial() *node.Node {
	b.t.Helper()
	return dial(b.t, b.URL(), node.Options{})
}

// Feed submits blocks to the node, as a miner does.
func (b *Btcd) Feed(blocks ...*wire.MsgBlock) {
	b.t.Helper()
	for _, block := range blocks {
		var raw bytes.Buffer
		if err := block.Serialize(&raw); err != nil {
			b.t.Fatal(err)
		}
		answer, err := b.client.RawRequest("submitblock", jsonParams(hex.EncodeToString(raw.Bytes())))
		if err != nil || string(answer) != "null" {
			b.t.Fatalf("submitblock: %s, %v", answer, err)
		}
	}
}

// Height returns the height of the node's best block.
func (b *Btcd) Height() int {
	b.t.Helper()
	height, err := b.client.GetBlockCount()
	if err != nil {
		b.t.Fatal(err)
	}
	return int(height)
}

// Submit offers a transaction to the node's mempool.
func (b *Btcd) Submit(tx *wire.MsgTx) {
	b.t.Helper()
	var raw bytes.Buffer
	if err := tx.Serialize(&raw); err != nil {
		b.t.Fatal(err)
	}
	_, err := b.client.RawRequest("sendrawtransaction", jsonParams(hex.EncodeToString(raw.Bytes())))
	if err != nil {
		b.t.Fatalf("sendrawtransaction: %v", err)
	}
}

// Kill ends the process at once.
func (b *Btcd) Kill() {
	if b.cmd == nil || b.cmd.Process == nil {
		return // never started
	}
	_ = b.cmd.Process.Kill() // it may have ended by itself
	<-b.ended
	if b.client != nil {
		b.client.Shutdown()
	}
}

func dial(t testing.TB, url string, opt node.Options) *node.Node {
	t.Helper()
	u, err := node.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Dial(context.Background(), u, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// freePort returns a loopback address with a free port.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr())
}
