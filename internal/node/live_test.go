package node_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bevote/internal/node"
	"bevote/internal/node/nodetest"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// allBlocks returns the blocks of an embedded chain from genesis.
func allBlocks(t *testing.T, n int) (blocks []*wire.MsgBlock) {
	t.Helper()
	for b, err := range coinbases(t, n).Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// forked returns the blocks with those above a height replaced by n others.
func forked(t *testing.T, blocks []*wire.MsgBlock, height, n int) []*wire.MsgBlock {
	t.Helper()
	return append(append([]*wire.MsgBlock{}, blocks[:height+1]...), nodetest.Fork(t, blocks, height, n)...)
}

func pointOf(blocks []*wire.MsgBlock) node.Point {
	last := len(blocks) - 1
	return node.Point{Height: uint32(last), Hash: blocks[last].BlockHash()}
}

// steps returns the steps from a point as words: "-5" takes blocks back from height 5 on, "5" is the block
// at height 5, which must be the one of blocks.
func steps(t *testing.T, s *node.Snapshot, p node.Point, blocks []*wire.MsgBlock) string {
	t.Helper()
	var words []string
	for step, err := range s.Since(p) {
		switch {
		case err != nil:
			t.Fatal(err)
		case step.Block == nil:
			words = append(words, fmt.Sprint("-", step.Height))
		case step.Block.BlockHash() != blocks[step.Height].BlockHash():
			t.Fatalf("another block at height %d", step.Height)
		default:
			words = append(words, fmt.Sprint(step.Height))
		}
	}
	return strings.Join(words, " ")
}

// TestSteps: from each point that a reader may have stored, the steps lead to the chain of the snapshot.
func TestSteps(t *testing.T) {
	blocks := allBlocks(t, 12)
	fork := forked(t, blocks, 8, 6)      // up to 14
	short := forked(t, blocks, 7, 1)     // up to 8
	elsewhere := forked(t, blocks, 0, 4) // which no node has
	core := nodetest.StartBitcoind(t, blocks)
	btcd := nodetest.StartBtcd(t)
	btcd.Feed(blocks[1:]...)
	for name, row := range map[string]struct {
		url     string
		replace func(blocks []*wire.MsgBlock)
	}{
		"bitcoind": {core.URL(), core.Follow},
		"btcd":     {btcd.URL(), func(b []*wire.MsgBlock) { btcd.Feed(b[9:]...) }},
	} {
		t.Run(name, func(t *testing.T) {
			l := live(t, row.url, 5)
			want := func(p node.Point, chain []*wire.MsgBlock, words string) {
				t.Helper()
				s := snapshot(t, l)
				if tip, hash := s.Tip(); (node.Point{Height: tip, Hash: hash}) != pointOf(chain) {
					t.Fatalf("tip %d, want %d", tip, len(chain)-1)
				}
				if got := steps(t, s, p, chain); got != words {
					t.Errorf("from %d: %q, want %q", p.Height, got, words)
				}
				for _, height := range []int{0, 3, 5, len(chain) - 1} {
					if hash, err := s.HashAt(uint32(height)); height < len(chain) && (err != nil || hash != chain[height].BlockHash()) {
						t.Errorf("hash at %d: %s, %v", height, hash, err)
					}
				}
				last := uint32(len(chain))
				if _, err := s.HashAt(last); err == nil {
					t.Error("a hash above the tip")
				}
				if b, err := s.Block(last - 1); err != nil || b.BlockHash() != chain[last-1].BlockHash() {
					t.Errorf("the newest block: %v", err)
				}
				if _, err := s.Block(last); err == nil {
					t.Error("a block above the tip")
				}
				if !s.Time().Equal(chain[len(chain)-1].Header.Timestamp) {
					t.Errorf("time %v", s.Time())
				}
			}
			want(node.Point{}, blocks, "5 6 7 8 9 10 11 12")
			want(pointOf(blocks[:4]), blocks, "5 6 7 8 9 10 11 12")
			want(pointOf(blocks[:11]), blocks, "11 12")
			want(pointOf(blocks), blocks, "")
			row.replace(fork)
			want(pointOf(blocks), fork, "-9 9 10 11 12 13 14")
			want(pointOf(blocks[:11]), fork, "-9 9 10 11 12 13 14")
			want(pointOf(blocks[:9]), fork, "9 10 11 12 13 14")
			want(pointOf(elsewhere), fork, "5 6 7 8 9 10 11 12 13 14") // below the first
			want(pointOf(forked(t, blocks, 6, 3)), fork, "-5 5 6 7 8 9 10 11 12 13 14")
			if name == "btcd" {
				return // it takes no shorter chain
			}
			row.replace(short)
			want(pointOf(fork), short, "-8 8")
			row.replace(blocks[:4]) // came back without most of it
			want(pointOf(short), blocks[:4], "-5")
			row.replace(blocks)
			want(pointOf(blocks[:4]), blocks, "5 6 7 8 9 10 11 12")
		})
	}
}

// TestSnapshotStays: a snapshot shows its own blocks after a reorganisation.
func TestSnapshotStays(t *testing.T) {
	blocks := allBlocks(t, 6)
	core := nodetest.StartBitcoind(t, blocks)
	s := snapshot(t, live(t, core.URL(), 2))
	core.Follow(forked(t, blocks, 3, 4))
	if got := steps(t, s, node.Point{}, blocks); got != "2 3 4 5 6" {
		t.Errorf("got %q", got)
	}
}

// TestRedial: a node that was killed and came back with less is followed again.
func TestRedial(t *testing.T) {
	blocks := allBlocks(t, 12)
	btcd := nodetest.StartBtcd(t)
	btcd.Feed(blocks[1:]...)
	l := live(t, btcd.URL(), 3)
	s := snapshot(t, l)
	btcd.Kill()
	if err := l.Wait(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := l.Snapshot(context.Background())
		var lost *node.Error
		if !errors.As(err, &lost) || !strings.HasPrefix(err.Error(), "btcd://127.0.0.1:") || strings.Contains(err.Error(), "\n") {
			t.Fatalf("got %v, want a line of the node", err)
		}
		if err := l.Wait(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	btcd.Start() // on regtest with genesis alone
	btcd.Feed(blocks[1:6]...)
	s = snapshot(t, l)
	if got := steps(t, s, pointOf(blocks), blocks); got != "-3 3 4 5" {
		t.Errorf("came back lower: %q, want all anew", got)
	}
	btcd.Kill()
	btcd.Start() // between two snapshots
	btcd.Feed(blocks[1:9]...)
	if got := steps(t, snapshot(t, l), pointOf(blocks[:6]), blocks); got != "6 7 8" {
		t.Errorf("after a restart: %q", got)
	}
}

// TestWait ends at a new block, and its pauses after failures double up to a minute.
func TestWait(t *testing.T) {
	blocks := allBlocks(t, 6)
	core := nodetest.StartBitcoind(t, blocks[:5])
	u, err := node.ParseURL(core.URL())
	if err != nil {
		t.Fatal(err)
	}
	var p pauses
	sleeps := 0
	l := node.NewLive(u, &chaincfg.RegressionNetParams, 1, node.Options{Sleep: func(ctx context.Context, d time.Duration) error {
		if sleeps++; sleeps == 3 {
			core.Follow(blocks)
		}
		return p.sleep(ctx, d)
	}})
	defer l.Close()
	s := snapshot(t, l)
	if err := l.Wait(context.Background(), s); err != nil || sleeps != 3 {
		t.Errorf("%v after %d pauses, want 3", err, sleeps)
	}
	core.SetMood(nodetest.LoginPage())
	p.all = nil
	for range 8 {
		if _, err := l.Snapshot(context.Background()); err == nil {
			t.Fatal("a snapshot of a login page")
		}
		if err := l.Wait(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(p.all); got != "[1s 2s 4s 8s 16s 32s 1m0s 1m0s]" {
		t.Errorf("pauses %s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Wait(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
}

// TestUnfitLive: nodes that no role can go by, each with a line of its own.
func TestUnfitLive(t *testing.T) {
	blocks := allBlocks(t, 6)
	core := nodetest.StartBitcoind(t, blocks)
	u, err := node.ParseURL(core.URL())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := node.NewLive(u, &chaincfg.SimNetParams, 1, node.Options{})
	defer elsewhere.Close()
	_, err = elsewhere.Snapshot(context.Background())
	wantLine(t, err, "another network than simnet")

	core.SetLag(3)
	_, err = live(t, core.URL(), 1).Snapshot(context.Background())
	wantLine(t, err, "the node is behind: it has 6 blocks of 9")
	core.SetLag(1)
	l := live(t, core.URL(), 1)
	s := snapshot(t, l)
	core.SetMood(nodetest.Pruned())
	for _, err = range s.Since(node.Point{}) {
	}
	wantLine(t, err, "pruned")
}

func wantLine(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want a line with %q", err, words)
	}
}
