package mixing

import (
	"fmt"
	"math/big"
	"math/bits"

	"bevote/internal/curve"
)

// A challenge is l bits, the first round's in the top bit of the first byte;
// bits left over at the end are 0.

// challengeSize is the length in bytes of l bits.
func challengeSize(l int) int { return (l + 7) / 8 }

// asks returns round i's bit of c.
func asks(c []byte, i int) bool { return c[i/8]>>(7-i%8)&1 == 1 }

// cut clears what follows the first l bits of c.
func cut(c []byte, l int) []byte {
	if l%8 != 0 {
		c[len(c)-1] &= 0xff << (8 - l%8)
	}
	return c
}

func weight(c []byte) (ones int) {
	for _, b := range c {
		ones += bits.OnesCount8(b)
	}
	return ones
}

// checkChallenge tells whether c is l bits, half of them ones. A signer who
// answered others could know its signature again by the number of ones, which
// no permutation changes.
func checkChallenge(c []byte, l int) error {
	if len(c) != challengeSize(l) {
		return fmt.Errorf("challenge of %d bytes, want %d", len(c), challengeSize(l))
	}
	if l%8 != 0 && c[len(c)-1]<<(l%8) != 0 {
		return fmt.Errorf("challenge is longer than %d bits", l)
	}
	if weight(c) != l/2 {
		return fmt.Errorf("challenge has %d ones, want %d", weight(c), l/2)
	}
	return nil
}

// challenge is what a signature on message must answer for (g̃, z̃) and the
// commitments of V1 and then V2: the first l bits, for the first salt that
// gives exactly l/2 ones, of
//
//	KDF(TH("challenge", TH("group-signature", eid ‖ text n ‖ u32 l ‖ message ‖ g̃ ‖ z̃ ‖ commitments) ‖ u32 salt))
func (g *Group) challenge(message []byte, at pair, commitments []*big.Int) []byte {
	x := curve.Encoder(g.prefix()).U32(uint32(g.rounds)).Raw(message)
	digest := curve.TaggedHash("group-signature", g.elements(x, append([]*big.Int{at.g, at.z}, commitments...)...))
	for salt := uint32(0); ; salt++ {
		seed := curve.TaggedHash("challenge", curve.Encoder(nil).Raw(digest[:]).U32(salt))
		if c := cut(curve.KDF(seed[:], challengeSize(g.rounds)), g.rounds); weight(c) == g.rounds/2 {
			return c
		}
	}
}
