package evidence

import (
	"fmt"
	"math/big"
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// bar is what a chain of a network must at least show: so much work, and one
// block that everybody knows. A chain made up by somebody with less than the
// whole network's miners fails it. The zero bar asks for nothing.
type bar struct {
	work   *big.Int
	height int32
	hash   chainhash.Hash
	date   string // of the block
}

// barOf returns the bar of a network: those of Bitcoin Core 30 (its
// nMinimumChainWork and defaultAssumeValid). On simnet and regtest anybody
// makes blocks, so their chains prove no work whatever they sum up to.
func barOf(params *chaincfg.Params) bar {
	switch params.Name {
	case chaincfg.MainNetParams.Name:
		return newBar("dee8e2a309ad8a9820433c68", 912_683,
			"00000000000000000000611fd22f2df7c8fbd0688745c3a6c3bb5109cc2a12cb", "2025-09-01")
	case chaincfg.TestNet4Params.Name:
		return newBar("34a4690fe592dc49c7c", 91_000,
			"000000000000000180a58e7fa3b0db84b5ea76377524894f53660d93ac839d9b", "2025-07-14")
	}
	return bar{}
}

// newBar panics on constants that are no numbers.
func newBar(work string, height int32, hash, date string) bar {
	w, ok := new(big.Int).SetString(work, 16)
	h, err := chainhash.NewHashFromStr(hash)
	if !ok || err != nil {
		panic("malformed bar of a network")
	}
	return bar{work: w, height: height, hash: *h, date: date}
}

// provesWork tells whether the network's blocks cost anything.
func (c *headerChain) provesWork() bool { return c.bar.work != nil }

// checkPoint compares the header at the bar's height.
func (c *headerChain) checkPoint(height int32, hash chainhash.Hash) {
	if !c.provesWork() || height != c.bar.height {
		return
	}
	c.weighed.Examined++
	if hash != c.bar.hash {
		c.weighed.fail(height, "block %s, want the checkpoint %s of %s", hash, c.bar.hash, c.bar.date)
	}
}

// checkWork compares the sum of work at the end.
func (c *headerChain) checkWork() {
	if !c.provesWork() {
		return
	}
	c.weighed.Expected = 2
	if c.height < c.bar.height {
		c.weighed.Examined++
		c.weighed.fail(c.height, "the chain ends before the checkpoint at height %d of %s", c.bar.height, c.bar.date)
	}
	c.weighed.Examined++
	if c.work.Cmp(c.bar.work) < 0 {
		c.weighed.fail(c.height, "work %x in sum, less than the %x of %s on %s", c.work, c.bar.work, c.params.Name, c.bar.date)
	}
}

// evidence says what the headers are worth, in words, at the time now. Where
// anybody makes blocks at will, their age says nothing.
func (c *headerChain) evidence(now time.Time) string {
	if !c.provesWork() {
		return "no proof of work (" + c.params.Name + ")"
	}
	words := "work " + c.work.Text(16) + " in sum, tip of " + stamp(c.tip.Timestamp) + " UTC"
	if !now.IsZero() {
		words += ", " + span(now.Sub(c.tip.Timestamp)) + " old"
	}
	return words
}

// span is a duration for people.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day {
		return fmt.Sprintf("%d days", d/day)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
