package evidence

import (
	"cmp"
	"slices"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// keptHeader is what is kept of a header.
type keptHeader struct {
	height     uint32
	time       uint32         // seconds since 1970
	hash, root chainhash.Hash // root of the merkle tree
}

// keptHeaders are headers with ascending heights. They are stored in pages, so that
// append does not copy earlier ones.
type keptHeaders struct {
	pages [][]keptHeader
	n     int
}

// longestPage is the maximal number of headers in a page.
const longestPage = 1 << 12

// add keeps the next header.
func (k *keptHeaders) add(h keptHeader) {
	last := len(k.pages) - 1
	if last < 0 || len(k.pages[last]) == cap(k.pages[last]) {
		k.pages = append(k.pages, make([]keptHeader, 0, min(longestPage, max(64, k.n))))
		last++
	}
	k.pages[last] = append(k.pages[last], h)
	k.n++
}

// at returns the header of a height, if it is kept.
func (k *keptHeaders) at(height uint32) (keptHeader, bool) {
	byFirst := func(p []keptHeader, h uint32) int { return cmp.Compare(p[0].height, h) }
	page, found := slices.BinarySearchFunc(k.pages, height, byFirst)
	if !found && page > 0 {
		page--
	}
	if page == len(k.pages) {
		return keptHeader{}, false
	}
	byHeight := func(p keptHeader, h uint32) int { return cmp.Compare(p.height, h) }
	i, found := slices.BinarySearchFunc(k.pages[page], height, byHeight)
	if !found {
		return keptHeader{}, false
	}
	return k.pages[page][i], true
}

// hashAt returns the hash of a wanted height, if the chain is that long.
func (c *headerChain) hashAt(height uint32) (chainhash.Hash, bool) {
	h, ok := c.kept.at(height)
	return h.hash, ok
}
