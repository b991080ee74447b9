package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bevote/internal/node/nodetest"
	"bevote/verifier/board"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
	"github.com/rogpeppe/go-internal/testscript"
)

// scriptNodes holds the nodes that scripts have started. Scripts run in
// parallel.
type scriptNodes struct {
	t    *testing.T
	mu   sync.Mutex
	btcd map[string]*scriptBtcd // by URL
}

// scriptBtcd is a btcd and the height up to which it has a record's blocks.
type scriptBtcd struct {
	*nodetest.Btcd
	height int
}

func newScriptNodes(t *testing.T) *scriptNodes {
	return &scriptNodes{t: t, btcd: map[string]*scriptBtcd{}}
}

// cmds are the script commands.
func (y *scriptNodes) cmds() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"node": y.node, "feed": y.feed, "fork": y.fork, "board": boardAt, "await": await,
		"kill-when": y.killWhen, "restart": y.restart,
	}
}

// blocksOf returns the blocks of the record at args[i] from genesis.
func (y *scriptNodes) blocksOf(ts *testscript.TestScript, path string) []*wire.MsgBlock {
	rec, err := record.Open(ts.MkAbs(path))
	ts.Check(err)
	defer rec.Close()
	return nodetest.Blocks(y.t, rec)
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

// node VAR KIND RECORD [HEIGHT] starts a node that has the record's chain, up
// to a height, and puts its URL into $VAR. The kinds:
//
//	btcd      a real one
//	bitcoind  a server that answers as one does
//	fork      a bitcoind whose last three blocks are others
//	dying     a bitcoind that goes away after some blocks
//	short     a btcd with all blocks that is killed when it has sent HEIGHT bytes
func (y *scriptNodes) node(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: node VAR KIND RECORD [HEIGHT]")
	}
	blocks := y.blocksOf(ts, args[2])
	height := len(blocks) - 1
	if len(args) > 3 {
		height = number(ts, args[3])
	}
	switch args[1] {
	case "btcd":
		n := nodetest.StartBtcd(y.t)
		n.Feed(blocks[1 : height+1]...)
		y.mu.Lock()
		y.btcd[n.URL()] = &scriptBtcd{n, height}
		y.mu.Unlock()
		ts.Setenv(args[0], n.URL())
	case "bitcoind":
		ts.Setenv(args[0], nodetest.StartBitcoind(y.t, blocks).URL())
	case "fork":
		at := len(blocks) - 4
		ts.Setenv(args[0], nodetest.StartBitcoind(y.t, append(blocks[:at+1:at+1],
			nodetest.Fork(y.t, blocks, at, 3)...)).URL())
	case "dying":
		n := nodetest.StartBitcoind(y.t, blocks)
		var given atomic.Int32
		n.Hook(func(method string) bool { return method != "getblock" || given.Add(1) < 20 })
		ts.Setenv(args[0], n.URL())
	case "short":
		n := nodetest.StartBtcd(y.t)
		n.Feed(blocks[1:]...)
		ts.Setenv(args[0], n.DyingURL(int64(height)))
	default:
		ts.Fatalf("no node of kind %s", args[1])
	}
}

func (y *scriptNodes) named(ts *testscript.TestScript, name string) *scriptBtcd {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := y.btcd[ts.Getenv(name)]
	if n == nil {
		ts.Fatalf("%s is no btcd", name)
	}
	return n
}

// feed VAR RECORD HEIGHT gives a btcd the record's further blocks up to a height.
func (y *scriptNodes) feed(ts *testscript.TestScript, _ bool, args []string) {
	n, blocks, to := y.named(ts, args[0]), y.blocksOf(ts, args[1]), number(ts, args[2])
	n.Feed(blocks[n.height+1 : to+1]...)
	n.height = to
}

// fork VAR RECORD HEIGHT N gives a btcd N blocks without transactions that
// follow the record's block of a height.
func (y *scriptNodes) fork(ts *testscript.TestScript, _ bool, args []string) {
	y.named(ts, args[0]).Feed(nodetest.Fork(y.t, y.blocksOf(ts, args[1]), number(ts, args[2]), number(ts, args[3]))...)
}

// kill-when VAR FILE TEXT kills a btcd as soon as a file has a text.
func (y *scriptNodes) killWhen(ts *testscript.TestScript, _ bool, args []string) {
	n, file := y.named(ts, args[0]), ts.MkAbs(args[1])
	go func() {
		if comes(file, args[2]) {
			n.Kill()
		}
	}()
}

// restart VAR starts a btcd again that was killed.
func (y *scriptNodes) restart(ts *testscript.TestScript, _ bool, args []string) {
	n := y.named(ts, args[0])
	n.Kill()
	n.Start()
	n.height = n.Height()
}

// board DIR RECORD HEIGHT makes DIR the record, without a chain, as it was when
// the tip was at a height.
func boardAt(ts *testscript.TestScript, _ bool, args []string) {
	dir, height := ts.MkAbs(args[0]), number(ts, args[2])
	rec, err := record.Open(ts.MkAbs(args[1]))
	ts.Check(err)
	defer rec.Close()
	ts.Check(os.MkdirAll(dir, 0o755))
	for _, name := range []string{record.Policy, record.Contract, record.Board} {
		text, err := rec.ReadFile(name)
		ts.Check(err)
		if name == record.Board {
			text = text[:seenBy(ts, text, height)]
		}
		ts.Check(record.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
}

// seenBy returns how many bytes of a board name no block above a height.
func seenBy(ts *testscript.TestScript, text []byte, height int) (end int) {
	err := board.Read(bytes.NewReader(text), func(_ int, l board.Line) error {
		if int(l.Seen.Height) > height {
			return io.EOF
		}
		end += len(l.Encode()) + 1
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		ts.Fatalf("%v", err)
	}
	return end
}

// await FILE TEXT waits until a file has a text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if !comes(ts.MkAbs(args[0]), args[1]) {
		ts.Fatalf("%s has no %q after half a minute", args[0], args[1])
	}
}

// comes waits until a file has a text, half a minute at most.
func comes(file, text string) bool {
	for range 600 {
		have, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(have), text) {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// recordsDir is where the recorded elections of the repository are.
func recordsDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../examples/records")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
