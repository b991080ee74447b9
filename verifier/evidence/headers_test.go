package evidence

// In the package, because the rules are tested one by one, with headers that no
// source of a record shows.

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// auditDay is after every header of these tests.
var auditDay = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func decodeHeader(t *testing.T, raw []byte) *wire.BlockHeader {
	t.Helper()
	h := new(wire.BlockHeader)
	if err := h.Deserialize(bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	return h
}

// mainHeaders are the headers 0 to 2016 of the main chain.
func mainHeaders(t *testing.T) []*wire.BlockHeader {
	t.Helper()
	raw, err := os.ReadFile("testdata/mainnet-headers-0-2016.bin")
	if err != nil {
		t.Fatal(err)
	}
	var headers []*wire.BlockHeader
	for ; len(raw) >= 80; raw = raw[80:] {
		headers = append(headers, decodeHeader(t, raw[:80]))
	}
	return headers
}

// judge runs headers through a fresh chain.
func judge(params *chaincfg.Params, now time.Time, headers []*wire.BlockHeader) *headerChain {
	c := newHeaderChain(params, now, func(h uint32) bool { return h%1000 == 7 })
	for _, h := range headers {
		c.add(h)
	}
	c.end()
	return c
}

// faults lists what failed, as "check where: message".
func faults(c *headerChain) []string {
	var out []string
	for _, f := range []struct {
		name string
		f    Findings
	}{{"V03", c.network}, {"V04", c.linked}, {"V05", c.mined}, {"V06", c.timed}, {"V07", c.weighed}} {
		if f.f.Examined != f.f.Expected {
			out = append(out, fmt.Sprintf("%s examined %d of %d", f.name, f.f.Examined, f.f.Expected))
		}
		if f.f.Failed == 0 {
			continue
		}
		for _, item := range f.f.Notes {
			out = append(out, fmt.Sprintf("%s %s: %s", f.name, item.Where, item.Message))
		}
	}
	return out
}

// wantFaults compares the faults with the beginnings of those wanted.
func wantFaults(t *testing.T, c *headerChain, want ...string) {
	t.Helper()
	got := faults(c)
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing fault %q", want[i])
		case i >= len(want):
			t.Errorf("fault %q, want none", got[i])
		case !strings.HasPrefix(got[i], want[i]):
			t.Errorf("fault %q, want %q", got[i], want[i])
		}
	}
}

// TestMainChainBeginning: 2017 real headers over the first retarget are fine;
// they weigh too little to be the main chain of today.
func TestMainChainBeginning(t *testing.T) {
	c := judge(&chaincfg.MainNetParams, auditDay, mainHeaders(t))
	wantFaults(t, c, "V07 height 2016: the chain ends before the checkpoint at height 912683", "V07 height 2016: work 7e107e107e1 in sum")
	if c.mined.Examined != 2016 || c.height != 2016 || c.hash.String() != "00000000a141216a896c54f211301c436e557a8d55900637bbdce14c6c7bddef" {
		t.Errorf("examined %d headers to %d, %s", c.mined.Examined, c.height, c.hash)
	}
	// A header of difficulty 1 counts 2^32/(1−2^−16) hashes.
	if want := big.NewInt(2017 * 4295032833); c.work.Cmp(want) != 0 {
		t.Errorf("work %d, want %d", c.work, want)
	}
	last, _ := c.hashAt(1007)
	if _, ok := c.hashAt(8); ok || c.kept.n != 3 || last != mainHeaders(t)[1007].BlockHash() {
		t.Errorf("kept %d hashes, want those of 7, 1007 and 2007", c.kept.n)
	}
}

// TestMainChainRetarget: at 554400 the target rose from bits 1731d97c to 17371ef4.
func TestMainChainRetarget(t *testing.T) {
	text, err := os.ReadFile("testdata/mainnet-headers-retarget-554400.txt")
	if err != nil {
		t.Fatal(err)
	}
	play := func(change func(height int32, h *wire.BlockHeader)) *headerChain {
		c := newHeaderChain(&chaincfg.MainNetParams, auditDay, nil)
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
			var height int32
			var digits string
			fmt.Sscan(line, &height, &digits)
			raw, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatal(err)
			}
			h := decodeHeader(t, raw)
			change(height, h)
			if height > 554399 {
				c.add(h)
				continue
			}
			// The rules look back at these.
			c.nodes[height%2016] = headerNode{chain: c, height: height, bits: h.Bits, time: h.Timestamp.Unix()}
			c.height, c.hash, c.tip = height, h.BlockHash(), *h
		}
		return c
	}
	c := play(func(int32, *wire.BlockHeader) {})
	if c.linked.Failed+c.mined.Failed+c.timed.Failed != 0 || c.mined.Examined != 3 {
		t.Errorf("real headers: %v %v %v", c.linked, c.mined, c.timed)
	}
	c = play(func(height int32, h *wire.BlockHeader) {
		if height == 552384 { // a second less in the period asks for another target
			h.Timestamp = h.Timestamp.Add(time.Second)
		}
	})
	if c.mined.Failed != 1 || c.mined.Notes[0].Where != "height 554400" || !strings.Contains(c.mined.Notes[0].Message, "not the expected value") {
		t.Errorf("a shorter period: %v, want a fault at 554400", c.mined)
	}
}

