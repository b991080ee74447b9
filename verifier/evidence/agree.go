package evidence

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// agreement compares sources: the hash at each height, and the transactions of each
// block that is read. It lists the first difference of each source.
type agreement struct {
	sources []Source
	depth   uint32  // as in Options
	main    int     // the source that is followed
	heights []int32 // by source: compared so far; in the end that of its tip
	differs []bool  // by source
	found   Findings
}

// newAgreement prepares to compare sources.
func newAgreement(sources []Source, depth uint32) agreement {
	n := len(sources)
	g := agreement{sources: sources, depth: depth, heights: make([]int32, n), differs: make([]bool, n)}
	for i := range g.heights {
		g.heights[i] = -1
	}
	return g
}

// name returns a source's name in findings.
func (g *agreement) name(source int) string { return NameOf(g.sources[source]) }

// differ lists the difference of a source.
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
			g.differ(i, c.height, "%s has block %s, %s has %s", g.name(0), chains[0].hash, g.name(i), c.hash)
		}
	}
}

// follow sets the source that is followed. Another source may be up to depth − 1
// blocks behind: a counted event is at least depth deep.
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
			g.differ(i, c.height, "%s ends here, %d blocks before %s", g.name(i), behind, g.name(main))
			continue
		}
		g.found.note(c.height, "%s ends here, %d blocks before %s", g.name(i), behind, g.name(main))
	}
}

// peers reads the blocks of the other sources in step with those of the followed one.
type peers struct {
	of   *agreement
	next []func() (*wire.MsgBlock, error, bool) // by source; nil where nothing is to be compared
	from []uint32                               // by source: its first block that is compared
	stop func()
}

// openBlocks begins to read the blocks of the sources that agree so far, of each from its
// first block on.
func (g *agreement) openBlocks(ctx context.Context, first uint32) *peers {
	p := &peers{of: g, next: make([]func() (*wire.MsgBlock, error, bool), len(g.sources)), from: make([]uint32, len(g.sources))}
	var stops []func()
	for i, src := range g.sources {
		if i == g.main || g.differs[i] || g.differs[g.main] {
			continue
		}
		p.from[i] = first
		if begins := beginning(ctx, src); begins != math.MaxUint32 {
			p.from[i] = max(first, begins)
		}
		next, stop := iter.Pull2(src.Blocks(ctx, p.from[i]))
		p.next[i] = next
		stops = append(stops, stop)
	}
	p.stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	return p
}

// compare compares a block of the followed source with the others'.
func (p *peers) compare(height uint32, b *wire.MsgBlock) error {
	for i, next := range p.next {
		if next == nil || height < p.from[i] || int64(height) > int64(p.of.heights[i]) {
			continue
		}
		other, err, ok := next()
		if err != nil {
			return err
		}
		p.of.found.Expected++
		p.of.found.Examined++
		words := "no block"
		if ok {
			words = difference(b, other)
		}
		if words != "" {
			p.of.differ(i, int32(height), "%s and %s differ: %s", p.of.name(p.of.main), p.of.name(i), words)
			p.next[i] = nil
		}
	}
	return nil
}

// difference says in words where two blocks of one height differ first, or "".
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

// idAt returns the hashes of a block's transaction without and with its witnesses,
// zeros where there is none.
func idAt(b *wire.MsgBlock, i int) (id [2]chainhash.Hash) {
	if i < len(b.Transactions) {
		id = [2]chainhash.Hash{b.Transactions[i].TxHash(), b.Transactions[i].WitnessHash()}
	}
	return id
}
