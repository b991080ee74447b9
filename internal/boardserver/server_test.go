package boardserver_test

import (
	"bytes"
	"testing"

	"bevote/internal/node/nodetest"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// TestElectionThroughServer: honest parties play an election through the server, and its
// file is the board of the record, byte for byte.
func TestElectionThroughServer(t *testing.T) {
	for _, form := range []string{"hardened", "custodial", "mixed"} {
		t.Run(form, func(t *testing.T) {
			if form == "mixed" && testing.Short() {
				t.Skip("seconds")
			}
			f := newFixture(t, form, nil)
			f.mustStart()
			if err := f.Run(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.file(), f.ofPlay()) {
				t.Error("the server's file is not the board")
			}
		})
	}
}

// TestOverBitcoind: the same over HTTP from a node that answers as bitcoind does, through
// blocks that are replaced.
func TestOverBitcoind(t *testing.T) {
	var core *nodetest.Bitcoind
	show := func(f *fixture) {
		tip, _ := f.Chain.Tip()
		blocks := make([]*wire.MsgBlock, tip+1)
		for h := range blocks {
			var err error
			if blocks[h], err = f.Chain.Block(uint32(h)); err != nil {
				t.Fatal(err)
			}
		}
		core.Follow(blocks)
	}
	f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
		show(f)
		return f.mustPost(l)
	})
	genesis, err := f.Chain.Block(0)
	if err != nil {
		t.Fatal(err)
	}
	core = nodetest.StartBitcoind(t, []*wire.MsgBlock{genesis})
	n := core.Dial()
	t.Cleanup(n.Close)
	f.open.Chain = n
	f.mustStart()
	if err := f.Run(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.file(), f.ofPlay()) {
		t.Error("the server's file is not the board")
	}
	show(f)
	if err := f.Chain.Reorganise(); err != nil {
		t.Fatal(err)
	}
	show(f)
	f.settle()
}
