package evidence

import (
	"fmt"
	"math/big"
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// minimum is the least work and the checkpoint that a chain of a network must have.
// The zero minimum requires nothing.
type minimum struct {
	work   *big.Int       // in sum; nil where blocks cost no work
	height int32          // of the checkpoint
	hash   chainhash.Hash // of the checkpoint
	date   string         // of the checkpoint
}

// minimumOf returns the minimum of a network, as in Bitcoin Core 30: its
// nMinimumChainWork and defaultAssumeValid. On simnet and regtest blocks cost no work.
func minimumOf(params *chaincfg.Params) minimum {
	switch params.Name {
	case chaincfg.MainNetParams.Name:
		return newMinimum("dee8e2a309ad8a9820433c68", 912_683,
			"00000000000000000000611fd22f2df7c8fbd0688745c3a6c3bb5109cc2a12cb", "2025-09-01")
	case chaincfg.TestNet4Params.Name:
		return newMinimum("34a4690fe592dc49c7c", 91_000,
			"000000000000000180a58e7fa3b0db84b5ea76377524894f53660d93ac839d9b", "2025-07-14")
	}
	return minimum{}
}

// newMinimum panics on malformed constants.
func newMinimum(work string, height int32, hash, date string) minimum {
	w, ok := new(big.Int).SetString(work, 16)
	h, err := chainhash.NewHashFromStr(hash)
	if !ok || err != nil {
		panic("malformed minimum of a network")
	}
	return minimum{work: w, height: height, hash: *h, date: date}
}

// provesWork reports whether the network's blocks cost work.
func (c *headerChain) provesWork() bool { return c.least.work != nil }

// checkPoint compares the header at the checkpoint's height.
func (c *headerChain) checkPoint(height int32, hash chainhash.Hash) {
	if !c.provesWork() || height != c.least.height {
		return
	}
	c.weighed.Examined++
	if hash != c.least.hash {
		c.weighed.fail(height, "block %s, want the checkpoint %s of %s", hash, c.least.hash, c.least.date)
	}
}

// checkWork compares the sum of work at the end.
func (c *headerChain) checkWork() {
	if !c.provesWork() {
		return
	}
	c.weighed.Expected = 2
	if c.height < c.least.height {
		c.weighed.Examined++
		c.weighed.fail(c.height, "the chain ends before the checkpoint at height %d of %s", c.least.height, c.least.date)
	}
	c.weighed.Examined++
	if c.work.Cmp(c.least.work) < 0 {
		c.weighed.fail(c.height, "work %x in sum, less than the %x of %s on %s",
			c.work, c.least.work, c.params.Name, c.least.date)
	}
}

// evidence says in words what the headers prove at the time now. Where blocks cost no
// work, their age is left out.
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

// span returns a duration as text, in hours or days.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day {
		return fmt.Sprintf("%d days", d/day)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