// TestForgedMainChain changes one thing in the real headers.
func TestForgedMainChain(t *testing.T) {
	const light = "V07 height 2016"
	for _, c := range []struct {
		name   string
		change func(h []*wire.BlockHeader) []*wire.BlockHeader
		want   []string
	}{
		{"another nonce", func(h []*wire.BlockHeader) []*wire.BlockHeader {
			h[1000].Nonce++
			return h
		}, []string{"V04 height 1001", "V05 height 1000: block hash", light, light}},
		{"a header left out", func(h []*wire.BlockHeader) []*wire.BlockHeader {
			return append(h[:1000], h[1001:]...)
		}, []string{"V04 height 1000", "V07 height 2015", "V07 height 2015"}},
		{"two headers exchanged", func(h []*wire.BlockHeader) []*wire.BlockHeader {
			h[1000], h[1001] = h[1001], h[1000]
			return h
		}, []string{"V04 height 1000", "V04 height 1001", "V04 height 1002", light, light}},
		{"an own difficulty, mined", func(h []*wire.BlockHeader) []*wire.BlockHeader {
			return append(h, mined(h[2016], 0x207fffff, h[2016].Timestamp.Add(time.Minute)))
		}, []string{"V05 height 2017: block target difficulty", "V07 height 2017", "V07 height 2017"}},
		{"a lower difficulty, not mined", func(h []*wire.BlockHeader) []*wire.BlockHeader {
			next := *h[2016]
			next.PrevBlock, next.Bits, next.Timestamp = h[2016].BlockHash(), 0x1d00fffe, next.Timestamp.Add(time.Minute)
			return append(h, &next)
		}, []string{"V05 height 2017: block hash", "V07 height 2017", "V07 height 2017"}},
		{"no headers", func([]*wire.BlockHeader) []*wire.BlockHeader { return nil },
			[]string{"V03 height 0: no headers"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFaults(t, judge(&chaincfg.MainNetParams, auditDay, c.change(mainHeaders(t))), c.want...)
		})
	}
}

// TestAnotherNetwork: a record of regtest passed off as one of the main chain.
func TestAnotherNetwork(t *testing.T) {
	genesis := &chaincfg.RegressionNetParams.GenesisBlock.Header
	headers := []*wire.BlockHeader{genesis, mined(genesis, 0x207fffff, genesis.Timestamp.Add(time.Hour))}
	wantFaults(t, judge(&chaincfg.RegressionNetParams, auditDay, headers))
	if c := judge(&chaincfg.RegressionNetParams, auditDay, headers); c.provesWork() || c.weighed.Expected != 0 {
		t.Error("regtest proves work")
	}
	wantFaults(t, judge(&chaincfg.SimNetParams, auditDay, headers[:1]), "V03 height 0: genesis 0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206, want")
	wantFaults(t, judge(&chaincfg.MainNetParams, auditDay, headers),
		"V03 height 0: genesis", "V05 height 1: block target", "V07", "V07")
}

// TestCheckpoint: a chain with another block at the checkpoint's height,
// and the chain with that block.
func TestCheckpoint(t *testing.T) {
	headers := mainHeaders(t)
	for height, want := range map[int32][]string{1000: nil, 999: {"V07 height 999: block"}} {
		c := newHeaderChain(&chaincfg.MainNetParams, auditDay, nil)
		c.least = newMinimum("7e107e107e1", height, headers[1000].BlockHash().String(), "2009-01-19")
		for _, h := range headers {
			c.add(h)
		}
		c.end()
		wantFaults(t, c, want...)
		c.least.work.Add(c.least.work, big.NewInt(1))
		c.weighed = Findings{Examined: 1}
		c.end()
		wantFaults(t, c, "V07 height 2016: work 7e107e107e1 in sum, less than the 7e107e107e2")
	}
}

// TestManyFaults: a list of faults does not grow with the chain.
func TestManyFaults(t *testing.T) {
	headers := mainHeaders(t)
	for _, h := range headers[1:] {
		h.PrevBlock = chainhash.Hash{}
	}
	c := judge(&chaincfg.MainNetParams, auditDay, headers)
	if c.linked.Failed != 2016 || len(c.linked.Notes) != maxNotes+1 {
		t.Errorf("%d faults, %d listed, want 2016 and %d", c.linked.Failed, len(c.linked.Notes), maxNotes+1)
	}
}

// BenchmarkHeaders judges a year of headers of difficulty 1.
func BenchmarkHeaders(b *testing.B) {
	raw, err := os.ReadFile("testdata/mainnet-headers-0-2016.bin")
	if err != nil {
		b.Fatal(err)
	}
	var headers []*wire.BlockHeader
	for ; len(raw) >= 80; raw = raw[80:] {
		h := new(wire.BlockHeader)
		if err := h.Deserialize(bytes.NewReader(raw[:80])); err != nil {
			b.Fatal(err)
		}
		headers = append(headers, h)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		judge(&chaincfg.MainNetParams, auditDay, headers)
		n += len(headers)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/header")
}
