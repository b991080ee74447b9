package main

import (
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"bevote/internal/chain/chaintest"
	"bevote/internal/record"
)

// node returns the script command "node VAR KIND RECORD", which starts a node
// that has the record's chain, and puts its URL into $VAR. The kinds:
//
//	btcd      a real one
//	bitcoind  a server that answers as one does
//	fork      a bitcoind whose last three blocks are others
//	dying     a bitcoind that goes away after some blocks
func node(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 3 {
			ts.Fatalf("usage: node VAR KIND RECORD")
		}
		rec, err := record.Open(ts.MkAbs(args[2]))
		ts.Check(err)
		defer rec.Close()
		blocks := chaintest.Blocks(t, rec)
		switch args[1] {
		case "btcd":
			n := chaintest.StartBtcd(t)
			n.Feed(blocks[1:]...)
			ts.Setenv(args[0], n.URL())
		case "bitcoind":
			ts.Setenv(args[0], chaintest.StartBitcoind(t, blocks).URL())
		case "fork":
			at := len(blocks) - 4
			ts.Setenv(args[0], chaintest.StartBitcoind(t, append(blocks[:at+1:at+1], chaintest.Fork(t, blocks, at, 3)...)).URL())
		case "dying":
			n := chaintest.StartBitcoind(t, blocks)
			var given atomic.Int32
			n.Hook(func(method string) bool { return method != "getblock" || given.Add(1) < 20 })
			ts.Setenv(args[0], n.URL())
		default:
			ts.Fatalf("no node of kind %s", args[1])
		}
	}
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
