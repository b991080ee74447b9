package node_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bevote/internal/node/nodetest"
	"bevote/lang"
	"bevote/verifier"
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/wire/v2"
)

// TestUnfitNodes: a node that is behind, of another network or chain, or that leaves witnesses out, ends
// the audit with one line that names it, and says nothing of the election.
func TestUnfitNodes(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	for _, row := range []struct {
		name   string
		blocks []*wire.MsgBlock
		bare   bool
		words  string
	}{
		{"one block behind the board", blocks[:221], false, "the node is behind: its chain ends at block 220, line 25 of the board has seen block 221"},
		{"behind by the votes", blocks[:150], false, "the node is behind: its chain ends at block 149"},
		{"before the announcement", blocks[:100], false, "the node is behind: its chain ends at block 99"},
		{"at genesis", blocks[:1], false, "the node is behind: its chain ends at block 0"},
		{"another network", []*wire.MsgBlock{lang.Params("testnet4").GenesisBlock}, false, "the node is on testnet4, the election on regtest"},
		{"mainnet", []*wire.MsgBlock{lang.Params("mainnet").GenesisBlock}, false, "the node is on mainnet, the election on regtest"},
		{"another chain", append(blocks[:1:1], nodetest.Fork(t, blocks, 0, 230)...), false,
			"the node has another chain than this election: block 107 is not "},
		{"no witnesses", append(blocks[:222:222], nodetest.Fork(t, blocks, 221, 1)...), true, "rpcserialversion=0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := nodetest.StartBitcoind(t, row.blocks)
			if row.bare {
				server.OmitWitnesses()
			}
			var asked atomic.Int64 // several blocks at once
			server.Hook(func(method string) bool {
				if method == "getblock" {
					asked.Add(1)
				}
				return true
			})
			n := server.Dial()
			r, err := verifier.Audit(context.Background(), rec, n, verifier.Options{Now: time.Now(), Live: true})
			if err == nil || !strings.Contains(err.Error(), n.Name()+": ") || !strings.Contains(err.Error(), row.words) {
				t.Fatalf("got %v, %v, want a line about %s with %q", r, err, n.Name(), row.words)
			}
			if asked.Load() > 0 && !row.bare {
				t.Errorf("asked for %d blocks", asked.Load())
			}
		})
	}
}

// TestForkedTip: a node whose last blocks are others is no other chain. What its blocks lack is for the
// checks to say.
func TestForkedTip(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	at := len(blocks) - 4
	n := nodetest.StartBitcoind(t, append(blocks[:at:at], nodetest.Fork(t, blocks, at-1, 5)...)).Dial()
	if _, err := verifier.Audit(context.Background(), rec, n, verifier.Options{Now: time.Now(), Live: true}); err != nil {
		t.Error(err)
	}
}

// TestClock: a clock before the chain is the computer's fault, not the election's. A clock that is late
// by less is not noticed.
func TestClock(t *testing.T) {
	rec, blocks := recordedElection(t, "club_chair")
	n := nodetest.StartBitcoind(t, blocks).Dial()
	tip := blocks[len(blocks)-1].Header.Timestamp
	for _, row := range []struct {
		now   time.Time
		wrong bool
	}{
		{time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{tip.Add(-24 * time.Hour), true},
		{tip.Add(-time.Hour), false},
		{tip.Add(50 * 365 * 24 * time.Hour), false},
	} {
		t.Run(fmt.Sprint(row.now.UTC()), func(t *testing.T) {
			_, err := verifier.Audit(context.Background(), rec, n, verifier.Options{Now: row.now, Live: true})
			var clock *evidence.ClockError
			if errors.As(err, &clock) != row.wrong || (err != nil) != row.wrong {
				t.Errorf("got %v, want an error of the clock: %v", err, row.wrong)
			}
		})
	}
}
