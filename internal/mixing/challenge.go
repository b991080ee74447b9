package mixing

import (
	"fmt"
	"math/big"
	"math/bits"

	"bevote/internal/curve"
)

// A challenge is l bits in ⌈l/8⌉ bytes. Bit 0, the top bit of the first byte, is for
// the first round; bits left over in the last byte are 0.

// challengeSize is the length in bytes of l bits.
func challengeSize(l int) int { return (l + 7) / 8 }

// bit reports whether bit i of c is 1.
func bit(c []byte, i int) bool { return c[i/8]>>(7-i%8)&1 == 1 }

// truncate clears the bits of c after the first l.
func truncate(c []byte, l int) []byte {
	if l%8 != 0 {
		c[len(c)-1] &= 0xff << (8 - l%8)
	}
	return c
}

// ones returns the number of bits of c that are 1.
func ones(c []byte) (n int) {
	for _, b := range c {
		n += bits.OnesCount8(b)
	}
	return n
}

// checkChallenge checks that c is l bits, half of them ones. Blinding permutes the
// bits of a challenge; another number of ones would be the same in session and
// signature, and link the two.
func checkChallenge(c []byte, l int) error {
	if len(c) != challengeSize(l) {
		return fmt.Errorf("challenge of %d bytes, want %d", len(c), challengeSize(l))
	}
	if l%8 != 0 && c[len(c)-1]<<(l%8) != 0 {
		return fmt.Errorf("challenge is longer than %d bits", l)
	}
	if ones(c) != l/2 {
		return fmt.Errorf("challenge has %d ones, want %d", ones(c), l/2)
	}
	return nil
}

// roundHash is h_i, the hash of the commitments R and R' of round i, from 0:
//
//	TH("group-round", u32 i ‖ R ‖ R')
//
// With i in it, two openings of one hash that are found for a round are of no use in
// another.
func (g *Group) roundHash(i int, r1, r2 *big.Int) [hashSize]byte {
	return curve.TaggedHash("group-round", g.elements(curve.Encoder(nil).U32(uint32(i)), r1, r2))
}

// hashSize is the length in bytes of a round's hash.
const hashSize = 32

// challenge is the challenge of a signature on message. The statement is the
// signature's first part, g̃ ‖ z̃ ‖ h_1 … h_l. It is the first l bits of
//
//	d = TH("group-signature", eid ‖ text n ‖ u32 l ‖ message ‖ g̃ ‖ z̃ ‖ h_1 … h_l)
//	KDF(TH("challenge", d ‖ u32 salt), ⌈l/8⌉)
//
// for the first salt from 0 for which l/2 of them are ones.
func (g *Group) challenge(message, statement []byte) []byte {
	x := curve.Encoder(g.prefix()).U32(uint32(g.rounds)).Raw(message).Raw(statement)
	digest := curve.TaggedHash("group-signature", x)
	for salt := uint32(0); ; salt++ {
		seed := curve.TaggedHash("challenge", curve.Encoder(nil).Raw(digest[:]).U32(salt))
		if c := truncate(curve.KDF(seed[:], challengeSize(g.rounds)), g.rounds); ones(c) == g.rounds/2 {
			return c
		}
	}
}
