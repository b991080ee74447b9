package evidence

import (
	"context"
	"fmt"
	"iter"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// agreement compares several sources: the hash at each height, and the
// transactions of each block that is read. Equal blocks have equal spends. It
// names the first difference of each source.
type agreement struct {
	sources []Source
	depth   uint32  // confirmations of the policy
	main    int     // the source that is followed
	heights []int32 // compared so far, by source; in the end that of its tip
	differs []bool  // by source
	found   Findings
}

func newAgreement(sources []Source, depth uint32) agreement {
	g := agreement{sources: sources, depth: depth, heights: make([]int32, len(sources)), differs: make([]bool, len(sources))}
	for i := range g.heights {
		g.heights[i] = -1
	}
	return g
}

// differ notes that a source tells something else than the other one.
func (g *agreement) differ(source int, height int32, format string, args ...any) {
	g.differs[source] = true
	g.found.fail(height, format, args...)
}

// headers compares the last headers read with the first source's.
func (g *agreement) headers(chains []*headerChain) {
	for i, c := range chains {
		if i == 0 || g.differs[i] || c.height != chains[0].height || c.height == g.heights[i] {
			continue
		}
		g.heights[i] = c.height
		g.found.Expected++
		g.found.Examined++
		if c.hash != chains[0].hash {
			g.differ(i, c.height, "%s has block %s, %s has %s", g.sources[0].Evidence(), chains[0].hash, g.sources[i].Evidence(), c.hash)
		}
	}
}

// follow says which source is followed. Another may be a few blocks behind, but
// must have the blocks in which a counted event can be.
func (g *agreement) follow(main int, chains []*headerChain) {
	g.main = main
	for i, c := range chains {
		g.heights[i] = c.height
		behind := chains[main].height - c.height
		if i == main || g.differs[i] || g.differs[main] || behind <= 0 {
			continue
		}
		if int64(behind) >= int64(max(g.depth, 1)) {
			g.found.Expected++
			g.found.Examined++
			g.differ(i, c.height, "%s ends here, %d blocks before %s", g.sources[i].Evidence(), behind, g.sources[main].Evidence())
			continue
		}
		g.found.note(c.height, "%s ends here, %d blocks before %s", g.sources[i].Evidence(), behind, g.sources[main].Evidence())
	}
}

// peers are the blocks of the other sources, read side by side with those of
// the followed one.
type peers struct {
	of   *agreement
	next []func() (*wire.MsgBlock, error, bool) // by source, nil where there is nothing to compare
	stop func()
}

// openBlocks begins to read the blocks of the sources that have agreed so far.
func (g *agreement) openBlocks(ctx context.Context, first uint32) *peers {
	w := &peers{of: g, next: make([]func() (*wire.MsgBlock, error, bool), len(g.sources))}
	var stops []func()
	for i, src := range g.sources {
		if i == g.main || g.differs[i] || g.differs[g.main] {
			continue
		}
		next, stop := iter.Pull2(src.Blocks(ctx, first))
		w.next[i] = next
		stops = append(stops, stop)
	}
	w.stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	return w
}

// compare compares a block of the followed source with the others'.
func (w *peers) compare(height uint32, b *wire.MsgBlock) error {
	for i, next := range w.next {
		if next == nil || int64(height) > int64(w.of.heights[i]) {
			continue
		}
		other, err, ok := next()
		if err != nil {
			return err
		}
		w.of.found.Expected++
		w.of.found.Examined++
		words := "no block"
		if ok {
			words = difference(b, other)
		}
		if words != "" {
			w.of.differ(i, int32(height), "%s and %s differ: %s", w.of.sources[w.of.main].Evidence(), w.of.sources[i].Evidence(), words)
			w.next[i] = nil
		}
	}
	return nil
}

// difference says where two blocks of one height differ first, or "".
func difference(a, b *wire.MsgBlock) string {
	if x, y := a.Header.BlockHash(), b.Header.BlockHash(); x != y {
		return fmt.Sprintf("block %s, block %s", x, y)
	}
	for i := range max(len(a.Transactions), len(b.Transactions)) {
		if x, y := idAt(a, i), idAt(b, i); x != y {
			return fmt.Sprintf("transaction %d is %s, %s", i, x[0], y[0])
		}
	}
	return ""
}

// idAt returns the hashes of a block's transaction without and with its
// peers, zeros where there is none.
func idAt(b *wire.MsgBlock, i int) (id [2]chainhash.Hash) {
	if i < len(b.Transactions) {
		id = [2]chainhash.Hash{b.Transactions[i].TxHash(), b.Transactions[i].WitnessHash()}
	}
	return id
}
