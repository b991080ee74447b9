package evidence

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// mined makes a header after prev with a proof of work for bits.
func mined(prev *wire.BlockHeader, bits uint32, at time.Time) *wire.BlockHeader {
	h := &wire.BlockHeader{Version: 4, PrevBlock: prev.BlockHash(), Bits: bits, Timestamp: at}
	for target := blockchain.CompactToBig(bits); ; h.Nonce++ {
		if hash := h.BlockHash(); blockchain.HashToBig(&hash).Cmp(target) <= 0 {
			return h
		}
	}
}

// TestTimes bends the clock of a regtest chain.
func TestTimes(t *testing.T) {
	genesis := &chaincfg.RegressionNetParams.GenesisBlock.Header
	chain := func(times ...int64) []*wire.BlockHeader {
		headers := []*wire.BlockHeader{genesis}
		for _, s := range times {
			headers = append(headers, mined(headers[len(headers)-1], 0x207fffff, genesis.Timestamp.Add(time.Duration(s)*time.Second)))
		}
		return headers
	}
	now := genesis.Timestamp.Add(1000 * time.Second)
	for _, c := range []struct {
		name  string
		times []int64
		want  []string
	}{
		{"a backward step above the median", []int64{10, 20, 30, 21}, nil},
		{"the median itself", []int64{10, 20, 30, 20}, []string{"V06 height 4: stamped"}}, // of 0 10 20 30
		{"as late as allowed", []int64{1000 + 7200}, nil},
		{"too late", []int64{1000 + 7201}, []string{"V06 height 1: stamped"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFaults(t, judge(&chaincfg.RegressionNetParams, now, chain(c.times...)), c.want...)
		})
	}
}

// toyNetwork is a network with 20 blocks a period.
func toyNetwork(minDifficulty, bip94, fixed bool) *chaincfg.Params {
	p := chaincfg.SimNetParams
	p.TargetTimespan, p.TargetTimePerBlock = 200*time.Minute, 10*time.Minute
	p.ReduceMinDifficulty, p.EnforceBIP94, p.PoWNoRetargeting = minDifficulty, bip94, fixed
	return &p
}

// requiredBits is GetNextWorkRequired of Bitcoin Core, written from its text on
// the whole list of headers: the twin of the rules under test.
func requiredBits(p *chaincfg.Params, headers []*wire.BlockHeader, at time.Time) uint32 {
	const period, spacing = 20, 600
	height := len(headers)
	last := headers[height-1]
	switch {
	case p.PoWNoRetargeting:
		return p.PowLimitBits
	case height%period != 0 && !p.ReduceMinDifficulty:
		return last.Bits
	case height%period != 0:
		if at.Unix() > last.Timestamp.Unix()+2*spacing {
			return p.PowLimitBits
		}
		i := height - 1
		for i%period != 0 && headers[i].Bits == p.PowLimitBits {
			i--
		}
		return headers[i].Bits
	}
	first := headers[height-period]
	span := last.Timestamp.Unix() - first.Timestamp.Unix()
	span = max(span, period*spacing/4)
	span = min(span, period*spacing*4)
	base := last.Bits
	if p.EnforceBIP94 {
		base = first.Bits
	}
	target := blockchain.CompactToBig(base)
	target.Mul(target, big.NewInt(span)).Div(target, big.NewInt(period*spacing))
	if target.Cmp(p.PowLimit) > 0 {
		return p.PowLimitBits
	}
	return blockchain.BigToCompact(target)
}

// TestRetargetTwin: chains mined by the twin's rule are clean on every kind of
// network, and one header with other bits is caught at its height.
func TestRetargetTwin(t *testing.T) {
	for kind := range 8 {
		params := toyNetwork(kind&1 != 0, kind&2 != 0, kind&4 != 0)
		rnd := rand.New(rand.NewPCG(1, uint64(kind)))
		headers := []*wire.BlockHeader{&params.GenesisBlock.Header}
		seen := map[uint32]bool{}
		odd := 70 + rnd.IntN(20)
		var forged []*wire.BlockHeader
		for len(headers) < 150 {
			last := headers[len(headers)-1]
			most := []int{600, 1500}[len(headers)/20%2] // faster and slower periods in turn
			at := last.Timestamp.Add(time.Duration(50+rnd.IntN(most)) * time.Second)
			bits := requiredBits(params, headers, at)
			seen[bits] = true
			if len(headers) == odd {
				forged = append(append(forged, headers...), mined(last, bits-1, at))
			}
			headers = append(headers, mined(last, bits, at))
		}
		wantFaults(t, judge(params, auditDay, headers))
		if len(seen) < 3 && !params.PoWNoRetargeting {
			t.Errorf("kind %d: %d targets, want some", kind, len(seen))
		}
		wantFaults(t, judge(params, auditDay, forged), fmt.Sprintf("V05 height %d: block difficulty", odd))
	}
}

// TestTimewarp: a period that begins hours before the last one ended is an
// error where BIP 94 rules and worth a note elsewhere.
func TestTimewarp(t *testing.T) {
	for _, bip94 := range []bool{true, false} {
		params := toyNetwork(false, bip94, false)
		headers := []*wire.BlockHeader{&params.GenesisBlock.Header}
		for len(headers) < 21 {
			last := headers[len(headers)-1]
			at := last.Timestamp.Add(600 * time.Second)
			switch len(headers) {
			case 19:
				at = at.Add(3 * time.Hour)
			case 20:
				at = last.Timestamp.Add(-121 * time.Minute)
			}
			headers = append(headers, mined(last, requiredBits(params, headers, at), at))
		}
		c := judge(params, auditDay, headers)
		if bip94 {
			wantFaults(t, c, "V06 height 20: block's timestamp")
			continue
		}
		wantFaults(t, c)
		if len(c.timed.Notes) != 1 || !strings.Contains(c.timed.Notes[0].Message, "timewarp") {
			t.Errorf("notes %v, want one of a timewarp", c.timed.Notes)
		}
	}
}
