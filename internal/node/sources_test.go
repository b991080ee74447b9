package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bevote/internal/node"
	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/report"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// recordedElection opens an election of the repository and its blocks from genesis.
func recordedElection(t *testing.T, name string) (*record.Record, []*wire.MsgBlock) {
	t.Helper()
	rec := rehearsaltest.Open(t, filepath.Join("..", "..", "examples", "records", name))
	return rec, nodetest.Blocks(t, rec)
}

// count counts what a sequence yields before it ends or fails.
func count[T any](seq func(yield func(T, error) bool)) (n int, err error) {
	seq(func(_ T, e error) bool {
		if err = e; e == nil {
			n++
		}
		return true
	})
	return n, err
}

// eachSource runs a test over one chain in all its forms.
func eachSource(
	t *testing.T, name string,
	test func(t *testing.T, rec *record.Record, blocks []*wire.MsgBlock, src evidence.Source),
) {
	rec, blocks := recordedElection(t, name)
	for _, row := range []struct {
		name string
		open func(t *testing.T) evidence.Source
	}{
		{"record", func(*testing.T) evidence.Source { return chainfile.FromRecord(rec) }},
		{"embedded", func(t *testing.T) evidence.Source { return nodetest.Embedded(t, rec, blocks) }},
		{"btcd", func(t *testing.T) evidence.Source {
			node := nodetest.StartBtcd(t)
			node.Feed(blocks[1:]...)
			return node.Dial()
		}},
		{"bitcoind", func(t *testing.T) evidence.Source { return nodetest.StartBitcoind(t, blocks).Dial() }},
	} {
		t.Run(row.name, func(t *testing.T) { test(t, rec, blocks, row.open(t)) })
	}
}

// TestSourcesConform: every source keeps what evidence.Source promises.
func TestSourcesConform(t *testing.T) {
	eachSource(t, "club_chair", func(t *testing.T, _ *record.Record, blocks []*wire.MsgBlock, src evidence.Source) {
		ctx := context.Background()
		first, err := src.First(ctx)
		if err != nil || int(first) > len(blocks) {
			t.Fatal(first, err)
		}
		if !strings.HasPrefix(src.Evidence(), "whole blocks (") {
			t.Errorf("evidence %q", src.Evidence())
		}
		for range 2 { // each call begins anew
			wantHeaders(t, src, blocks)
		}
		for _, from := range []int{int(first), len(blocks) - 40, len(blocks) - 1} {
			wantBlocks(t, src, blocks, from)
		}
		for range src.Blocks(ctx, first) {
			break // nothing is left running, or the test would not end
		}
		stopped, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := count(src.Headers(stopped)); !errors.Is(err, context.Canceled) {
			t.Errorf("headers: got %v, want the cancellation", err)
		}
		if _, err := count(src.Blocks(stopped, first)); !errors.Is(err, context.Canceled) {
			t.Errorf("blocks: got %v, want the cancellation", err)
		}
	})
}

func wantHeaders(t *testing.T, src evidence.Source, blocks []*wire.MsgBlock) {
	t.Helper()
	height := 0
	for h, err := range src.Headers(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if height >= len(blocks) || h.BlockHash() != blocks[height].BlockHash() {
			t.Fatalf("header %d is not the chain's", height)
		}
		height++
	}
	if height != len(blocks) {
		t.Fatalf("%d headers, want %d", height, len(blocks))
	}
}

func wantBlocks(t *testing.T, src evidence.Source, blocks []*wire.MsgBlock, from int) {
	t.Helper()
	height := from
	for b, err := range src.Blocks(context.Background(), uint32(from)) {
		if err != nil {
			t.Fatal(err)
		}
		if height >= len(blocks) || !bytes.Equal(serialized(t, b), serialized(t, blocks[height])) {
			t.Fatalf("block %d is not the chain's", height)
		}
		height++
	}
	if height != len(blocks) {
		t.Fatalf("blocks from %d end before %d, want %d", from, height, len(blocks))
	}
}

func serialized(t *testing.T, b *wire.MsgBlock) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.Serialize(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestSameVerdictFromEverySource: but for the line that names the evidence, the
// reports are the same, byte for byte.
func TestSameVerdictFromEverySource(t *testing.T) {
	for _, name := range []string{"club_chair", "no_winner"} {
		t.Run(name, func(t *testing.T) {
			var want []byte
			eachSource(t, name, func(t *testing.T, rec *record.Record, _ []*wire.MsgBlock, src evidence.Source) {
				_, node := src.(*node.Node)
				r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{
					Now: time.Unix(1_800_000_000, 0), Live: node,
				})
				if err != nil {
					t.Fatal(err)
				}
				if r.Exit != 0 {
					t.Errorf("exit %d: %s", r.Exit, r.Verdict)
				}
				got := withoutEvidence(t, r)
				if want == nil {
					want = got
				}
				if !bytes.Equal(got, want) {
					t.Errorf("another report: %s", firstDifference(got, want))
				}
			})
		})
	}
}

// firstDifference shows the first line that is not the same, and the one before.
func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d after %q: got %q, want %q", i+1, g[max(i-1, 0)], g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// withoutEvidence is a report's JSON without the line that names the source.
func withoutEvidence(t *testing.T, r *result.Report) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := report.JSON(&text, r); err != nil {
		t.Fatal(err)
	}
	var out []byte
	left := 0
	for line := range bytes.Lines(text.Bytes()) {
		if bytes.HasPrefix(line, []byte(`  "evidence": `)) {
			left++
			continue
		}
		out = append(out, line...)
	}
	if left != 1 {
		t.Fatalf("%d lines of evidence, want 1", left)
	}
	return out
}
